// What people do with the page of a map.

import assert from "node:assert/strict";
import { cellTexts, check, near, number, short, shown, slide, td, truth } from "./harness.mjs";

const map = truth("map");
const [sentence] = map.sentences;
const last = sentence.tokens.length - 1;

await check("hover shows a row and its lines", "map.html", {}, async (page) => {
  await page.selectOption("#layer", { value: "1" });
  await page.selectOption("#head", { value: "2" });
  const weights = sentence.attention[1][2];
  for (const query of [3, last, 0]) {
    await page.hover(`#lines ol:first-child li:nth-child(${query + 1}) button`);
    assert.equal(await page.$$eval("#grid tr.active", (l) => l.length), 1);
    assert.equal(await page.$eval("#grid tr.active", (r) => r.rowIndex - 1), query);
    const lines = await page.$$eval("#lines path.active", (l) => l.map((p) => [Number(p.dataset.query), Number(p.dataset.key), Number(p.getAttribute("stroke-width"))]));
    const want = weights[query].map((w, k) => [w, k]).filter(([w, k]) => k <= query && w >= 0.005);
    assert.deepEqual(lines.map(([q, k]) => [q, k]), want.map(([, k]) => [query, k]));
    lines.forEach(([, , width], i) => near(width, 0.75 + 6 * want[i][0], "width of a line", 0.01));
  }
  await page.hover(td(4, 2));
  assert.equal(await page.$eval("#grid tr.active", (r) => r.rowIndex - 1), 4);
  assert.match(await page.textContent("#readout"), new RegExp(`with weight ${weights[4][2].toFixed(4)}`));
  await page.hover("h1");
  assert.equal(await page.$eval("#grid tr.active", (r) => r.rowIndex - 1), last, "the kept row comes back");
});

await check("choosing layer, head and sentence changes the table", "map.html", {}, async (page) => {
  const mean = sentence.tokens.map((_, q) => sentence.tokens.map((_, k) => {
    let sum = 0, n = 0;
    for (const heads of sentence.attention) for (const w of heads) { sum += w[q][k]; n++; }
    return sum / n;
  }));
  assert.deepEqual(await cellTexts(page), shown(mean));
  for (const [layer, head] of [[0, 0], [1, 2]]) {
    await page.selectOption("#layer", { value: String(layer) });
    await page.selectOption("#head", { value: String(head) });
    assert.deepEqual(await cellTexts(page), shown(sentence.attention[layer][head]));
  }
  await page.click("#overview button[aria-label*='layer 2, head 1']");
  assert.deepEqual(await cellTexts(page), shown(sentence.attention[1][0]));
  assert.equal(await page.$eval("#layer", (e) => e.value), "1");
  assert.equal(await page.$$eval("#overview button[aria-pressed=true]", (l) => l.length), 1);
  assert.equal(await page.$$eval("#overview button", (l) => l.length), 3 * 4);
  await page.selectOption("#sentence", { value: "1" });
  const second = map.sentences[1];
  assert.deepEqual(await cellTexts(page), shown(second.attention[0][0]));
  assert.deepEqual(await page.$$eval("#grid tbody th", (l) => l.map((e) => e.textContent)), second.tokens);
  assert.equal(await page.$$eval("#grid tbody th .unknown", (l) => l.length), 2);
  assert.ok(!(await page.isVisible("#layer")), "one layer is no choice");
});

// Scores, vectors and weights of this page are drawn at random and do not follow from each other: what it shows, it has read.
await check("a cell's arithmetic is that of the model", "map.html", {}, async (page) => {
  const [layer, head] = [1, 1];
  await page.selectOption("#layer", { value: String(layer) });
  await page.selectOption("#head", { value: String(head) });
  const { Query: queries, Key: keys, Value: values, Scores: scores } = map.vectors[layer][head];
  const root = Math.sqrt(queries[0].length);
  const digits = (x) => (x !== 0 && Math.abs(x) < 0.001 ? x.toExponential(1) : x.toPrecision(4));
  for (let q = 0; q <= last; q++) {
    for (let k = 0; k <= q; k++) {
      await page.$eval(td(q, k), (cell) => cell.click());
      const weight = sentence.attention[layer][head][q][k];
      near(await number(page, "#sum-dot"), scores[q][k] * root, "query · key");
      near(await number(page, "#sum-score"), scores[q][k], "score");
      near(await number(page, "#sum-softmax"), weight, "softmax");
      near(await number(page, "#sum-in-map"), weight, "weight in the map");
      near(await number(page, "#weight"), weight, "weight");
      const rows = await page.$$eval("#sum tr.chosen th", (l) => l.map((e) => e.textContent));
      assert.equal(rows[0].replace(/[₀-₉]+$/, ""), sentence.tokens[k]);
      const [products, softmax, valueRows] = await page.$$eval("#sum table", (l) => l.map((t) => [...t.tBodies[0].rows].map((r) => [...r.cells].slice(1).map((c) => c.textContent))));
      const shown32 = (list) => list.map((x) => digits(Math.fround(x)));
      assert.deepEqual(products.map((row) => row.length), Array(3).fill(1 + queries[q].length), "the table of the dot product has no values");
      assert.deepEqual(products[0].slice(1), shown32(queries[q]), "the query");
      assert.deepEqual(products[1].slice(1), shown32(keys[k]), "the key");
      assert.deepEqual(valueRows[0], shown32(values[k]), "the value");
      assert.equal(softmax.length, q + 1);
      softmax.forEach(([dot, score, , w], j) => {
        near(Number(dot), scores[q][j] * root, "a product");
        near(Number(score), scores[q][j], "a score");
        near(Number(w), sentence.attention[layer][head][q][j], "a weight of the row");
      });
    }
  }
  await page.click(td(last - 1, 1));
  near(await number(page, "#weight"), sentence.attention[layer][head][last - 1][1], "a click of the mouse");
  await page.click(td(last, last));
  await page.selectOption("#head", { value: "-1" });
  const row = sentence.attention[layer].map((w) => w[last][last]);
  near(await number(page, "#weight"), row.reduce((a, b) => a + b) / row.length, "mean");
  await page.click("#sum button >> nth=2");
  near(await number(page, "#weight"), row[2], "a head of the mean");
});

await check("the threshold filters cells and lines", "map.html", {}, async (page) => {
  await page.selectOption("#layer", { value: "0" });
  await page.selectOption("#head", { value: "0" });
  const weights = sentence.attention[0][0];
  for (const least of [0.2, 0.55, 1, 0]) {
    await slide(page, "#least", least);
    assert.deepEqual(await cellTexts(page), shown(weights, least));
    const lines = await page.$$eval("#lines path", (l) => l.map((p) => [p.dataset.query, p.dataset.key]));
    for (const [q, k] of lines) assert.ok(weights[q][k] >= least, `a line of ${weights[q][k]}`);
    assert.equal(await page.textContent("#least-shown"), least ? short(least) : "0");
  }
});

await check("the keyboard reaches everything", "map.html", {}, async (page) => {
  await page.focus("#grid td[tabindex='0']");
  for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
  const at = () => page.evaluate(() => [document.activeElement.query, document.activeElement.key]);
  assert.deepEqual(await at(), [last - 2, 2]);
  assert.equal(await page.$eval("#grid tr.active", (r) => r.rowIndex - 1), last - 2);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  assert.ok((await page.textContent("#sum")).startsWith(`${sentence.tokens[last - 2]} attends to ${sentence.tokens[2]}`), "the arithmetic follows the focus");
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowUp");
  assert.deepEqual(await at(), [0, 0], "the future is never entered");
  await page.focus("#lines button[tabindex='0']");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
  assert.equal(await page.$eval("#lines button[aria-pressed=true]", (b) => b.textContent), sentence.tokens[3]);
  assert.equal(await page.$$eval("#lines button[tabindex='0'], #grid td[tabindex='0']", (l) => l.length), 2, "one stop of Tab each");
});

await check("likely next words have bars", "map.html", {}, async (page) => {
  const rows = await page.$$eval("#next li", (l) => l.map((e) => [e.firstChild.textContent, e.lastChild.textContent, e.querySelector(".bar > div").getBoundingClientRect().width / e.querySelector(".bar").getBoundingClientRect().width]));
  assert.deepEqual(rows.map(([word, p]) => [word, p]), sentence.next.map((n) => [n.word, n.probability.toFixed(3)]));
  rows.forEach(([, , part], i) => near(part, sentence.next[i].probability, "bar", 0.01));
});
