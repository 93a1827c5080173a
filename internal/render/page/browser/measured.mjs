// What people do with the page of a sentence whose heads were ablated: which head is shown and why, and what follows the pointer.

import assert from "node:assert/strict";
import { cellTexts, check, near, number, shown, td, truth } from "./harness.mjs";

const { sentence, effects, nextAt } = truth("measured");
const last = sentence.tokens.length - 1;

await check("the head that matters most is shown, with the reason", "measured.html", {}, async (page) => {
  assert.deepEqual(await cellTexts(page), shown(sentence.attention[1][1]));
  const next = sentence.next[0].word;
  const reason = () => page.textContent("#reason");
  assert.match(await reason(), new RegExp(`layer 2, head 2, the head that matters most for the prediction “${next}”.*falls by 2\\.50 nats`));
  assert.match(await page.textContent("#grid-heading"), /layer 2, head 2/);
  await page.click("#reason button:has-text('mean of all heads')");
  assert.deepEqual([await page.$eval("#layer", (e) => e.value), await page.$eval("#head", (e) => e.value)], ["-1", "-1"]);
  assert.match(await reason(), /mean of 2 layers, 3 heads each/);
  await page.click("#reason button:has-text('matters most')");
  assert.deepEqual(await cellTexts(page), shown(sentence.attention[1][1]));
  await page.click("#overview button[aria-label*='layer 1, head 2']");
  assert.match(await reason(), new RegExp(`layer 1, head 2\\. .*rises by ${Math.abs(effects[0][1]).toFixed(2)} nats`));
});

await check("a head chosen by the command is shown first", "chosen.html", {}, async (page) => {
  assert.deepEqual(await cellTexts(page), shown(sentence.attention[0][2]));
  assert.match(await page.textContent("#reason"), /Shown: layer 1, head 3\. .*falls by 0\.30 nats/);
});

await check("next words, arithmetic and readout follow the pointer, and no panel moves", "measured.html", {}, async (page) => {
  const places = () => page.$$eval("#lines-panel, #grid-panel, #next-panel, #overview-panel, #arithmetic", (l) => l.map((e) => {
    const { x, y, width } = e.getBoundingClientRect();
    return [x, y, width].map(Math.round);
  }));
  const before = await places();
  for (const [q, k] of [[4, 2], [1, 0], [6, 6], [0, 0], [last, 3]]) {
    await page.hover(td(q, k));
    near(await number(page, "#weight"), sentence.attention[1][1][q][k], "arithmetic");
    const want = q === last ? sentence.next : nextAt[q];
    assert.deepEqual(await page.$$eval("#next li", (l) => l.map((e) => e.firstChild.textContent)), want.map((n) => n.word));
    assert.match(await page.textContent("#next-after"), new RegExp(`after ${sentence.tokens[q]}`));
    assert.deepEqual(await places(), before, `panels at ${q}, ${k}`);
  }
  await page.hover(`#lines ol:first-child li:nth-child(3) button`);
  assert.deepEqual(await page.$$eval("#next li", (l) => l.map((e) => e.firstChild.textContent)), nextAt[2].map((n) => n.word));
  await page.hover("h1");
  near(await number(page, "#weight"), Math.max(...sentence.attention[1][1][last]), "the kept cell comes back");
});

await check("Tab goes on from the grid through the arithmetic", "measured.html", {}, async (page) => {
  await page.focus("#grid td[tabindex='0']");
  await page.keyboard.press("ArrowUp");
  const seen = [];
  for (let i = 0; i < 24; i++) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => (document.activeElement.closest("#sum, #overview") || document.activeElement).id || document.activeElement.tagName));
  }
  assert.ok(seen.includes("sum"), `stops: ${seen}`);
  assert.ok(!seen.slice(0, seen.indexOf("sum")).includes("BODY"), `the focus is lost: ${seen}`);
});

await check("an attention sink is grey, with the reason", "sinks.html", {}, async (page) => {
  const column = () => page.$$eval("#grid tbody tr td:nth-child(2)", (l) => l.map((e) => getComputedStyle(e).backgroundColor.match(/\d+/g).map(Number)));
  await page.selectOption("#head", { value: "0" });
  assert.ok((await column()).every(([r, g, b]) => Math.max(r, g, b) - Math.min(r, g, b) < 3), "grey");
  assert.match(await page.textContent("#scaling-note"), /attention sink/);
  await page.selectOption("#head", { value: "1" });
  assert.ok((await column()).some(([r, g, b]) => Math.max(r, g, b) - Math.min(r, g, b) > 3), "in colour");
  assert.doesNotMatch(await page.textContent("#scaling-note"), /attention sink/);
});
