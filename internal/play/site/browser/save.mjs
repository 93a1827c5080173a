// What can be kept: pictures, the run, the numbers, the command; and a page with a run inside.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder, near } from "../../../render/page/browser/harness.mjs";
import { changedTo, check, clickArc, drop, nextWords, notice, reached, settled, train, weights } from "./live.mjs";

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

await check("pictures, the run and the numbers are saved", {}, async (page) => {
  await train(page, 60);
  await clickArc(page, 6);
  await page.click("#save-fold > summary");
  const svg = await saved(page, "#save-svg");
  assert.equal(svg.name, "attention-step-60.svg");
  const parsed = await page.evaluate((text) => {
    const tree = new DOMParser().parseFromString(text, "image/svg+xml");
    return {
      root: tree.documentElement.nodeName,
      texts: [...tree.querySelectorAll("text")].map((t) => t.textContent),
      paths: tree.querySelectorAll("path").length,
      vars: text.includes("var(--"),
    };
  }, svg.bytes.toString("utf8"));
  assert.equal(parsed.root, "svg");
  assert.ok(parsed.texts.includes("zebra") && parsed.texts[0].includes("step 60"), `${parsed.texts}`);
  assert.ok(parsed.paths >= 3 && !parsed.vars, "arcs with colours of their own");
  const png = await saved(page, "#save-png");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.length > 3000);
  const run = await saved(page, "#save-run");
  assert.equal(run.name, "savanna.zip");
  const json = JSON.parse((await saved(page, "#save-json")).bytes.toString("utf8"));
  assert.equal(typeof json, "object");
});

await check("a saved run opens again: dropped, or chosen as a file; a zip that is none is refused", { hash: "#preset=rhyme&seed=3" }, async (page) => {
  await train(page, 20);
  const shown = async () => {
    await page.mouse.move(1, 1); // beside the words
    return { weights: await weights(page), next: await nextWords(page) };
  };
  const there = await shown();
  await page.click("#save-fold > summary");
  const run = await saved(page, "#save-run");
  await page.selectOption("#preset", "savanna");
  await changedTo(page, "#preset-meaning", /16,000 sentences/);
  const words = Buffer.from("UEsDBBQAAAAAAAAAIQDTXGyAAwAAAAMAAAAFAAAAYS50eHRhIGJQSwECFAMUAAAAAAAAACEA01xsgAMAAAADAAAABQAAAAAAAAAAAAAAgAEAAAAAYS50eHRQSwUGAAAAAAEAAQAzAAAAJgAAAAAA", "base64");
  for (const [name, content, told] of [
    ["words.zip", words, /there is no file of a run folder/],
    ["broken.zip", run.bytes.subarray(0, 500), /not a zip file/],
  ]) {
    await drop(page, name, "application/zip", content);
    await changedTo(page, "#notice-text", told);
    assert.match(await page.textContent("#where"), /^step 0 of 1500/, "the training stands");
  }
  for (const open of [
    () => drop(page, run.name, "application/zip", run.bytes),
    () => page.setInputFiles("#own-file", { name: run.name, mimeType: "application/zip", buffer: run.bytes }),
  ]) {
    await page.selectOption("#preset", "savanna");
    await changedTo(page, "#where", /^step 0 of 1500/);
    assert.equal(await page.locator("#preset option[value='']").count(), 0, "a run that is no longer there cannot be chosen");
    await open();
    await changedTo(page, "#where", /^step 20 of 300/);
    await settled(page);
    assert.deepEqual(await shown(), there);
    assert.match(await page.$eval("#preset", (e) => e.selectedOptions[0].textContent), /^the run farm/);
    await train(page, 2);
  }
  await page.click("#settings-fold > summary");
  await page.fill("#set-heads", "2");
  await page.press("#set-heads", "Tab");
  await page.click("#pending-start");
  await reached(page, 0);
  await settled(page);
  assert.equal(await page.locator(".card").count(), 3, "its text is trained on with another setting");
  assert.equal(await notice(page), "");
});

await check("a saved run is opened with the weights that are shown, and the text that a command reads is named", { hash: "#preset=rhyme&steps=30" }, async (page) => {
  await train(page, 20);
  await page.click("#save-fold > summary");
  const opening = () => page.textContent("#open-command");
  assert.equal(await opening(), "attend inspect --run FOLDER --at last");
  assert.equal(await page.textContent("#command-file"), "farm.txt is the text of this training: the zip file of the run folder has it.");
  await train(page, 10);
  assert.equal(await opening(), "attend inspect --run FOLDER");
  assert.ok(await page.isVisible("#command"));
  await page.click("#one");
  await reached(page, 31);
  await settled(page);
  assert.match(await page.textContent("#command-withheld"), /number of steps/);
  assert.ok(!(await page.isVisible("#command")), "no command repeats more steps than were asked for");
  await page.selectOption("#preset", "savanna");
  await changedTo(page, "#preset-meaning", /16,000 sentences/);
  assert.ok(!(await page.isVisible("#command-file")));
});

await check("the command is copied", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  await page.click("#save-fold > summary");
  await page.click("#copy-command");
  await changedTo(page, "#copied", /is copied|refused/);
  const copied = await page.evaluate(() => navigator.clipboard.readText()).catch(() => null);
  if (copied !== null) assert.equal(copied, "attend train");
});

await check("a page with a run inside shows it, cuts it and trains it on", { file: "run.html" }, async (page) => {
  const truth = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  assert.match(await page.textContent("#where"), new RegExp(`^step ${truth.step} of`));
  const shown = await weights(page);
  truth.mean.forEach((row, q) => row.slice(0, q + 1).forEach((w, k) => near(shown[q][k], w, `weight ${q} ${k}`, 0.0051)));
  (await nextWords(page)).forEach((n, i) =>
    near(n.probability, truth.next[i].probability, `probability of ${truth.next[i].word}`, 0.00051),
  );
  await clickArc(page, 1);
  await changedTo(page, "#effect", /The probability of/);
  await page.click("#cuts-restore");
  await page.click("#play");
  await changedTo(page, "#where", new RegExp(`^step ${truth.step + 1}\\d* of|^step [1-9]\\d+ of`));
  assert.equal(await page.textContent("#notice-text"), "");
});
