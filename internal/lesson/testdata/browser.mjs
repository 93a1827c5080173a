// Opens the page of the lesson in a real browser, and does with it what a reader does.
//
//    node browser.mjs BROWSER FOLDER
//
// Its output is that of internal/render/page/browser, whose harness and modules it uses.

import assert from "node:assert/strict";
import { accessible, browser, check } from "../../render/page/browser/harness.mjs";

const chapter = (n, rest) => `#chapter-${n} ${rest}`;

for (const javaScriptEnabled of [true, false]) {
  await check(`an answer is shown after a choice, JavaScript ${javaScriptEnabled}`, "lesson.html", { javaScriptEnabled }, async (page) => {
    const table = page.locator(chapter(1, ".result table"));
    assert.ok(!(await table.isVisible()), "the result is shown before the choice");
    assert.ok(await page.locator(chapter(1, ".hint")).isVisible());
    assert.ok(await page.locator(chapter(3, ".question")).nth(0).isVisible());
    assert.ok(!(await page.locator(chapter(3, ".question")).nth(1).isVisible()), "the second question is shown before the first is answered");
    await page.locator(chapter(1, "summary")).nth(0).focus();
    await page.keyboard.press("Enter"); // a wrong one
    assert.match(await page.locator(chapter(1, "details[open]")).innerText(), /No\. [^]+Answer: b\)/);
    assert.ok(await table.isVisible() && !(await page.locator(chapter(1, ".hint")).isVisible()));
    await page.locator(chapter(1, "summary")).nth(1).click();
    assert.match(await page.locator(chapter(1, "details[open]")).nth(1).innerText(), /Right\./);
    assert.ok(!(await page.locator(chapter(2, ".result")).isVisible()));
    await page.locator("#all").check();
    assert.ok(await page.locator(chapter(2, ".result")).isVisible());
    assert.ok(!(await page.locator("#answers").isVisible()));
    await page.click('a[href="#answers"]');
    assert.ok(await page.locator("#answers").isVisible());
  });
}

for (const width of [1400, 390]) {
  for (const colorScheme of ["light", "dark"]) {
    await check(`the lesson at ${width} pixels, ${colorScheme}`, "lesson.html", { colorScheme, viewport: { width, height: 800 } }, async (page) => {
      await accessible(page, "as opened");
      await page.locator("#all").check();
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
      await page.evaluate(() => { location.hash = "answers"; });
      const wide = await page.$$eval("html, .table, .picture, pre, dd, figure", (list) => list.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => `${e.closest("section")?.id} ${e.className}`));
      assert.deepEqual(wide, [], "cut off");
      await accessible(page, "with all open");
      for (const n of [7, 8]) {
        const [one, two] = await page.$$eval(chapter(n, ".beside figure"), (list) => list.map((e) => e.getBoundingClientRect().top));
        assert.equal(one === two, width === 1400, `maps side by side in chapter ${n}`);
      }
    });
  }
}

await check("printed, each chapter begins a page and all results are there", "lesson.html", { colorScheme: "dark" }, async (page) => {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const seen = await page.evaluate(() => ({
    breaks: [...document.querySelectorAll("section")].every((s) => getComputedStyle(s).breakBefore === "page"),
    hidden: [...document.querySelectorAll(".result, #answers")].filter((e) => !e.checkVisibility()).length,
    answers: [...document.querySelectorAll(".choices p")].filter((e) => e.checkVisibility({ contentVisibilityAuto: true })).length,
    paper: getComputedStyle(document.body).backgroundColor,
  }));
  assert.deepEqual(seen, { breaks: true, hidden: 0, answers: 0, paper: "rgb(255, 255, 255)" });
});

await check("the worksheet on a phone and printed", "worksheet.html", { viewport: { width: 390, height: 800 } }, async (page) => {
  await accessible(page, "the worksheet");
  const wide = await page.$$eval("html, .table, .picture, pre, figure", (list) => list.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => `${e.closest("section")?.id} ${e.className}`));
  assert.deepEqual(wide, [], "cut off");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("details, .result, #answers, .try").count(), 0);
  assert.equal(await page.locator(".question").count(), await page.locator(".question .space:visible").count(), "space for each answer");
});

await browser.close();
