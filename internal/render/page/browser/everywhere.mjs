// What must hold of every page: themes, accessibility, hostile words, the policy, narrow screens, paper, size.

import assert from "node:assert/strict";
import { accessible, check, megabytes, opened, slide, td, truth } from "./harness.mjs";

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
    const other = { light: "dark", dark: "light" }[scheme];
    assert.equal(await page.textContent("#theme"), `Use ${other} colours`, "the button says what it does");
    await page.click("#theme");
    assert.equal(await page.textContent("#theme"), `Use ${scheme} colours`);
    assert.notEqual(await theme(), scheme);
    assert.notEqual(await background(), before);
    await page.mouse.move(0, 0);
    await accessible(page, "after the button");
  });
  for (const file of ["film.html", "hostile.html", "many.html", "measured.html", "sinks.html", "characters.html"]) {
    await check(`axe finds nothing in ${scheme} ${file}`, file, { colorScheme: scheme, viewport: { width: 1400, height: 900 } }, async (page) => {
      await accessible(page, "at 1400 pixels");
      await page.setViewportSize({ width: 390, height: 800 });
      await accessible(page, "at 390 pixels");
    });
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

for (const file of ["map.html", "film.html", "hostile.html", "wide.html", "characters.html"]) {
  await check(`${file} fits a screen of 375 pixels`, file, { viewport: { width: 375, height: 700 } }, async (page) => {
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(await wide() <= 375, `${await wide()} pixels as opened`);
    if (await page.isVisible("#head")) {
      await page.selectOption("#head", { value: "0" });
      assert.ok(await wide() <= 375, `${await wide()} pixels with one head`);
    }
  });
  await check(`${file} prints black on white, with the light colours`, file, { colorScheme: "dark" }, async (page) => {
    const { light, dark } = await page.$eval("#data", (e) => JSON.parse(e.textContent));
    const scale = () => page.$eval("#scale", (e) => e.style.getPropertyValue("--scale"));
    assert.ok((await scale()).includes(dark.weights.join(", ")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.locator(`#scale[style*="${light.weights.join(", ")}"]`).waitFor();
    const colors = await page.evaluate(() => ({
      page: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(document.body).color,
    }));
    assert.deepEqual(colors, { page: "rgb(255, 255, 255)", text: "rgb(0, 0, 0)" });
    const cut = await page.$$eval("*", (l) => l.filter((e) => !e.closest("svg, .word, #canvas") && /auto|scroll/.test(getComputedStyle(e).overflowY + getComputedStyle(e).overflowX)
      && (e.scrollHeight > e.clientHeight + 1)).map((e) => e.id || e.className));
    assert.deepEqual(cut, [], "nothing is cut off on paper");
    assert.ok(!(await page.isVisible("#controls")));
  });
}

await check("a large page opens", "wide.html", { alone: true }, async (page) => {
  const drawn = await opened(page);
  assert.deepEqual(await page.$eval("#cells canvas", (c) => [c.width, c.height]), [64, 64]);
  assert.equal(await page.locator("#overview button").count(), 13);
  console.log(`# wide.html: 12 heads, 64 words, ${megabytes("wide.html")}, usable ${drawn.toFixed(0)} ms after the start of the navigation`);
});

await check("512 tokens need few elements", "characters.html", { alone: true }, async (page) => {
  const drawn = await opened(page);
  const elements = await page.locator("*").count();
  assert.ok(elements < 3000, `${elements} elements`);
  assert.ok(!(await page.isVisible("#grid-panel")), "the grid is drawn on demand");
  const painted = () => page.$$eval("#overview canvas", (l) => l.filter((c) => {
    const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    one.drawImage(c, 0, 0);
    return one.getImageData(0, 0, 1, 1).data[3] === 255;
  }).length);
  for (let i = 0; i < 100 && await painted() < 15; i++) await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  assert.equal(await painted(), 15, "small pictures of all heads and means");
  await page.check("#show-grid");
  assert.deepEqual(await page.$eval("#cells canvas", (c) => [c.width, c.height]), [512, 512]);
  assert.ok(await page.locator("*").count() < 5000);
  console.log(`# characters.html: 8 heads, 512 characters, ${megabytes("characters.html")}, usable ${drawn.toFixed(0)} ms after the start of the navigation`);
});

await check("twice as large text fits", "map.html", { viewport: { width: 700, height: 450 }, deviceScaleFactor: 2 }, async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 700);
  await accessible(page, "200 % zoom");
});

await check("nothing moves by itself under reduced motion", "film.html", { reducedMotion: "reduce" }, async (page) => {
  await page.locator("#formed tbody tr:visible button").first().click();
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  const top = () => page.evaluate(() => scrollY);
  const before = await top();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await top(), before, "the page does not glide");
});
