// The sentence: arcs and next words of the word that is pointed at, other sentences, heads, the grid, writing.

import assert from "node:assert/strict";
import { near } from "../../../render/page/browser/harness.mjs";
import { arcs, changedTo, check, nextWords, notice, reached, settled, token, train, weights } from "./live.mjs";

await check("arcs and next words follow the word that is pointed at", {}, async (page) => {
  await train(page, 200);
  const rows = await weights(page);
  const last = rows.length - 1;
  const seen = new Set();
  for (const query of [3, 5, last]) {
    await page.hover(token(query));
    await settled(page);
    const want = rows[query].map((w, key) => ({ key, w })).filter(({ w }) => w >= 0.01);
    const shown = await arcs(page);
    for (const { key, w } of want)
      near(shown.find((a) => a.key === key)?.width, 0.75 + 8 * w, `width of the arc to ${key}`, 0.05);
    assert.ok(
      shown.every((a) => a.key <= query),
      "no word attends to later ones",
    );
    const list = await nextWords(page);
    assert.equal(list.length, 5);
    seen.add(JSON.stringify(list));
    if (query < last) assert.equal(await page.textContent(`${token(query)} >> .after`), `→ ${list[0].word}`);
    else assert.equal(await page.textContent(".ghost .word"), list[0].word);
  }
  assert.equal(seen.size, 3, "each position has its own prediction");
  await page.click(token(4));
  await page.mouse.move(5, 5);
  await settled(page);
  assert.match(await page.textContent("#next-after"), /the/, "a click keeps the word");
  assert.equal(await page.getAttribute(token(4), "aria-selected"), "true");
});

await check("another sentence is shown, before and after training, with its unknown words", {}, async (page) => {
  await page.fill("#sentence", "The zebra saw the lion near the");
  await page.press("#sentence", "Enter");
  await changedTo(page, ".token:nth-child(3) .word", /zebra/);
  assert.deepEqual(await page.$$eval(".token .word", (l) => l.map((e) => e.textContent)), [
    "<s>",
    "The",
    "zebra",
    "saw",
    "the",
    "lion",
    "near",
    "the",
  ]);
  await train(page, 20);
  await page.fill("#sentence", "The unicorn saw the");
  await page.press("#sentence", "Enter");
  await page.waitForSelector(".token .unknown");
  assert.equal(await page.textContent(".token .unknown"), "unicorn");
  assert.ok(await page.isVisible("#unknown"));
  await page.fill("#sentence", "  ");
  await page.press("#sentence", "Enter");
  assert.match(await notice(page), /empty/);
  await page.fill("#sentence", "lion ".repeat(200));
  await page.press("#sentence", "Enter");
  await changedTo(page, "#omitted", /last|first/);
  await settled(page);
  const shown = await page.locator(".token").count();
  assert.ok(shown > 5 && shown < 50, `${shown} tokens of a sentence of 200 that fit the context`);
});

await check("a head shows its own map, and every head has a card", {}, async (page) => {
  await train(page, 100);
  const mean = await weights(page);
  await page.click(".card:nth-child(3) .show");
  const second = await weights(page);
  assert.notDeepEqual(second, mean);
  assert.equal(await page.$eval("#shown-head", (e) => e.selectedOptions[0].textContent), "head 2");
  await page.selectOption("#shown-head", "-1 -1");
  assert.deepEqual(await weights(page), mean);
  assert.equal(await page.locator(".card").count(), 5);
  await page.click("#heads-name");
  await page.waitForSelector(".card .words:not(:empty)");
  assert.equal(await page.locator(".card .words:not(:empty)").count(), 4, "each head is named");
  const words = await page.$$eval(".card .words", (l) => l.map((e) => `${e.textContent} ${e.title}`).join(" "));
  assert.match(words, /: .+ For example .+ to .+, weight [.1]/);
  assert.ok(!words.includes("[object"), words);
  assert.match(await page.textContent("#heads-note"), /step 100/);
});

await check("which word matters is said in words", {}, async (page) => {
  await train(page, 400);
  await page.click("#why");
  await page.waitForSelector("#why-answer p");
  assert.match(await page.textContent("#why-answer"), /Which word matters, with the weights of step 400.*near/s);
  await page.click("#why-answer summary");
  assert.ok((await page.isVisible("#why-answer dl")) && (await page.textContent("#why-answer dl")).includes("noise floor"), "its words are explained");
});

await check("it writes, and a temperature of 0 always writes the same", {}, async (page) => {
  await train(page, 300);
  await page.click("#write-fold > summary");
  await page.fill("#prompt", "The lion");
  await page.$eval("#temperature", (e) => {
    e.value = "0";
    e.dispatchEvent(new Event("input"));
  });
  assert.equal(await page.textContent("#temperature-shown"), "0");
  await page.click("#write");
  await page.waitForSelector("#written li");
  const texts = await page.$$eval("#written li", (l) => l.map((e) => e.textContent));
  assert.equal(texts.length, 3);
  assert.equal(new Set(texts).size, 1);
  assert.match(texts[0], /^The lion/);
});

await check("a text of characters shows as running text", { hash: "#preset=characters" }, async (page) => {
  await train(page, 5);
  assert.match(await page.textContent("#lead"), /characters|cut/);
  assert.match(await page.textContent("#figure-note"), /^Point at a character /);
  assert.equal(
    await page.$$eval(".token .word", (l) => l.map((e) => e.textContent).join("")),
    await page.inputValue("#sentence"),
  );
  await page.hover(token(10));
  await settled(page);
  assert.ok((await arcs(page)).length > 1);
  assert.equal(await page.$eval("#shown-head", (e) => e.options.length), 9, "two layers of four heads, and their mean");
  await page.selectOption("#shown-head", "1 2");
  await settled(page);
  assert.equal(await page.locator(".card .show[aria-pressed=true]").count(), 1);
  await page.click("#rewind");
  await reached(page, 0);
});

// pairs are sentences of which the first word decides the last.
const pairs = (of) => Array.from({ length: 90 }, (_, i) => `${of[i % 3][0]} ${of[3][(i >> 1) % 3]} ${of[4]} ${of[i % 3][1]}`).join("\n");

await check("a text from right to left is shown and told in its direction", {}, async (page) => {
  await page.click("#own");
  await page.fill("#own-text", pairs([["החתול", "השטיח"], ["הכלב", "הדשא"], ["הציפור", "העץ"], ["הזקן", "הצעיר", "הקטן"], "ישן על"]));
  await page.click("#own-use");
  await changedTo(page, "#preset", /your own text/);
  await changedTo(page, ".sentence .token:nth-child(2) .word", /^ה/);
  await train(page, 60);
  const places = await page.$$eval(".sentence .token, .ghost", (l) => l.map((e) => e.getBoundingClientRect().left));
  assert.deepEqual(places, [...places].sort((a, b) => b - a), "each word stands left of the one before, and the prediction leftmost");
  await page.focus(token(4));
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), await page.getAttribute(token(3), "aria-label"));
  await page.keyboard.press("ArrowLeft");
  await settled(page);
  await page.focus('.arc[data-key="1"]');
  await page.keyboard.press("Enter");
  await changedTo(page, "#effect", /^The probability of \u2068"[\u05d0-\u05ea]+"\u2069 /);
  assert.match(await page.textContent("#cuts-list"), /^\u2068[\u05d0-\u05ea]+\u2069 to \u2068[\u05d0-\u05ea]+\u2069, all heads/);
  await page.click("#why");
  await page.waitForSelector("#why-answer p");
  const answer = await page.textContent("#why-answer");
  assert.match(answer, /and without cuts/);
  for (const [quoted] of answer.matchAll(/.?"[^"]*".?/g)) if (/[\u05d0-\u05ea]/.test(quoted)) assert.match(quoted, /^\u2068.*\u2069$/);
});

await check("a text from left to right has no marks of direction", {}, async (page) => {
  await train(page, 100);
  await page.click("#why");
  await page.waitForSelector("#why-answer p");
  assert.doesNotMatch(await page.textContent("body"), /[\u2066-\u2069]/);
});

await check("line ends in a field are seen, and stay what they are", {}, async (page) => {
  await page.click("#own");
  await page.fill("#own-text", "anna\nhanna\nemil\nemilia\nben\nlena\nmia\nmira\n".repeat(6));
  await page.selectOption("#own-unit", "char");
  await page.click("#own-use");
  await changedTo(page, "#preset", /your own text/);
  await changedTo(page, "#figure-note", /^Point at a character .* The darker one is, /);
  await train(page, 5);
  const field = await page.inputValue("#sentence");
  assert.match(field, /[a-z]↵[a-z]/);
  const words = () => page.$$eval(".token .word", (l) => l.map((e) => e.textContent).join(""));
  assert.equal(await words(), field);
  await page.press("#sentence", "Enter");
  await settled(page);
  assert.equal(await words(), field, "the sentence in the field is the one that is shown");
  await page.fill("#sentence", "mia↵mi");
  await page.press("#sentence", "Enter");
  await changedTo(page, ".token:nth-child(4) .word", /^↵$/);
  assert.ok(!(await page.isVisible("#unknown")), "it is the line end of the text");
  await page.click("#write-fold > summary");
  await page.click("#write");
  await page.waitForSelector("#written li");
  assert.match(await page.$eval("#written li", (e) => e.textContent), /^mia\nmi/);
  assert.equal(await page.$eval("#written li", (e) => getComputedStyle(e).whiteSpace), "pre-wrap");
});
