// What must hold of the page as a whole: accessibility, keyboard, narrow screens, paper, zoom, motion, storage, policy.

import assert from "node:assert/strict";
import { accessible } from "../../../render/page/browser/harness.mjs";
import { arcs, changedTo, check, clickArc, reached, settled, step, train, until } from "./live.mjs";

const folds = ["#stopping", "#settings-fold", "#grid-fold", "#write-fold", "#save-fold", "#curve-panel details"];

await check("axe finds nothing in light and dark, at 1400 and 390 pixels", {}, async (page) => {
  const everywhere = async (what) => {
    for (const [width, colorScheme] of [[1400, "light"], [1400, "dark"], [390, "dark"], [390, "light"]]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await settled(page);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
      await accessible(page, `${what}, ${colorScheme} at ${width} pixels`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${what}: ${wide} pixels on a screen of ${width}`);
    }
  };
  await everywhere("as opened");
  await train(page, 60);
  await clickArcOrKey(page, 6);
  await page.click("#heads-name");
  await page.waitForSelector(".card .words:not(:empty)");
  await page.click("#why");
  await page.waitForSelector("#why-answer p");
  await page.click(".card:nth-child(2) .ablate");
  await settled(page);
  await everywhere("trained, with a cut and a head off");
  for (const fold of folds) await page.click(`${fold} > summary`);
  for (const more of await page.$$("#settings details summary")) await more.click();
  await page.click("#own");
  await page.click("#write");
  await settled(page);
  await everywhere("with everything open");
  await page.focus("#step");
  await page.keyboard.press("Home");
  await changedTo(page, "#past-text", /step 0/);
  await everywhere("in the past");
});

async function clickArcOrKey(page, key) {
  await page.focus(`.arc[data-key="${key}"]`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".arc.cut");
}

await check("keyboard only, from the start to a cut", {}, async (page) => {
  const focused = () =>
    page.evaluate(
      () => document.activeElement.id || document.activeElement.className.baseVal || document.activeElement.className,
    );
  const tabTo = async (wanted) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const now = await focused();
      if (wanted.test(now)) {
        const outline = await page.evaluate(() => {
          const e = document.activeElement;
          const { outlineStyle } = getComputedStyle(e);
          const hit = e.querySelector?.(".hit");
          return outlineStyle !== "none" || (hit && getComputedStyle(hit).stroke !== "rgba(0, 0, 0, 0)");
        });
        assert.ok(outline, `the focus of ${now} is visible`);
        return;
      }
    }
    assert.fail(`Tab does not reach ${wanted}`);
  };
  await tabTo(/^play$/);
  await page.keyboard.press("Enter");
  await until(page, () => Number(document.querySelector("#where").textContent.match(/\d+/)[0]) > 300);
  await page.keyboard.press("Space");
  await until(page, () => document.querySelector("#play").textContent === "Go on");
  await tabTo(/token/);
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /near/);
  await page.keyboard.press("ArrowRight");
  await tabTo(/^arc( |$)/);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const label = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(await label(), /attends to .*, weight .*: cut$/);
  await page.keyboard.press("Enter");
  await changedTo(page, "#effect", /The probability of/);
  await settled(page);
  assert.match(await label(), /is cut.*: restore$/, "the focus stays on the arc");
  assert.equal((await arcs(page)).filter((a) => a.cut).length, 1);
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal((await arcs(page)).filter((a) => a.cut).length, 0);
});

await check("a screen reader hears of the training, not too often", {}, async (page) => {
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push([performance.now(), document.querySelector("#said").textContent])).observe(
      document.querySelector("#said"),
      { childList: true },
    );
  });
  await page.click("#play");
  await until(page, () => window.said.length >= 2);
  await page.click("#play");
  const said = await page.evaluate(() => window.said);
  assert.match(said[0][1], /^step \d+ of 1500, loss [\d.]+, predicts .+, .+ %$/);
  assert.ok(said[1][0] - said[0][0] > 3500, "seconds apart");
});

await check("a phone, 200 % zoom and a very narrow screen show all without scrolling sideways", { hasTouch: true }, async (page) => {
  await train(page, 40);
  for (const [name, viewport] of [
    ["a phone", { width: 390, height: 800 }],
    ["200 % zoom", { width: 700, height: 450 }],
    ["a very narrow screen", { width: 320, height: 600 }],
  ]) {
    await page.setViewportSize(viewport);
    const fits = async (what) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= viewport.width, `${name} ${what}: ${wide} pixels`);
    };
    await fits("as opened");
    await page.tap(".sentence .token >> nth=6");
    await settled(page);
    assert.ok((await arcs(page)).length > 1, "a tap chooses a word");
    await clickArcOrKey(page, 5);
    await fits("with a cut");
    for (const fold of folds) await page.click(`${fold} > summary`);
    await fits("with the folds");
    for (const fold of folds) await page.click(`${fold} > summary`);
    await page.click("#cuts-restore");
    await page.tap(".sentence .token >> nth=7");
  }
});

await check("letters of twice the size scroll nothing sideways and cut no head off", {}, async (page) => {
  await train(page, 40);
  for (const width of [1400, 700, 390]) {
    await page.setViewportSize({ width, height: 450 });
    await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels on a screen of ${width}`);
    const [shown, all] = await page.$eval("#heads", (e) => [e.clientHeight, e.scrollHeight]);
    assert.ok(all <= shown, `${shown} of ${all} pixels of the heads`);
  }
});

await check("a phone shows the sentence below Play, and an error where it is looked for", { hasTouch: true, viewport: { width: 390, height: 800 } }, async (page) => {
  await page.tap("#play");
  await until(page, () => Number(document.querySelector("#where").textContent.match(/\d+/)[0]) > 20);
  const bottom = await page.$$eval(".sentence .token", (l) => Math.max(...l.map((e) => e.getBoundingClientRect().bottom)));
  assert.ok(bottom <= 800, `the last word ends at ${bottom}`);
  await page.tap("#play");
  await page.tap("#own");
  await page.fill("#own-text", "hello");
  await page.evaluate(() => document.querySelector("#own-use").scrollIntoView({ block: "start" }));
  await page.tap("#own-use");
  await until(page, () => !document.querySelector("#notice").hidden);
  const { top, height } = await page.$eval("#notice", (e) => e.getBoundingClientRect());
  assert.ok(top >= 0 && top + height <= 800, `the notice is at ${top}`);
});

await check("paper has the sentence and the curve in black on white, and no controls", { colorScheme: "dark" }, async (page) => {
  await train(page, 60);
  await clickArc(page, 6);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await settled(page);
  assert.deepEqual(
    await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]),
    ["rgb(255, 255, 255)", "rgb(0, 0, 0)"],
  );
  for (const gone of ["#play", "#settings-fold", "#sentence", "#theme"]) assert.ok(!(await page.isVisible(gone)), gone);
  for (const there of [".sentence .token >> nth=2", "#loss", "#effect", "#next"]) assert.ok(await page.isVisible(there), there);
  assert.equal(await page.locator("details:visible").count(), 0, "no fold that is closed");
});

await check("nothing moves by itself under reduced motion", { reducedMotion: "reduce" }, async (page) => {
  await page.evaluate(() => {
    window.draws = 0;
    new MutationObserver(() => window.draws++).observe(document.querySelector("#where"), {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await page.click("#play");
  await until(page, () => Number(document.querySelector("#where").textContent.match(/\d+/)[0]) > 200);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  const [draws, at] = [await page.evaluate(() => window.draws), await step(page)];
  assert.ok(draws < at / 10, `${draws} draws in ${at} steps`);
});

await check("it works with storage switched off", {}, async (page) => {
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
  });
  await page.reload();
  await page.waitForSelector("#play:enabled");
  await train(page, 5);
  await page.click("#rewind");
  await reached(page, 0);
});

await check("the policy lets no other script, style or request in", { refusals: true }, async (page) => {
  const refused = await page.evaluate(async () => {
    const list = [];
    const all = new Promise((done) =>
      document.addEventListener("securitypolicyviolation", (e) => {
        list.push(e.effectiveDirective);
        if (list.length === 3) done();
      }),
    );
    const patience = new Promise((done) => setTimeout(done, 5000));
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.append(Object.assign(new Image(), { src: "data:image/gif;base64,R0lGODlhAQABAAAAACw=" }));
    fetch("https://example.org/").catch(() => {});
    await Promise.race([all, patience]);
    return { list: list.sort(), ran: Boolean(window.ran) };
  });
  assert.deepEqual(refused, { list: ["connect-src", "img-src", "script-src-elem"], ran: false });
});
