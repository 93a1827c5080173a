// The state in the address: written, read again, clamped, and broken.

import assert from "node:assert/strict";
import { arcs, changedTo, check, clickArc, hash, notice, ready, settled, token } from "./live.mjs";

const written = (page) => page.waitForTimeout(450); // the address follows a third of a second later

await check("the address holds settings, sentence and view, and opens the same again", {}, async (page) => {
  await page.click("#settings-fold > summary");
  await page.fill("#set-seed", "5");
  await page.press("#set-seed", "Tab");
  await changedTo(page, "#command", /--seed 5/);
  await page.fill("#sentence", "The zebra saw the lion near the");
  await page.press("#sentence", "Enter");
  await changedTo(page, ".token:nth-child(3) .word", /zebra/);
  await settled(page);
  await page.selectOption("#shown-head", "0 2");
  await page.click(token(6));
  await settled(page);
  await clickArc(page, 5);
  await changedTo(page, "#effect", /./);
  await written(page);
  assert.equal(await hash(page), "#seed=5&sentence=The zebra saw the lion near the&head=1.3&word=7&cut=1.3:7-6");
  const before = { command: await page.textContent("#command"), arcs: await arcs(page) };
  await page.reload();
  await ready(page);
  await changedTo(page, "#effect", /./);
  await settled(page);
  assert.deepEqual({ command: await page.textContent("#command"), arcs: await arcs(page) }, before);
  assert.equal(await page.inputValue("#shown-head"), "0 2");
  assert.equal(await notice(page), "");
});

await check("own text goes into the address only if asked", {}, async (page) => {
  await page.click("#own");
  await page.fill("#own-text", "the cat sat here\nthe dog sat there\n".repeat(20));
  await page.click("#own-use");
  await changedTo(page, "#preset", /your own text/);
  await written(page);
  assert.ok(!(await hash(page)).includes("the cat"), "not asked");
  await page.click("#save-fold > summary");
  await page.check("#share-text");
  await written(page);
  assert.ok((await hash(page)).includes("the cat sat here\nthe dog"));
  await page.reload();
  await ready(page);
  await changedTo(page, "#preset", /your own text/);
});

for (const [name, of, told] of [
  ["values out of range are clamped", "#lr=99&dropout=-3&batch=1e9&layers=0", /is set to/],
  [
    "names and values that are none are told",
    "#preset=nothing&foo=bar&positions=upside&heads=many&head=9.9.9&cut=1.1:2-5",
    /not there.*not a setting|not understood/s,
  ],
  ["settings that do not fit together are refused", "#heads=5", /could not be opened|heads/],
  ["extreme cuts and words", `#word=9999&head=99.99&cut=${"9.9:9-8+".repeat(300)}`, null],
  ["a sentence that the model cannot read", "#preset=rhyme&sentence=zzz", /as it is/],
  ["an empty text", "#text=", /without a word/],
  ["noise", "#%E0%A4%A&&&===%00%ff<script>alert(1)</script>", null],
  ["very much", `#sentence=${"lion%20".repeat(3000)}`, null],
  ["hostile words", "#sentence=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", null],
  ["prototypes", "#__proto__=1&constructor=2&toString=3", /not a setting/],
]) {
  await check(`a broken address opens: ${name}`, { hash: of }, async (page) => {
    await settled(page);
    if (told) assert.match(await notice(page), told);
    assert.ok((await page.textContent("#notice-text")).length < 700);
    assert.match(await page.textContent("#where"), /^step 0 of/);
    await page.click("#one");
    await changedTo(page, "#where", /^step 1 of/);
    assert.equal(await page.locator("img").count(), 0);
  });
}

await check("a changed address opens without a reload", {}, async (page) => {
  await page.evaluate(() => {
    location.hash = "seed=9";
  });
  await changedTo(page, "#command", /--seed 9/);
});
