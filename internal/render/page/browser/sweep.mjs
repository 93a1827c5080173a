// What people do with the page of a sweep.

import assert from "node:assert/strict";
import { accessible, cellTexts, check, megabytes, near, opened, shown, truth } from "./harness.mjs";

const { sweep, page: made } = truth("sweep");
const texts = (page, column) => page.$$eval("#points tbody tr", (l, k) => l.map((r) => r.cells[k].textContent), column);
const ranks = sweep.Points.map((p) => p.Rank);
const row = (i) => `#points tbody tr:nth-child(${i + 1})`;
const litRows = (page) => page.$$eval("#points tr.lit", (l) => l.map((r) => r.cells[0].textContent));
const map = sweep.Points[0].Trials[0].Map;
const mean = map.attention[0][0].map((r, q) => r.map((w, k) => (w + map.attention[0][1][q][k]) / 2));

await check("the table of a sweep has the texts of the terminal, and sorts by any column", "sweep.html", {}, async (page) => {
  const rows = await page.$$eval("#points tbody tr", (l) => l.map((r) => [...r.cells].map((c) => c.textContent)));
  assert.deepEqual(rows, sweep.Points.map((p) => [p.Rank, ...p.Values, ...p.Cells]));
  const sorted = (column, compare) => sweep.Points.map((p) => [p.Rank, ...p.Values, ...p.Cells]).sort((a, b) => compare(a[column], b[column])).map((r) => r[0]);
  const number = (text) => Number(text.replace(",", ""));
  await page.click("#points th:nth-child(2) button"); // rates
  assert.deepEqual(await texts(page, 0), sorted(1, (a, b) => number(a) - number(b)));
  assert.equal(await page.getAttribute("#points th:nth-child(2)", "aria-sort"), "ascending");
  await page.focus("#points th:nth-child(8) button"); // steps
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.deepEqual(await texts(page, 0), sorted(7, (a, b) => number(b) - number(a)));
  assert.equal(await page.$$eval("#points th[aria-sort]", (l) => l.map((e) => e.textContent + e.getAttribute("aria-sort")).join()), "stepdescending");
  await page.click("#points th:nth-child(4) button"); // words
  assert.deepEqual(await texts(page, 0), sorted(3, (a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  await page.click("#points th:nth-child(5) button"); // means, of which one is missing
  assert.deepEqual(await texts(page, 0), ranks);
  await page.click("#points th:nth-child(5) button");
  assert.deepEqual(await texts(page, 0), [...ranks.slice(0, -1).reverse(), ranks.at(-1)], "a point without a result is last");
  await page.click("#points th:nth-child(1) button");
  assert.deepEqual(await texts(page, 0), ranks);
});

await check("what matters has bars for the shares", "sweep.html", {}, async (page) => {
  const [bar, fill] = await page.$eval("#matters .bar", (b) => [b, b.firstChild].map((e) => e.getBoundingClientRect().width));
  near(fill / bar, sweep.Matters.Rows[0].Size, "the bar", 0.01);
  assert.equal(await page.locator("#matters .bar").count(), 1);
});

await check("a row, its line and its curves are marked together", "sweep.html", {}, async (page) => {
  await page.hover(row(4));
  assert.deepEqual(await litRows(page), [ranks[4]]);
  const lit = () => page.$eval("#parallel .lit", (l) => [...l.points].map((p) => [p.x, p.y]));
  const line = await lit();
  assert.equal(line.length, 4);
  assert.equal(await page.locator("#curves .curve.lit").count(), 2);
  assert.equal(await page.$eval("#each-1 .dots.lit", (l) => l.getAttribute("d").match(/M/g).length), 2);
  assert.equal(await page.textContent("#parallel-shown"), `${ranks[4]} ${sweep.Points[4].Name}: mean ${sweep.Points[4].Mean.toFixed(4)}`);
  await page.mouse.move(0, 0);
  assert.deepEqual(await litRows(page), []);
  // The other way round, near the end of the line, where the lines of other points are apart.
  await page.locator("#parallel").scrollIntoViewIfNeeded();
  const box = await page.locator("#parallel").boundingBox();
  const end = line.map(([x, y]) => [box.x + x, box.y + y]).slice(2);
  await page.mouse.move(end[1][0] - 2, end[1][1]);
  await page.locator("#points tr.lit").waitFor();
  assert.deepEqual(await litRows(page), [ranks[4]]);
  assert.deepEqual(await lit(), line);
});

await check("the lines are where their numbers are", "sweep.html", {}, async (page) => {
  const part = (axis, at) => (axis.log ? Math.log(at / axis.low) / Math.log(axis.high / axis.low) : (at - axis.low) / (axis.high - axis.low));
  const axes = await page.$$eval("#parallel line.axis", (l) => l.filter((a) => a.y2.baseVal.value - a.y1.baseVal.value > 50).map((a) => [a.x1, a.y1, a.y2].map((v) => v.baseVal.value)));
  for (const i of [0, 7, 10]) {
    await page.hover(row(i));
    const points = await page.$eval("#parallel .lit", (l) => [...l.points].map((p) => [p.x, p.y]));
    [...made.points[i].at, made.points[i].mean].forEach((at, k) => {
      near(points[k][0], axes[k][0], "x", 0.1);
      near(points[k][1], axes[k][2] - (axes[k][2] - axes[k][1]) * part(made.axes[k], at), "y", 0.1);
    });
  }
});

await check("a curve says its trial and value, and a click shows the map", "sweep.html", {}, async (page) => {
  await page.locator("#curves").scrollIntoViewIfNeeded();
  const target = await page.$eval("#curves", (svg) => {
    const box = svg.getBoundingClientRect(), curve = svg.querySelectorAll(".curve");
    const p = curve[curve.length - 1].points[30]; // of the best trial, the last drawn
    return [box.x + p.x, box.y + p.y];
  });
  await page.mouse.move(...target);
  const said = await page.textContent("#curves-shown");
  const [, name, seed, loss, step] = said.match(/^(.*), seed (\d): ([\d.]+) at step ([\d,]+)$/);
  const point = sweep.Points.findIndex((p) => p.Name === name);
  const trial = sweep.Points[point].Trials[Number(seed) - 1];
  assert.equal(loss, trial.Losses.find((p) => p.X === Number(step.replace(",", ""))).Y.toFixed(4));
  assert.deepEqual(await litRows(page), [ranks[point]]);
  assert.equal(await page.locator("#curves .curve.lit").count(), 1);
  await page.mouse.click(...target);
  assert.equal(await page.textContent("#chosen-heading"), name);
  assert.equal(await page.textContent("#trials [aria-pressed=true]"), `seed ${seed}: ${trial.Text}`);
  assert.deepEqual(await cellTexts(page), shown(mean));
});

await check("curves that diverge are cut at the edge, and half of the steps can be shown", "sweep.html", {}, async (page) => {
  assert.match(await page.textContent("#curves-heading ~ figure figcaption"), /rises to .* at step .*, above the picture/);
  const last = () => page.$eval("#curves", (svg) => {
    const curves = svg.querySelectorAll(".curve"), p = curves[curves.length - 1].points;
    return [p[0].x, p[34].y];
  });
  const before = await last();
  await page.check("#late");
  const after = await last();
  assert.ok(after[0] < 0 && after[1] < before[1] + 200, `${before} ${after}`);
});

await check("the keyboard sorts, walks and chooses", "sweep.html", {}, async (page) => {
  assert.equal(await page.textContent("#chosen-heading"), sweep.Points[0].Name, "the best is shown first");
  assert.equal(await page.locator("#points tbody [tabindex='0']").count(), 1, "one stop of Tab");
  await page.focus("#points tbody [tabindex='0']");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await litRows(page), [ranks[2]]);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("Enter");
  assert.equal(await page.textContent("#chosen-heading"), sweep.Points[2].Name);
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.equal(await page.textContent("#remark"), `it diverged at step 100; trial ${sweep.Points.at(-1).Trials[0].Hash}.`);
  assert.ok(!(await page.isVisible("#map")), "it has no map");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.focus("#trials button >> nth=1");
  assert.equal(await page.locator("#curves .curve.lit").count(), 1, "the curve of the trial in focus");
  await page.keyboard.press("Enter");
  assert.equal(await page.textContent("#trials [aria-pressed=true]"), `seed 2: ${sweep.Points[0].Trials[1].Text}`);
  await page.selectOption("#head", { value: "0" });
  assert.deepEqual(await cellTexts(page), shown(map.attention[0][0]));
  await page.focus("#grid td[tabindex='0']");
  await page.keyboard.press("ArrowUp");
  assert.match(await page.textContent("#readout"), /^near attends to /);
});

await check("on a narrow screen the page goes to the map that is chosen", "sweep.html", { viewport: { width: 390, height: 800 } }, async (page) => {
  await page.click(`${row(3)} button`);
  const top = await page.$eval("#chosen", (e) => e.getBoundingClientRect().top);
  assert.ok(top >= 0 && top < 400, `${top}`);
});

await check("hostile words of a sweep are text", "sweephostile.html", {}, async (page) => {
  assert.equal(await page.locator("script").count(), 2, "the data and the script");
  assert.equal(await page.locator("img, iframe, link, object").count(), 0);
  for (let i = 0; i < 12; i++) await page.click(`${row(i)} button`);
});

for (const scheme of ["light", "dark"]) {
  for (const file of ["sweep.html", "sweephostile.html", "sweepempty.html"]) {
    await check(`axe finds nothing in ${scheme} ${file}, which fits`, file, { colorScheme: scheme, viewport: { width: 1400, height: 900 } }, async (page) => {
      await accessible(page, "at 1400 pixels");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 1400);
      if (file !== "sweepempty.html") {
        await page.hover(row(1));
        await accessible(page, "with a row marked");
      }
      await page.setViewportSize({ width: 390, height: 800 });
      await accessible(page, "at 390 pixels");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
      await page.click("#theme");
      await accessible(page, "after the button");
    });
  }
}

await check("a sweep prints black on white, whole", "sweep.html", { colorScheme: "dark" }, async (page) => {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const colors = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
  assert.deepEqual(colors, ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
  const cut = await page.$$eval("*", (l) => l.filter((e) => !e.closest("svg, .word") && /auto|scroll/.test(getComputedStyle(e).overflowY + getComputedStyle(e).overflowX)
    && e.scrollHeight > e.clientHeight + 1).map((e) => e.id || e.className));
  assert.deepEqual(cut, [], "nothing is cut off on paper");
});

await check("a sweep of 1,000 trials opens", "sweepmany.html", { alone: true }, async (page) => {
  const drawn = await opened(page);
  assert.equal(await page.locator("#curves .curve").count(), 1000);
  assert.equal(await page.locator("#points tbody tr").count(), 500);
  console.log(`# sweepmany.html: 1,000 trials of 35 evaluations, 997 maps, ${megabytes("sweepmany.html")}, usable ${drawn.toFixed(0)} ms after the start of the navigation`);
});
