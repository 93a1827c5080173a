// Playing: start, pause, steps, rewind, stops, speed, a hidden tab, and the curve.

import assert from "node:assert/strict";
import { near } from "../../../render/page/browser/harness.mjs";
import { changedTo, check, nextWords, reached, settled, step, train, until, weights } from "./live.mjs";

await check("the verdict has a remedy at one click", { hash: "#preset=diverges" }, async (page) => {
  assert.match(await page.textContent("#preset-meaning"), /learning rate of 1/);
  await page.click("#play");
  await page.waitForSelector("#verdict:not([hidden]) .remedies button");
  assert.match(await page.textContent("#verdict"), /diverged/i);
  await page.click("#verdict .remedies button");
  await changedTo(page, "#command", /--lr 0\.0/);
  assert.ok(Number(await page.inputValue("#set-lr")) < 0.1);
  await changedTo(page, "#where", /^step [1-9]\d* of/);
});

await check("pause, one step, n steps, and rewind to the same initial weights", {}, async (page) => {
  const initial = await weights(page);
  const initialNext = await nextWords(page);
  await page.click("#one");
  await reached(page, 1);
  await train(page, 40);
  assert.equal(await step(page), 41);
  const trained = await weights(page);
  assert.notDeepEqual(trained, initial);
  for (let i = 0; i < 2; i++) {
    await page.click("#rewind");
    await reached(page, 0);
    assert.deepEqual(await weights(page), initial, "rewound");
    assert.deepEqual(await nextWords(page), initialNext);
    await train(page, 41);
    assert.deepEqual(await weights(page), trained, "trained again");
  }
  await page.click("#play");
  await until(page, () => Number(document.querySelector("#where").textContent.match(/\d+/)[0]) > 41);
  await page.click("#play");
  await until(page, () => document.querySelector("#play").textContent === "Go on");
  const paused = await step(page);
  await settled(page);
  assert.equal(await step(page), paused, "it stands still");
});

await check("20 rewinds give the same map", { hash: "#preset=rhyme" }, async (page) => {
  const initial = await weights(page);
  for (let i = 0; i < 20; i++) {
    await page.click("#one");
    await reached(page, 1);
    await page.click("#rewind");
    await reached(page, 0);
    assert.deepEqual(await weights(page), initial);
  }
});

await check("it stops at a step, at a loss, and when flat", { hash: "#preset=rhyme" }, async (page) => {
  await page.click("#stopping > summary");
  await train(page, 10);
  await page.fill("#stop-steps", "30");
  await page.press("#stop-steps", "Tab");
  await page.click("#play");
  await reached(page, 30);
  await changedTo(page, "#verdict", /Step 30 is reached/);
  await page.fill("#stop-steps", "300");
  await page.fill("#stop-loss", "1.15");
  await page.press("#stop-loss", "Tab");
  await page.click("#play");
  await changedTo(page, "#verdict", /The loss at step \d+ is 1\.[01]\d+ nats, at most 1\.150/);
  assert.ok((await step(page)) < 300);
  await page.fill("#stop-loss", "");
  await page.check("#stop-flat");
  await page.click("#play");
  await changedTo(page, "#verdict", /have lowered the loss by no more than|All 300 steps/);
});

await check("more steps than a training has are steps of the training", { hash: "#preset=rhyme" }, async (page) => {
  await page.click("#stopping > summary");
  await page.fill("#stop-steps", "20");
  await page.press("#stop-steps", "Tab");
  await changedTo(page, "#where", /^step 0 of 20/);
  await page.click("#play");
  await reached(page, 20);
  await changedTo(page, "#play", /^Train 100 more$/);
  await page.click("#play");
  await reached(page, 120);
});

await check("a slow speed makes few steps", { hash: "#preset=rhyme" }, async (page) => {
  await page.click("#stopping > summary");
  await page.selectOption("#speed", "5");
  const steps = await page.evaluate(
    () =>
      new Promise((done) => {
        const seen = new Set();
        new MutationObserver(() => {
          seen.add(Number(document.querySelector("#where").textContent.match(/\d+/)[0]));
          if (seen.size === 4) done([...seen]);
        }).observe(document.querySelector("#where"), { childList: true, characterData: true, subtree: true });
        document.querySelector("#play").click();
      }),
  );
  assert.deepEqual(
    steps.slice(1).map((s, i) => s - steps[i]),
    [1, 1, 1],
  );
});

await check("a hidden tab pauses and goes on exactly", { hash: "#preset=rhyme" }, async (page) => {
  await train(page, 60);
  const wanted = await weights(page);
  await page.click("#rewind");
  await reached(page, 0);
  const show = (state) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await page.click("#stopping > summary");
  await page.selectOption("#speed", "50");
  await page.fill("#many-steps", "60");
  await page.click("#many");
  await show("hidden");
  await settled(page);
  const hidden = await step(page);
  await settled(page);
  assert.equal(await step(page), hidden, "nothing is trained while hidden");
  assert.ok(hidden < 60, `${hidden} steps`);
  await show("visible");
  await reached(page, 60);
  assert.deepEqual(await weights(page), wanted);
});

await check("the curve has its baselines, births, and the map of each step", {}, async (page) => {
  const at = {};
  for (const count of [50, 50, 100]) {
    await train(page, count);
    at[await step(page)] = await weights(page);
  }
  const levels = await page.$$eval("#loss text.level", (l) => l.map((e) => e.textContent));
  for (const name of ["uniform", "bigram", "exact"]) assert.ok(levels.includes(name), `${levels}`);
  await page.click("#curve-panel summary");
  assert.match(await page.textContent("#baselines"), /exact: 1\.\d+.*grammar/s);
  assert.ok((await page.locator("#loss .birth").count()) > 0);
  assert.match(
    await page.$eval("#loss .birth title", (e) => e.textContent),
    /^steps? \d+( to \d+)?: \d+ links? formed: .+ to .+ \(head \d\)/,
  );
  const drawn = await page.$$eval("#loss polyline", (l) => l.map((e) => e.points.length));
  assert.ok(drawn.length === 2 && drawn.every((n) => n > 1), `curves of ${drawn} points`);
  const box = await page.locator("#loss").boundingBox();
  const tick = await page.$$eval("#loss .axis + text", (l) => l.map((e) => [Number(e.textContent), Number(e.getAttribute("x"))]));
  const x = (s) => box.x + tick[0][1] + (tick[1][1] - tick[0][1]) * (s / tick[1][0]);
  await page.mouse.move(x(200), box.y + 80);
  await page.mouse.down();
  await page.mouse.move(x(100), box.y + 90, { steps: 5 });
  await changedTo(page, "#past-text", /step 100,/);
  assert.deepEqual(await weights(page), at[100]);
  await page.mouse.move(x(50), box.y + 90, { steps: 5 });
  await changedTo(page, "#past-text", /step 50,/);
  await page.mouse.up();
  assert.deepEqual(await weights(page), at[50]);
  assert.match(await page.textContent("#lead"), /^This is step 50\./);
  const marker = await page.$eval("#loss > circle:last-of-type", (c) => Number(c.getAttribute("cx")));
  near(marker + box.x, x(50), "the mark on the curve", 3);
  await page.click("#past-back");
  assert.deepEqual(await weights(page), at[200]);
  await page.focus("#step");
  await page.keyboard.press("Home");
  await changedTo(page, "#past-text", /step 0,/);
});

await check("one sentence says what to do, and Play trains until all steps are made", { alone: true }, async (page) => {
  assert.match(
    await page.textContent("#lead"),
    /^Press Play: a transformer of [\d,]+ parameters trains on [\d,]+ sentences about animals and learns to predict the next word\.$/,
  );
  assert.equal(await step(page), 0);
  const first = await nextWords(page);
  // Figures, not claims: how long tasks of the page take while it trains, and when the prediction is there.
  const figures = await page.evaluate(
    () =>
      new Promise((done) => {
        const tasks = [];
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
        const start = performance.now();
        const seen = { tasks, first: 0, sure: 0, all: 0, whileTraining: "" };
        document.querySelector("#play").click();
        const look = () => {
          const now = performance.now() - start;
          if (!seen.first && /^step [1-9]\d* of/.test(document.querySelector("#where").textContent)) {
            seen.first = now;
            seen.whileTraining = document.querySelector("#play").textContent;
          }
          const top = document.querySelector("#next li");
          if (!seen.sure && top?.firstChild.textContent === "river" && Number(top.querySelector(".number").textContent) >= 0.98)
            seen.sure = now;
          seen.all = now;
          if (document.querySelector("#play").textContent.startsWith("Train")) done(seen);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  console.log(
    `# first steps after ${figures.first.toFixed(0)} ms, river at 0.98 after ${figures.sure.toFixed(0)} ms, all steps after ` +
      `${figures.all.toFixed(0)} ms; ${figures.tasks.length} tasks of the page over 50 ms, the longest ` +
      `${Math.max(0, ...figures.tasks).toFixed(0)} ms`,
  );
  assert.equal(figures.whileTraining, "Pause");
  assert.ok(figures.sure > 0);
  assert.equal(await page.textContent("#play"), "Train 500 more");
  const [top] = await nextWords(page);
  assert.equal(top.word, "river");
  assert.ok(top.probability > 0.98 && first[0].probability < 0.2, `${first[0].probability} to ${top.probability}`);
  assert.equal(await page.textContent(".ghost .word"), "river");
  await page.waitForSelector("#verdict:not([hidden])");
  assert.match(await page.textContent("#verdict"), /All 1,500 steps are made/);
  await page.waitForSelector(".card .words:not(:empty)");
});
