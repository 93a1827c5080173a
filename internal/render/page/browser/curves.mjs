// What people do with the page of a chart.

import assert from "node:assert/strict";
import { accessible, check, near, truth } from "./harness.mjs";

const chart = truth("curves");
const [fast, fastTraining, slow] = chart.series;
const rows = (page) => page.$$eval("#legend tbody tr", (l) => l.map((r) => [...r.cells].map((c) => c.textContent)));

await check("the curves are where their numbers are", "curves.html", {}, async (page) => {
  const lines = await page.$$eval("#chart polyline", (l) => l.map((p) => [p.classList.contains("thin"), p.getAttribute("points").split(" ").map((xy) => xy.split(",").map(Number))]));
  assert.deepEqual(lines.map(([thin]) => thin), [true, true, false, false], "thin curves lie below the others");
  const points = lines[2][1];
  const x = (points.at(-1)[0] - points[0][0]) / (fast.points.at(-1)[0] - fast.points[0][0]);
  const y = (points.at(-1)[1] - points[0][1]) / (fast.points.at(-1)[1] - fast.points[0][1]);
  fast.points.forEach((p, i) => {
    near(points[i][0], points[0][0] + x * (p[0] - fast.points[0][0]), "x", 0.2);
    near(points[i][1], points[0][1] + y * (p[1] - fast.points[0][1]), "y", 0.2);
  });
  const marks = await page.$$eval("#chart circle.kept", (l) => l.map((c) => [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))]));
  near(marks[0][0], points[8][0], "the mark", 0.2);
  near(marks[0][1], points[8][1], "the mark", 0.2);
  assert.deepEqual(await page.$$eval("#chart text.level", (l) => l.map((t) => t.textContent)), chart.levels.map((l) => l.text));
});

await check("the table has the numbers at the pointer and at the slider", "curves.html", {}, async (page) => {
  const last = fast.points.length - 1;
  const shown = async (place) => {
    const at = (s) => (place <= s.points.at(-1)[0] ? s.points.findLast((p) => p[0] <= place)[1].toFixed(3) : "–");
    const got = await rows(page);
    assert.deepEqual(got[0].slice(1), [at(fast), at(fastTraining), fast.name + fast.detail]);
    assert.deepEqual([got[1][1], got[1][3]], [at(slow), slow.name + slow.detail]);
    assert.equal(await page.textContent("#place-shown"), String(place));
  };
  await shown(fast.points[last][0]);
  await page.focus("#place");
  await page.keyboard.press("ArrowLeft");
  await shown(fast.points[last - 1][0]);
  assert.equal(await page.getAttribute("#place", "aria-valuetext"), `step ${fast.points[last - 1][0]}`);
  const box = await page.locator("#chart").boundingBox();
  const x = await page.$eval("#chart polyline:not(.thin)", (p) => p.points[4].x);
  await page.mouse.move(box.x + x + 3, box.y + 100);
  await shown(fast.points[4][0]);
  near(await page.$eval("#chart .now", (l) => Number(l.getAttribute("x1"))), x, "the line", 0.2);
});

await check("a curve that leaves the picture is cut at its edge, and a note says so", "diverging.html", {}, async (page) => {
  assert.match(await page.textContent("figcaption"), /slow rises to 1e\+24 at step 400, above the picture/);
  const [inner, box] = await page.$eval("#chart svg", (s) => [getComputedStyle(s).overflow, [s.y.baseVal.value, s.height.baseVal.value]]);
  assert.ok(inner === "hidden" && box[0] > 0 && box[1] > 100, `${inner} ${box}`);
});

await check("a band surrounds its curve", "banded.html", {}, async (page) => {
  const [band, curve] = await page.$eval("#chart", (c) => [".band", ".curve"].map((s) => [...c.querySelector(s).points].map((p) => [p.x, p.y])));
  curve.forEach((p, i) => {
    assert.ok(band[i][1] < p[1] && band[band.length - 1 - i][1] > p[1], `point ${i}`);
    near(band[i][0], p[0], "x", 0.2);
  });
});

for (const scheme of ["light", "dark"]) {
  for (const file of ["curves.html", "diverging.html", "banded.html", "names.html"]) {
    await check(`axe finds nothing in ${scheme} ${file}, which fits`, file, { colorScheme: scheme, viewport: { width: 1400, height: 900 } }, async (page) => {
      await accessible(page, "at 1400 pixels");
      await page.setViewportSize({ width: 390, height: 800 });
      await accessible(page, "at 390 pixels");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390);
      const stroke = () => page.$eval("#chart .curve:not(.thin)", (c) => getComputedStyle(c).stroke);
      const before = await stroke();
      await page.click("#theme");
      assert.notEqual(await stroke(), before, "the curves follow the theme");
    });
  }
}
