// The film of a training: the slider that walks through it, the births of links, the weights that are kept, and the curve of a long one.

import assert from "node:assert/strict";
import { changedTo, check, reached, settled, train, until, weights } from "./live.mjs";

async function births(page) {
  await settled(page);
  return page.$$eval("#loss .birth title", (l) => l.map((e) => e.textContent));
}

await check("arrow keys walk from frame to frame, forwards too", { hash: "#preset=rhyme" }, async (page) => {
  await train(page, 60);
  await page.focus("#step");
  const walk = async (key, step) => {
    await page.keyboard.press(key);
    await changedTo(page, "#step-shown", new RegExp(`^${step}$`));
    assert.match(await page.getAttribute("#step", "aria-valuetext"), new RegExp(step));
  };
  await walk("Home", "step 0");
  for (const step of [1, 2, 5, 10, 20, 25, 50]) await walk("ArrowRight", `step ${step}`);
  await walk("ArrowRight", "now");
  assert.ok(!(await page.isVisible("#past")));
  await walk("ArrowLeft", "step 50");
  await walk("Home", "step 0");
  await page.evaluate(() => {
    const post = Worker.prototype.postMessage; // maps that come slowly
    Worker.prototype.postMessage = function (message) {
      setTimeout(() => post.call(this, message), message.includes('"frame"') ? 400 : 0);
    };
  });
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("ArrowRight");
    await settled(page);
  }
  await changedTo(page, "#step-shown", /^step 10$/);
});

await check("the past of another sentence says of which sentence it is", {}, async (page) => {
  await train(page, 20);
  await page.fill("#sentence", "The zebra saw the lion near the");
  await page.press("#sentence", "Enter");
  await changedTo(page, ".sentence .token:nth-child(3) .word", /^zebra$/);
  await page.focus("#step");
  await page.keyboard.press("Home");
  await changedTo(page, "#past-text", /step 0, without cuts, of the sentence that this training started with\.$/);
  await changedTo(page, ".sentence .token:nth-child(3) .word", /^lion$/);
});

await check("the same links are born however the steps are asked for", { hash: "#preset=rhyme" }, async (page) => {
  await train(page, 120);
  const once = await births(page);
  assert.ok(once.some((text) => /^steps \d+ to \d+: \d+ links formed: /.test(text)), `${once}`);
  await page.click("#rewind");
  await reached(page, 0);
  for (const count of [1, 6, 33, 80]) await train(page, count);
  assert.deepEqual(await births(page), once);
});

await check("the weights that are kept are marked, and the last step is in the film", { hash: "#preset=memorised&keep=best&steps=120" }, async (page) => {
  await page.click("#play");
  await reached(page, 120);
  await page.waitForSelector("#verdict:not([hidden])");
  const kept = Number((await page.textContent("#where")).match(/shown: step (\d+)$/)[1]);
  assert.ok(kept < 120, `step ${kept} is kept`);
  assert.equal(await page.textContent("#step-shown"), `step ${kept}, kept`);
  const [mark, line] = await page.evaluate(() => [
    Number(document.querySelector("#loss > circle:last-of-type").getAttribute("cx")),
    Number(document.querySelector("#loss line.kept").getAttribute("x1")),
  ]);
  assert.equal(mark, line, "the mark on the curve is at the weights that are shown");
  const shown = await weights(page);
  await page.focus("#step");
  await page.keyboard.press("End");
  await changedTo(page, "#past-text", /step 120,/);
  assert.notDeepEqual(await weights(page), shown);
  await page.click("#past-back");
  assert.deepEqual(await weights(page), shown);
});

await check("the curve of a long training has its beginning", { hash: "#preset=rhyme&eval-interval=1&steps=2500" }, async (page) => {
  await page.click("#play");
  await reached(page, 2500);
  await settled(page);
  const curves = await page.$$eval("#loss polyline", (lines) =>
    lines.map((line) => line.getAttribute("points").split(" ").map((p) => Number(p.split(",")[0]))),
  );
  const [axis] = await page.$$eval("#loss path.axis", (l) => l.map((e) => e.getAttribute("d").match(/M([\d.]+).*H([\d.]+)/).slice(1).map(Number)));
  const heldOut = curves.reduce((a, b) => (a[0] <= b[0] ? a : b));
  assert.ok(Math.abs(heldOut[0] - axis[0]) < 1 && Math.abs(heldOut.at(-1) - axis[1]) < 1, `from ${heldOut[0]} to ${heldOut.at(-1)} of ${axis}`);
  for (const x of curves) {
    const gaps = x.slice(1).map((at, i) => at - x[i]);
    assert.ok(Math.max(...gaps) < 25, `a gap of ${Math.max(...gaps)} pixels`); // on a busy machine a reply has few updates
  }
  assert.ok(Math.max(...heldOut.slice(1).map((at, i) => at - heldOut[i])) < 3, "evaluations stand close");
});

await check("the verdict comes below the sentence and moves neither it nor the next words", { hash: "#preset=rhyme&steps=40" }, async (page) => {
  const tops = () => page.$$eval("#figure, #next, #loss", (l) => l.map((e) => e.getBoundingClientRect().top + scrollY));
  await train(page, 5);
  const before = await tops();
  await page.click("#play");
  await reached(page, 40);
  await page.waitForSelector("#verdict:not([hidden])");
  await until(page, () => document.querySelector(".card .words b"));
  assert.deepEqual(await tops(), before);
  const [sentence, verdict] = await page.$$eval("#sentence-panel, #verdict", (l) => l.map((e) => e.getBoundingClientRect()));
  assert.ok(verdict.top >= sentence.bottom && verdict.left === sentence.left);
});
