// Cutting: an arc, a head, after and while it trains. The shown forward pass changes, the training does not.

import assert from "node:assert/strict";
import { arcs, changedTo, check, clickArc, nextWords, reached, settled, step, train, until, weights } from "./live.mjs";

const strongest = async (page) => (await arcs(page)).filter((a) => !a.cut).sort((a, b) => b.width - a.width)[0].key;

await check("a click on an arc cuts it, and the prediction falls; a second one restores it", {}, async (page) => {
  await train(page, 500);
  const before = await weights(page),
    next = await nextWords(page);
  assert.equal(next[0].word, "river");
  const key = await strongest(page);
  await clickArc(page, key);
  await changedTo(
    page,
    "#effect",
    /The probability of "river" falls from .+ to .+: an effect of [\d.]+ nats, above the noise floor of/,
  );
  const cut = await weights(page);
  assert.equal(cut.at(-1)[key], 0, "the attention is removed");
  assert.ok(Math.abs(cut.at(-1).reduce((a, b) => a + b) - 1) < 0.05, "the row is renormalised");
  assert.ok((await arcs(page)).find((a) => a.key === key).cut);
  const after = await nextWords(page);
  assert.equal(after[0].word, "river", "it falls in its place");
  assert.equal(after[0].before, next[0].probability);
  assert.ok(after[0].probability < next[0].probability - 0.1, `${next[0].probability} to ${after[0].probability}`);
  assert.match(await page.textContent("#cuts-list"), /all heads/);
  await clickArc(page, key);
  assert.deepEqual(await weights(page), before);
  assert.deepEqual(await nextWords(page), next);
  assert.ok(!(await page.isVisible("#cuts")));
});

await check("a cut while it trains is shown in each step, and the training is the same", {}, async (page) => {
  await train(page, 150);
  const wanted = await weights(page);
  await page.click("#rewind");
  await reached(page, 0);
  await train(page, 50);
  await page.click("#stopping > summary");
  await page.selectOption("#speed", "50");
  await page.fill("#many-steps", "100");
  await page.click("#many");
  await clickArc(page, await strongest(page));
  await page.waitForSelector(".arc.cut");
  assert.equal(await page.textContent("#play"), "Pause", "it trains on");
  const at = await step(page);
  await until(page, (at) => Number(document.querySelector("#where").textContent.match(/\d+/)[0]) > at, at);
  assert.equal((await arcs(page)).filter((a) => a.cut).length, 1, "still cut");
  await until(page, () => document.querySelector("#play").textContent === "Go on");
  assert.equal(await step(page), 150);
  assert.notDeepEqual(await weights(page), wanted);
  await page.click("#cuts-restore");
  await settled(page);
  assert.deepEqual(await weights(page), wanted, "the weights are those of a training without a cut");
});

await check("a head is ablated and restored", {}, async (page) => {
  await train(page, 500);
  const next = await nextWords(page);
  for (const head of [2, 3, 4, 5]) {
    await page.click(`.card:nth-child(${head}) .ablate`);
    await settled(page);
    assert.equal(await page.textContent(`.card:nth-child(${head}) .ablate`), "Ablated");
    assert.match(await page.textContent("#cuts-list"), new RegExp(`head ${head - 1} ablated`));
  }
  const off = await nextWords(page);
  assert.ok(off.find((n) => n.word === "river").probability < 0.9, "without any head nothing is known of the sentence");
  await page.click("#cuts-list button >> nth=0");
  await settled(page);
  assert.equal(await page.textContent(".card:nth-child(2) .ablate"), "Ablate");
  await page.click("#cuts-restore");
  await settled(page);
  assert.deepEqual(await nextWords(page), next);
});

await check("one head alone is cut, and the last arc of a word is not", {}, async (page) => {
  await train(page, 100);
  await page.selectOption("#shown-head", "0 1");
  await settled(page);
  const key = await strongest(page);
  await clickArc(page, key);
  assert.match(await page.textContent("#cuts-list"), /head 2/);
  await page.selectOption("#shown-head", "0 0");
  await settled(page);
  assert.equal((await arcs(page)).filter((a) => a.cut).length, 0, "the other heads keep it");
  await page.click("#cuts-restore");
  await page.click(".sentence .token >> nth=0");
  await settled(page);
  await page.focus(".arc:not([hidden])");
  await page.keyboard.press("Enter");
  await changedTo(page, "#notice-text", /would be removed/);
  await settled(page);
  assert.equal((await arcs(page)).filter((a) => a.cut).length, 0);
});
