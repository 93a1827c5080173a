// Opens the live page from a file in Firefox, and trains some steps there:
//
//    node firefox.mjs FIREFOX FOLDER
//
// FOLDER has play.html.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../../render/page/browser/harness.mjs", import.meta.url));
const puppeteer = require("puppeteer-core");
const [executablePath, folder] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath });
const page = await browser.newPage();
const wrong = [];
page.on("console", (m) => wrong.push(`console: ${m.text()}`));
page.on("pageerror", (e) => wrong.push(`script: ${e.message}`));
page.on("request", (r) => { if (/^(https?|wss?):/.test(r.url())) wrong.push(`request of ${r.url()}`); });

const limit = Date.now() + 60_000;
// where waits until the page says where the training is, as the expression has it. The policy refuses page.waitForFunction.
async function where(expression) {
  for (;;) {
    const text = await page.$eval("#where", (e) => e.textContent);
    if (expression.test(text)) return;
    if (Date.now() > limit) throw new Error(`it says ${text}, want ${expression}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

try {
  await page.goto(pathToFileURL(join(folder, "play.html")).href);
  await where(/^step 0 of/);
  for (const step of [1, 2]) {
    await page.click("#one");
    await where(new RegExp(`^step ${step} of`));
  }
  assert.equal(await page.$eval("#notice-text", (e) => e.textContent), "");
  assert.match(await page.$eval("#instructions", (e) => e.textContent), /wasm-simd/);
  assert.deepEqual(wrong, []);
  console.log("ok the page trains in Firefox, from a file");
} catch (e) {
  console.log(`not ok the page trains in Firefox, from a file: ${[e.message, ...wrong].join("; ").replace(/\s*\n\s*/g, " ")}`);
}
await browser.close();
