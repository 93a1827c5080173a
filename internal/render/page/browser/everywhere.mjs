// What must hold of every page: themes, accessibility, hostile words, the policy, narrow screens, paper, size.

import { statSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";
import { accessible, check, folder, slide, td, truth } from "./harness.mjs";

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
      if (list.length === 3) done();
    }));
    const patience = new Promise((done) => setTimeout(done, 5000)); // where something is not refused
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.append(Object.assign(new Image(), { src: "data:image/gif;base64,R0lGODlhAQABAAAAACw=" }));
    fetch("https://example.org/").catch(() => {});
    await Promise.race([violated, patience]);
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
