// Opens the pages that the Go test wrote in a real browser and does with them what people do.
//
//	node check.mjs BROWSER FOLDER
//
// One line for each check: "ok NAME", or "not ok NAME: why"; "# ..." is a figure. The Go test reads them.

import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [browserPath, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const truth = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

// check opens a page, lets `act` use it, and reports. Whatever the page asked for beside itself, said to
// the console, or opened as a dialog fails the check; `refusals` of the page's policy may be said.
async function check(name, file, { refusals = false, ...options }, act) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const wrong = [];
  const self = pathToFileURL(join(folder, file)).href;
  page.on("request", (r) => { if (r.url().split("#")[0] !== self) wrong.push(`request of ${r.url()}`); });
  page.on("console", (m) => { if (!refusals || !/Content Security Policy/.test(m.text())) wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`script: ${e.message}`));
  page.on("dialog", (d) => { wrong.push(`dialog: ${d.message()}`); d.dismiss(); });
  try {
    await page.goto(self);
    await act(page);
    assert.deepEqual(wrong, []);
    console.log(`ok ${name}`);
  } catch (e) {
    console.log(`not ok ${name}: ${[e.message, ...wrong].join("; ").replace(/\s*\n\s*/g, " ")}`);
  }
  await context.close();
}

const td = (query, key) => `#grid tbody tr:nth-child(${query + 1}) td:nth-child(${key + 2})`;
const cellTexts = (page) => page.$$eval("#grid tbody tr", (rows) => rows.map((r) => [...r.querySelectorAll("td:not(.later)")].map((c) => c.textContent)));
const number = (page, selector) => page.$eval(selector, (e) => Number(e.textContent.split("=").pop()));
const short = (w) => (Math.min(w, 1).toFixed(2) === "1.00" ? "1.0" : Math.min(w, 1).toFixed(2).slice(1));
const shown = (weights, least = 0) => weights.map((row, q) => row.slice(0, q + 1).map((w) => (w < least ? "" : short(w))));
const near = (got, want, what, within = 0.000051) => assert.ok(Math.abs(got - want) <= within, `${what}: ${got}, want ${want}`);

async function slide(page, selector, value) {
  await page.$eval(selector, (e, v) => { e.value = v; e.dispatchEvent(new Event("input")); }, String(value));
}

// accessible fails if axe finds anything, its advice beyond WCAG included.
async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)} ${v.nodes[0].failureSummary}`);
  assert.deepEqual(told, [], where);
}

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
  assert.match(await page.textContent("#readout"), new RegExp(`with ${weights[4][2].toFixed(4)} of its attention`));
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

await check("a cell's arithmetic is that of the map", "map.html", {}, async (page) => {
  const [layer, head] = [1, 1];
  await page.selectOption("#layer", { value: String(layer) });
  await page.selectOption("#head", { value: String(head) });
  const { query: queries, key: keys } = map.vectors;
  for (let q = 0; q <= last; q++) {
    for (let k = 0; k <= q; k++) {
      await page.$eval(td(q, k), (cell) => cell.click());
      const weight = sentence.attention[layer][head][q][k];
      const dot = queries[layer][head][q].reduce((sum, x, i) => sum + x * keys[layer][head][k][i], 0);
      near(await number(page, "#sum-dot"), dot, "query · key");
      near(await number(page, "#sum-score"), dot / Math.sqrt(queries[layer][head][q].length), "score");
      near(await number(page, "#sum-softmax"), weight, "softmax", 0.00007);
      near(await number(page, "#sum-in-map"), weight, "weight in the map");
      near(await number(page, "#weight"), weight, "weight");
      const rows = await page.$$eval("#sum tr.chosen th", (l) => l.map((e) => e.textContent));
      assert.equal(rows[0].replace(/[₀-₉]+$/, ""), sentence.tokens[k]);
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
  await page.keyboard.press("Enter");
  assert.ok((await page.textContent("#sum")).startsWith(`${sentence.tokens[last - 2]} looks at ${sentence.tokens[2]}`));
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowUp");
  assert.deepEqual(await at(), [0, 0], "the future is never entered");
  await page.focus("#lines button[tabindex='0']");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval("#lines button[aria-pressed=true]", (b) => b.textContent), sentence.tokens[last - 3]);
  assert.equal(await page.$$eval("#lines button[tabindex='0'], #grid td[tabindex='0']", (l) => l.length), 2, "one stop of Tab each");
});

await check("likely next words have bars", "map.html", {}, async (page) => {
  const rows = await page.$$eval("#next li", (l) => l.map((e) => [e.firstChild.textContent, e.lastChild.textContent, e.querySelector(".bar > div").getBoundingClientRect().width / e.querySelector(".bar").getBoundingClientRect().width]));
  assert.deepEqual(rows.map(([word, p]) => [word, p]), sentence.next.map((n) => [n.word, n.probability.toFixed(3)]));
  rows.forEach(([, , part], i) => near(part, sentence.next[i].probability, "bar", 0.01));
});

for (const scheme of ["light", "dark"]) {
  await check(`the ${scheme} theme follows the system, the button turns it, axe finds nothing`, "map.html", { colorScheme: scheme }, async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), scheme);
    await accessible(page, "as opened");
    await page.selectOption("#head", { value: "1" });
    await page.selectOption("#layer", { value: "0" });
    await slide(page, "#least", 0.1);
    await page.hover("#lines button >> nth=2");
    await accessible(page, "with the arithmetic");
    await page.selectOption("#sentence", { value: "1" });
    await accessible(page, "other sentence");
    const before = await background();
    await page.click("#theme");
    assert.notEqual(await theme(), scheme);
    assert.notEqual(await background(), before);
    await page.mouse.move(0, 0);
    await accessible(page, "after the button");
  });
  for (const file of ["film.html", "hostile.html", "many.html"]) {
    await check(`axe finds nothing in ${scheme} ${file}`, file, { colorScheme: scheme }, (page) => accessible(page, file));
  }
}

const film = truth("film");
const frames = film.frames;

await check("the film goes through its steps", "film.html", {}, async (page) => {
  await page.selectOption("#head", { value: "1" });
  const weights = (i) => frames[i].sentences[0].attention[0][1];
  assert.deepEqual(await cellTexts(page), shown(weights(frames.length - 1)), "opens at the end");
  await page.focus("#step");
  await page.keyboard.press("Home");
  for (const i of [0, 1, 2]) {
    assert.match(await page.textContent("#step-shown"), new RegExp(`^step ${frames[i].step} of `));
    assert.deepEqual(await cellTexts(page), shown(weights(i)));
    const [x, y] = await page.$eval("#loss circle", (c) => [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))]);
    const [px, py] = await page.$eval("#loss polyline", (p, i) => p.getAttribute("points").split(" ")[i].split(",").map(Number), i);
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

await check("the film tells when each link formed", "film.html", {}, async (page) => {
  await page.check("#from-start");
  const rows = await page.$$eval("#formed tbody tr", (l) => l.map((r) => [...r.cells].map((c) => c.textContent)));
  const links = film.formed;
  assert.deepEqual(rows.map((r) => [r[0], r[3]]), links.map((f) => [String(f.step), f.final.toFixed(2)]));
  await page.uncheck("#from-start");
  assert.equal(await page.locator("#formed tbody tr:visible").count(), links.filter((f) => f.step > 0).length);
  await page.locator("#formed tbody tr:visible button").first().click();
  const first = links.find((f) => f.step > 0);
  assert.equal(await page.$eval("#head", (e) => e.value), String(first.head));
  near(await number(page, "#weight"), first.final, "its weight");
});

await check("hostile words are text", "hostile.html", {}, async (page) => {
  const { tokens } = truth("hostile");
  assert.deepEqual(await page.$$eval("#grid tbody th", (l) => l.map((e) => e.textContent)), tokens);
  assert.ok(tokens.includes("<script>alert(1)</script>"));
  assert.deepEqual(await page.$$eval("#grid tbody th .word", (l) => l.map((e) => e.title)), tokens);
  assert.equal(await page.locator("script").count(), 2, "the data and the script");
  assert.equal(await page.locator("img, iframe, link, object").count(), 0);
  for (let i = 0; i < tokens.length; i++) await page.click(td(i, 0));
});

await check("no script or request but its own may run", "map.html", { refusals: true }, async (page) => {
  const refused = await page.evaluate(async () => {
    const list = [];
    const violated = new Promise((done) => document.addEventListener("securitypolicyviolation", (e) => {
      list.push(e.effectiveDirective);
      if (list.length === 3) done(list);
    }));
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.append(Object.assign(new Image(), { src: "data:image/gif;base64,R0lGODlhAQABAAAAACw=" }));
    fetch("https://example.org/").catch(() => {});
    await violated;
    return { list: list.sort(), ran: Boolean(window.ran) };
  });
  assert.deepEqual(refused, { list: ["connect-src", "img-src", "script-src-elem"], ran: false });
});

for (const file of ["map.html", "film.html", "hostile.html", "wide.html"]) {
  await check(`${file} fits a screen of 375 pixels`, file, { viewport: { width: 375, height: 700 } }, async (page) => {
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(await wide() <= 375, `${await wide()} pixels as opened`);
    if (await page.isVisible("#head")) {
      await page.selectOption("#head", { value: "0" });
      assert.ok(await wide() <= 375, `${await wide()} pixels with one head`);
    }
  });
  await check(`${file} prints black on white`, file, { colorScheme: "dark" }, async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const colors = await page.evaluate(() => ({
      page: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(document.body).color,
      cells: [...new Set([...document.querySelectorAll("#grid tbody td")].map((c) => getComputedStyle(c).color))],
    }));
    assert.deepEqual(colors, { page: "rgb(255, 255, 255)", text: "rgb(0, 0, 0)", cells: ["rgb(0, 0, 0)"] });
    assert.ok(!(await page.isVisible("#controls")));
  });
}

await check("a large page opens", "wide.html", {}, async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.reload();
  const drawn = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))));
  const { metrics } = await session.send("Performance.getMetrics");
  const work = metrics.find((m) => m.name === "ThreadTime").value;
  const cells = await page.locator("#grid tbody td:not(.later)").count();
  assert.equal(cells, 64 * 65 / 2);
  assert.equal(await page.locator("#overview button").count(), 13);
  console.log(`# wide.html: 12 heads, 64 words, ${(statSync(join(folder, "wide.html")).size / 1e6).toFixed(2)} MB, drawn ${drawn.toFixed(0)} ms after it was asked for, ${(1000 * work).toFixed(0)} ms of them work of the page`);
});

await browser.close();
