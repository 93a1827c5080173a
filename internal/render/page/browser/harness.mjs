// What the checks share: the browser, how a check reports, and how numbers look on a page.

import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browserPath = process.argv[2];
// folder holds the pages and, beside each, what it must show.
export const folder = process.argv[3];
// Pages of one context share a process, and in it the compiled engine of the live page.
export const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--process-per-site", "--renderer-process-limit=1"],
});
export const truth = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

// As many checks run at once as there are cores, each in a lane: a context of the browser whose pages follow each other. The page of
// the check before is closed when the next one stands, so that what the browser compiled of it is used again.
const lanes = Array.from({ length: Math.min(4, availableParallelism()) }, () => ({ context: null, before: null }));
const waiting = []; // for a lane
const last = []; // checks that run alone, at the end

// check opens a page of the folder, lets `act` use it, and reports. Whatever the page asked for beside itself and what it made itself
// (blobs), said to the console, or opened as a dialog fails the check; `refusals` of the page's policy may be said. `hash` follows the
// address. A check that measures time runs `alone`, after all others.
export function check(name, file, { refusals = false, hash = "", ...options }, act) {
  const said = refusals ? /Content Security Policy/ : null;
  return checkAt(name, pathToFileURL(join(folder, file)).href + hash, { said, ...options }, act);
}

// checkAt is check of an address. `asked` is called with every request, which then may be any; what matches `said` may be said.
export async function checkAt(name, address, { alone = false, ...options }, act) {
  if (alone) return void last.push(() => checkAt(name, address, options, act));
  const lane = lanes.pop() ?? (await new Promise((free) => waiting.push(free)));
  await checkIn(lane, name, address, options, act);
  if (waiting.length) waiting.shift()(lane);
  else lanes.push(lane);
}

// finish runs the checks that run alone, and closes the browser.
export async function finish() {
  for (const run of last) await run();
  await browser.close();
}

async function checkIn(lane, name, address, { said = null, asked = null, viewport, colorScheme, reducedMotion, ...rest }, act) {
  lane.context ??= await browser.newContext();
  const own = Object.keys(rest).length ? await browser.newContext(rest) : null; // what is of a whole context
  const page = await (own ?? lane.context).newPage();
  page.setDefaultTimeout(10000);
  const wrong = [];
  const self = address.split("#")[0];
  page.on("request", (r) => {
    if (asked) asked(r.url());
    else if (r.url().split("#")[0] !== self && !r.url().startsWith("blob:")) wrong.push(`request of ${r.url()}`);
  });
  page.on("console", (m) => { if (!said?.test(m.text())) wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`script: ${e.message}`));
  page.on("dialog", (d) => { wrong.push(`dialog: ${d.message()}`); d.dismiss(); });
  try {
    await page.setViewportSize(viewport ?? { width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: colorScheme ?? "light", reducedMotion: reducedMotion ?? null });
    await page.goto(address);
    await act(page);
    assert.deepEqual(wrong, []);
    console.log(`ok ${name}`);
  } catch (e) {
    console.log(`not ok ${name}: ${[e.message, ...wrong].join("; ").replace(/\s*\n\s*/g, " ")}`);
  }
  if (own) return own.close();
  await lane.before?.close();
  lane.before = page;
}

export const td = (query, key) => `#grid tbody tr:nth-child(${query + 1}) td:nth-child(${key + 2})`;
export const cellTexts = (page) => page.$$eval("#grid tbody tr", (rows) => rows.map((r) => [...r.querySelectorAll("td:not(.later)")].map((c) => c.textContent)));
export const number = (page, selector) => page.$eval(selector, (e) => Number(e.textContent.split("=").pop()));
export const short = (w) => (Math.min(w, 1).toFixed(2) === "1.00" ? "1.0" : Math.min(w, 1).toFixed(2).slice(1));
export const shown = (weights, least = 0) => weights.map((row, q) => row.slice(0, q + 1).map((w) => (w < least ? "" : short(w))));
export const near = (got, want, what, within = 0.000051) => assert.ok(Math.abs(got - want) <= within, `${what}: ${got}, want ${want}`);

export async function slide(page, selector, value) {
  await page.$eval(selector, (e, v) => { e.value = v; e.dispatchEvent(new Event("input")); }, String(value));
}

// accessible fails if axe finds anything, its advice beyond WCAG included.
export async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)} ${v.nodes[0].failureSummary}`);
  assert.deepEqual(told, [], where);
}

// opened reports how long a page takes from the start of the navigation until it is drawn and answers.
export async function opened(page) {
  await page.reload();
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))));
}
export const megabytes = (file) => `${(statSync(join(folder, file)).size / 1e6).toFixed(2)} MB`;
