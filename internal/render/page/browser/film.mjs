// What people do with the page of a film.

import assert from "node:assert/strict";
import { cellTexts, check, near, number, shown, td, truth } from "./harness.mjs";

const film = truth("film");
const frames = film.frames;

await check("the film goes through its steps", "film.html", {}, async (page) => {
  assert.equal(await page.locator("#loss .kept, #kept-key:visible").count(), 0, "the run keeps its last weights");
  await page.selectOption("#head", { value: "1" });
  const weights = (i) => frames[i].sentences[0].attention[0][1];
  assert.deepEqual(await cellTexts(page), shown(weights(0)), "opens at the first step");
  await page.focus("#step");
  for (const i of [0, 1, 2]) {
    assert.match(await page.textContent("#step-shown"), new RegExp(`^step ${frames[i].step} of `));
    assert.deepEqual(await cellTexts(page), shown(weights(i)));
    const [x, y] = await page.$eval("#loss > circle", (c) => [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))]);
    const [px, py] = await page.$eval("#loss polyline:not(.thin)", (p, i) => p.getAttribute("points").split(" ")[i].split(",").map(Number), i);
    near(x, px, "marker", 0.1);
    near(y, py, "marker", 0.1);
    await page.keyboard.press("ArrowRight");
  }
  await page.click("#play");
  assert.equal(await page.textContent("#play"), "Pause");
  await page.locator("#play:text-is('Play')").waitFor(); // it stops at the end
  assert.equal(await page.$eval("#step", (e) => e.value), String(frames.length - 1));
  assert.deepEqual(await cellTexts(page), shown(weights(frames.length - 1)));
  const box = await page.locator("#loss").boundingBox();
  await page.mouse.click(box.x + box.width * 0.1, box.y + box.height / 2);
  assert.match(await page.textContent("#step-shown"), /^step 0 of/, "a click on the curve");
});

await check("the next words of a film follow the pointer and the step", "film.html", {}, async (page) => {
  await page.focus("#step");
  for (const i of [0, 1]) {
    await page.hover(td(2, 1));
    assert.deepEqual(await page.$$eval("#next li", (l) => l.map((e) => e.firstChild.textContent)), frames[i].sentences[0].next_at[2].map((n) => n.word));
    await page.keyboard.press("ArrowRight");
  }
});

await check("the film says when each link formed", "film.html", {}, async (page) => {
  await page.check("#from-start");
  const rows = await page.$$eval("#formed tbody tr", (l) => l.map((r) => [...r.cells].map((c) => c.textContent)));
  const links = film.formed;
  assert.deepEqual(rows.map((r) => [r[0], r[3]]), links.map((f) => [String(f.step), f.final.toFixed(2)]));
  await page.uncheck("#from-start");
  assert.equal(await page.locator("#formed tbody tr:visible").count(), links.filter((f) => f.step > 0).length);
  await page.locator("#formed tbody tr:visible button").first().click();
  const first = links.find((f) => f.step > 0);
  assert.equal(await page.$eval("#head", (e) => e.value), String(first.head));
  assert.match(await page.textContent("#step-shown"), new RegExp(`^step ${first.step} of `), "it goes to the step");
  const frame = frames.find((f) => f.step === first.step).sentences[0];
  near(await number(page, "#weight"), frame.attention[first.layer][first.head][first.query][first.key], "its weight then");
});

await check("the film marks the weights that the run keeps", "kept.html", {}, async (page) => {
  const kept = frames[1].step;
  const [line, at] = await page.evaluate(() => [document.querySelector("#loss line.kept").getAttribute("x1"), document.querySelector("#loss polyline:not(.thin)").points[1].x]);
  near(Number(line), at, "the line", 0.1);
  assert.match(await page.textContent("#loss-title"), new RegExp(`, lowest ${frames[1].heldout_loss.toFixed(3)} at step ${kept},`));
  assert.match(await page.textContent("#reason"), new RegExp(`, at step ${kept}, whose weights the run keeps\\.`));
  assert.ok(await page.isVisible("#kept-key"));
  await page.focus("#step");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent("#step-shown"), /, the lowest: the run keeps these weights$/);
});

await check("the losses are on a logarithmic axis, with the births of links", "film.html", {}, async (page) => {
  const points = (name) => page.$eval(`#loss polyline${name}`, (p) => p.getAttribute("points").split(" ").map((xy) => xy.split(",").map(Number)));
  const [heldOut, training] = [await points(":not(.thin)"), await points(".thin")];
  assert.equal(training.length, film.losses.length);
  // Equal ratios of losses have equal distances, on both curves.
  const height = (a, b) => Math.log(a / b);
  const unit = (heldOut.at(-1)[1] - heldOut[0][1]) / height(frames[0].heldout_loss, frames.at(-1).heldout_loss);
  frames.forEach((f, i) => near(heldOut[i][1] - heldOut[0][1], unit * height(frames[0].heldout_loss, f.heldout_loss), "held-out loss", 0.2));
  film.losses.forEach((l, i) => near(training[i][1] - heldOut[0][1], unit * height(frames[0].heldout_loss, l.training), "training loss", 0.2));
  const births = await page.$$eval("#loss .birth title", (l) => l.map((e) => e.textContent.match(/\d+/g).map(Number)));
  const want = new Map();
  for (const { step } of film.formed) if (step > 0) want.set(step, (want.get(step) || 0) + 1);
  assert.deepEqual(births, [...want]);
  const ticks = await page.$$eval("#loss .rule + text", (l) => l.map((e) => Number(e.textContent)));
  assert.ok(ticks.length > 1 && ticks.every((t) => [1, 2, 5].includes(Number(t.toExponential()[0]))), `ticks ${ticks}`);
});
