// The settings: each explained where it stands; a structural change starts anew, and says so; the rate changes on the way.

import assert from "node:assert/strict";
import { changedTo, check, notice, reached, settled, step, train, until, weights } from "./live.mjs";

await check("the settings that matter stand first, each with its meaning", {}, async (page) => {
  await page.click("#settings-fold > summary");
  const names = await page.$$eval("#settings > .settings .setting :is(select, input:not([type=range]))", (l) => l.map((e) => e.id.slice(4)));
  assert.deepEqual(names, [
    "lr",
    "layers",
    "heads",
    "dim",
    "positions",
    "activation",
    "batch",
    "dropout",
    "weight-decay",
    "seed",
  ]);
  for (const text of await page.$$eval("#settings .setting p", (l) => l.map((e) => e.textContent))) {
    assert.match(text, /^[A-Z].{8,}(A change starts a new training|It changes without a new start)\.$/s);
  }
  const command = () => page.textContent("#command");
  assert.equal(await command(), "attend train");
  await page.selectOption("#set-positions", "sinusoidal");
  await changedTo(page, "#command", /--positions sinusoidal/);
  await page.fill("#set-seed", "7");
  await page.press("#set-seed", "Tab");
  await changedTo(page, "#command", /--seed 7/);
  await page.$eval(".setting:has(#set-layers) input[type=range]", (e) => {
    e.value = "1";
    e.dispatchEvent(new Event("input"));
    e.dispatchEvent(new Event("change"));
  });
  await changedTo(page, "#command", /--layers 2/);
  assert.equal(await page.$eval("#shown-head", (e) => e.options.length), 9);
  assert.ok((await page.locator(".setting.differs").count()) >= 3, "what differs is marked");
});

await check("a structural change starts anew once it is confirmed", {}, async (page) => {
  await train(page, 20);
  await page.click("#settings-fold > summary");
  await page.fill("#set-heads", "2");
  await page.press("#set-heads", "Tab");
  await page.waitForSelector("#pending:not([hidden])");
  assert.match(await page.textContent("#pending-text"), /heads 2: this starts a new training at step 0/);
  assert.equal(await step(page), 20);
  await page.click("#pending-undo");
  assert.equal(await page.inputValue("#set-heads"), "4");
  assert.ok(!(await page.isVisible("#pending")));
  await page.fill("#set-heads", "2");
  await page.press("#set-heads", "Tab");
  await page.click("#pending-start");
  await reached(page, 0);
  await changedTo(page, "#command", /--heads 2/);
  assert.equal(await page.locator(".card").count(), 3);
  await page.fill("#set-heads", "5");
  await page.press("#set-heads", "Tab");
  await changedTo(page, "#notice-text", /heads|dim/);
  assert.equal(await page.inputValue("#set-heads"), "2", "what cannot be is refused, and the former value stands");
});

await check("the learning rate changes without a new start, and then no command is given", {}, async (page) => {
  await train(page, 30);
  await page.click("#settings-fold > summary");
  await page.fill("#set-lr", "0.002");
  await page.press("#set-lr", "Tab");
  await page.waitForSelector("#command-withheld", { state: "attached" });
  await changedTo(page, "#command-withheld", /learning rate was changed/);
  assert.equal(await step(page), 30);
  assert.ok(!(await page.isVisible("#command")));
  await train(page, 10);
  await page.click("#rewind");
  await reached(page, 0);
  await settled(page);
  assert.equal(await page.inputValue("#set-lr"), "0.01");
  assert.match(await page.textContent("#command"), /^attend train/);
});

await check("a new start keeps the learning rate that was changed on the way", {}, async (page) => {
  await train(page, 10);
  await page.click("#settings-fold > summary");
  await page.fill("#set-lr", "0.002");
  await page.press("#set-lr", "Tab");
  await changedTo(page, "#command-withheld", /learning rate was changed/);
  await page.fill("#set-heads", "2");
  await page.press("#set-heads", "Tab");
  await changedTo(page, "#pending-text", /lr 0.002.*heads 2/);
  await page.click("#pending-start");
  await reached(page, 0);
  await changedTo(page, "#command", /--heads 2 --lr 0.002/);
});

await check("a large model says beforehand how long a step takes, and one that is too large is refused", {}, async (page) => {
  assert.doesNotMatch(await page.textContent("#where"), /s a step/);
  await page.click("#settings-fold > summary");
  await page.fill("#set-dim", "128");
  await page.press("#set-dim", "Tab");
  await changedTo(page, "#where", /about 0\.\d+ s a step, \d+ (s|minutes) in all$/);
  await page.fill("#set-layers", "8");
  await page.press("#set-layers", "Tab");
  await changedTo(page, "#notice-text", /one update of this model would take too long in a page, [\d.]+ times the longest: lower batch/);
});

await check("values are clamped to what a setting can be", {}, async (page) => {
  await page.click("#settings-fold > summary");
  await page.fill("#set-dropout", "7");
  await page.press("#set-dropout", "Tab");
  await until(page, () => document.querySelector("#set-dropout").value !== "7");
  assert.ok(Number(await page.inputValue("#set-dropout")) < 1);
  await page.fill("#set-dropout", "");
  await page.press("#set-dropout", "Tab");
  assert.notEqual(await page.inputValue("#set-dropout"), "");
  assert.equal(await notice(page), "");
});

await check("every preset starts, and says what it is for", {}, async (page) => {
  const names = await page.$$eval("#preset option", (l) => l.map((e) => e.value));
  assert.ok(names.length >= 5, `${names}`);
  assert.deepEqual(await page.$$eval("#preset optgroup", (l) => l.map((e) => e.label)), ["These learn", "These go wrong"]);
  const meanings = new Set();
  for (const name of names) {
    await page.selectOption("#preset", name);
    await settled(page);
    await reached(page, 0);
    await until(page, (seen) => !seen.includes(document.querySelector("#preset-meaning").textContent), [...meanings]);
    meanings.add(await page.textContent("#preset-meaning"));
    assert.equal(await notice(page), "", name);
    assert.ok((await weights(page)).length > 1 || (await page.isVisible("#canvas")));
    await train(page, 2);
  }
});
