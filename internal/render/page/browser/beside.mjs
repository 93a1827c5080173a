// What people do with a page that has a baseline.

import assert from "node:assert/strict";
import { accessible, cellTexts, check, short, shown, slide, td, truth } from "./harness.mjs";

const { attention, baseline } = truth("beside");

// signed writes a difference as a cell must.
const signed = (d) => (short(Math.abs(d)) === ".00" ? ".00" : (d < 0 ? "−" : "+") + short(Math.abs(d)));

await check("a baseline and the difference from it can be shown", "beside.html", {}, async (page) => {
  await page.selectOption("#layer", { value: "1" });
  await page.selectOption("#head", { value: "2" });
  const [w, b] = [attention[1][2], baseline[1][2]];
  assert.deepEqual(await cellTexts(page), shown(w));
  await page.selectOption("#shown", { value: "baseline" });
  assert.deepEqual(await cellTexts(page), shown(b));
  assert.match(await page.textContent("#grid-heading"), /uniform baseline/);
  await page.selectOption("#shown", { value: "difference" });
  const less = (least) => w.map((row, q) => row.slice(0, q + 1).map((x, k) => (Math.abs(x - b[q][k]) < least ? "" : signed(x - b[q][k]))));
  assert.deepEqual(await cellTexts(page), less(0));
  assert.ok((await cellTexts(page)).flat().some((t) => t.startsWith("−")), "no difference is below 0");
  await slide(page, "#least", 0.1);
  assert.deepEqual(await cellTexts(page), less(0.1));
  assert.deepEqual(await page.$$eval("#ticks span", (l) => l.map((e) => e.textContent)), ["−1", "−.5", "0", "+.5", "+1"]);
  await slide(page, "#least", 0);
  await accessible(page, "a difference");
  await page.selectOption("#shown", { value: "attention" });
  assert.deepEqual(await cellTexts(page), shown(w));
});

const normed = truth("norms");

await check("norms of what attention adds can be shown", "norms.html", {}, async (page) => {
  assert.equal(await page.$eval("#shown", (e) => e.value), "norm", "the command chose it");
  assert.deepEqual(await cellTexts(page), shown(normed.head));
  assert.match(await page.textContent("#grid-heading"), /layer 2, head 3: norms of what attention adds/);
  await page.hover(td(5, 3));
  assert.ok((await page.textContent("#readout")).includes(`has the norm ${normed.norms[1][2][5][3].toFixed(4)}`));
  await page.selectOption("#head", { value: "-1" });
  await page.selectOption("#layer", { value: "0" });
  assert.deepEqual(await cellTexts(page), shown(normed.layer));
  await page.selectOption("#layer", { value: "-1" });
  assert.deepEqual(await cellTexts(page), shown(normed.all));
  await accessible(page, "norms");
  await page.selectOption("#shown", { value: "attention" });
  await page.selectOption("#layer", { value: "1" });
  await page.selectOption("#head", { value: "2" });
  assert.deepEqual(await cellTexts(page), shown(normed.sentence.attention[1][2]));
});

await check("without a baseline there is nothing to choose", "map.html", {}, async (page) => {
  assert.ok(!(await page.isVisible("#shown")));
});
