// What people do with the page of a long text.

import assert from "node:assert/strict";
import { check, near, truth } from "./harness.mjs";

const many = truth("many").sentence;
const characters = truth("characters").sentence;

// pixel is the colour of a cell of the canvas, as [red, green, blue, alpha].
const pixel = (page, query, key) => page.$eval("#cells canvas", (c, [q, k]) => {
  const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  one.drawImage(c, -k, -q);
  return [...one.getImageData(0, 0, 1, 1).data];
}, [query, key]);
const token = (i) => `#text .token >> nth=${i}`;
const background = (page, i) => page.$eval(token(i), (e) => getComputedStyle(e).backgroundColor);
// scaleOf returns the colours of the weights 0 to 1, as the page has them in its data.
const scaleOf = (page) => page.$eval("#data", (e) => JSON.parse(e.textContent).light.weights);
// darkness is how far a colour is from white.
const darkness = ([r, g, b]) => 765 - r - g - b;
const rgb = (text) => text.match(/\d+/g).map(Number);

await check("a long text is running text, coloured by the row of a token", "many.html", {}, async (page) => {
  assert.ok(await page.isVisible("#text") && !(await page.isVisible("#lines")));
  assert.deepEqual(await page.$$eval("#text .token", (l) => l.map((e) => e.textContent)), many.tokens);
  await page.selectOption("#layer", { value: "1" });
  await page.selectOption("#head", { value: "2" });
  await page.selectOption("#scaling", { value: "linear" });
  const weights = many.attention[1][2];
  for (const query of [12, 5]) {
    await page.click(token(query));
    assert.equal(await page.$eval("#text [aria-selected=true]", (e) => [...document.querySelectorAll("#text .token")].indexOf(e)), query);
    await page.hover("h1");
    const scale = await scaleOf(page);
    for (let k = 0; k <= query; k++) {
      const at = 20 * Math.round(100 * weights[query][k]) / 100;
      const [low, high] = [Math.floor(at), Math.ceil(at)].map((i) => [1, 3, 5].map((j) => parseInt(scale[i].slice(j, j + 2), 16)));
      rgb(await background(page, k)).forEach((c, i) => near(c, low[i] + (at % 1) * (high[i] - low[i]), "colour", 2));
    }
    assert.ok(await page.$eval(token(query + 1), (e) => e.classList.contains("later")), "the token cannot see later ones");
  }
  await page.keyboard.press("Tab");
  await page.focus("#text .token[tabindex='0']");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent("#readout"), new RegExp(`^${many.tokens[6]}`), "the keyboard chooses a token");
  assert.equal(await page.locator("#text [tabindex='0']").count(), 1, "one stop of Tab");
});

await check("colours can be scaled, and the legend says how", "many.html", {}, async (page) => {
  assert.match(await page.textContent("#scaling-note"), /largest weight of each row/);
  await page.selectOption("#layer", { value: "0" });
  await page.selectOption("#head", { value: "1" });
  const weights = many.attention[0][1];
  const q = 20;
  const shade = {};
  for (const scaling of ["linear", "root", "row"]) {
    await page.selectOption("#scaling", { value: scaling });
    shade[scaling] = await Promise.all(weights[q].slice(0, q + 1).map((_, k) => pixel(page, q, k)));
    assert.ok((await page.textContent("#scaling-note")).length > 10);
  }
  const small = weights[q].findIndex((w) => w > 0.02 && w < 0.3);
  assert.ok(small >= 0);
  assert.ok(darkness(shade.root[small]) > darkness(shade.linear[small]) + 20, "the root lifts small weights");
  const largest = weights[q].indexOf(Math.max(...weights[q]));
  const full = (await scaleOf(page)).at(-1).match(/[0-9a-f]{2}/g).map((h) => parseInt(h, 16));
  if (weights[q][largest] > 4 / (q + 1)) assert.deepEqual(shade.row[largest].slice(0, 3), full, "the largest of the row has the full colour");
  assert.deepEqual(await pixel(page, 3, 4), [0, 0, 0, 0], "the future is clear");
});

await check("the canvas is pointed at, clicked and walked", "many.html", {}, async (page) => {
  await page.selectOption("#layer", { value: "0" });
  await page.selectOption("#head", { value: "1" });
  const weights = many.attention[0][1];
  const n = many.tokens.length;
  await page.locator("#cells").scrollIntoViewIfNeeded();
  const box = await page.locator("#cells").boundingBox();
  const at = (q, k) => [box.x + (k + 0.5) * box.width / n, box.y + (q + 0.5) * box.height / n];
  const says = async (q, k, what) => near(Number((await page.textContent("#readout")).match(/weight (\d\.\d+)/)[1]), weights[q][k], what);
  await page.mouse.move(...at(18, 7));
  await says(18, 7, "pointed at");
  near(Number(await page.textContent("#weight")), weights[18][7], "the arithmetic follows the pointer");
  await page.mouse.click(...at(15, 3));
  await page.mouse.move(0, 0);
  await says(15, 3, "kept after a click");
  await page.focus("#cells");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowUp");
  await says(14, 4, "walked");
  assert.match(await page.getAttribute("#cells", "aria-valuetext"), new RegExp(`attends to .*: ${weights[14][4].toFixed(4)}$`));
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  await says(14, 14, "the future is never entered");
});

await check("lines and grid can be chosen for a long text", "many.html", {}, async (page) => {
  await page.selectOption("#words", { value: "lines" });
  assert.equal(await page.locator("#lines button").count(), many.tokens.length);
  assert.ok(!(await page.isVisible("#text")));
  await page.uncheck("#show-grid");
  assert.ok(!(await page.isVisible("#grid-panel")));
});

await check("characters stand as they were written", "characters.html", {}, async (page) => {
  assert.equal((await page.textContent("#text")).replaceAll("↵", "\n"), characters.tokens.join(""));
  await page.hover(token(100));
  await page.click("#sum button >> nth=3");
  assert.ok(await page.locator("#sum .row tbody tr").count() <= 40, "a long row is cut to its largest weights");
  assert.match(await page.textContent("#sum .row"), /40 of 512 keys/);
});
