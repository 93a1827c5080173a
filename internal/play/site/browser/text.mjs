// The reader's own text: pasted, opened, dropped; and what is no text.

import assert from "node:assert/strict";
import { changedTo, check, drop, nextWords, notice, settled, step, train, until } from "./live.mjs";

const sentences = () => {
  const rules = [
    ["cat", "mat"],
    ["dog", "rug"],
    ["bird", "branch"],
    ["fish", "bowl"],
  ];
  const lines = [];
  for (let i = 0; i < 200; i++) {
    const [animal, place] = rules[i % 4];
    lines.push(
      `the ${["old", "young", "small", "big", "tired"][i % 5]} ${animal} ${["sat", "slept", "stood"][i % 3]} on the ${place}`,
    );
  }
  return lines.join("\n");
};

await check("own sentences are pasted, trained on, and the word that matters is told", {}, async (page) => {
  await page.click("#own");
  await page.fill("#own-text", sentences());
  assert.match(await page.textContent("#own-note"), /200 lines, 1400 words/);
  await page.click("#own-use");
  await changedTo(page, "#lead", /trains on 1\d\d sentences/);
  assert.ok(!(await page.isVisible("#own-panel")));
  assert.match(await page.$eval("#preset", (e) => e.selectedOptions[0].textContent), /^your own text/);
  await page.fill("#sentence", "the old dog slept on the");
  await page.press("#sentence", "Enter");
  await settled(page);
  await train(page, 300);
  const [top] = await nextWords(page);
  assert.equal(top.word, "rug");
  await page.click("#why");
  await page.waitForSelector("#why-answer p");
  assert.match(await page.textContent("#why-answer"), /dog/);
  assert.match(await page.textContent("#command"), /--data mine\.txt/);
});

await check("a dropped file is learned", {}, async (page) => {
  await drop(page, "animals.txt", "text/plain", sentences());
  await changedTo(page, "#preset", /your own text: animals\.txt/);
  await changedTo(page, "#command", /--data animals\.txt/);
  await page.selectOption("#preset", "savanna");
  await changedTo(page, "#command", /^attend train$/);
});

await check("a text in UTF-16 is learned by its byte-order mark, and a carriage return alone ends a line", {}, async (page) => {
  const utf16 = Buffer.from(`\ufeff${sentences().replaceAll("\n", "\r")}`, "utf16le");
  await drop(page, "notepad.txt", "text/plain", utf16);
  await changedTo(page, "#preset", /your own text: notepad\.txt/);
  assert.ok((await page.inputValue("#own-text")).split("\n").length > 4);
});

await check("what is no text, or too little or too much of it, is refused, and the former training stands", {}, async (page) => {
  await train(page, 3);
  for (const [file, content, told] of [
    ["book.pdf", "%PDF-1.7\n\x80\x81", /book\.pdf is a PDF/],
    ["book.docx", "PK\x03\x04....", /book\.docx is a document of an office program/],
    ["text.gz", Buffer.from([0x1f, 0x8b, 8, 0, 0]), /text\.gz is compressed with gzip/],
    ["photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0]), /photo\.jpg is an image/],
    ["noise.txt", Buffer.from([0x61, 0xff, 0xfe, 0x20]), /noise\.txt is not text in UTF-8/],
    ["zeros.txt", "a\0b", /zeros\.txt has bytes that are no text/],
    ["empty.txt", "", /empty\.txt is empty/],
    ["one.txt", "hello", /one distinct sentence/],
    ["word.txt", `${"x".repeat(100000)}\n`.repeat(2), /word of 100,000 characters/],
  ]) {
    await drop(page, file, "", content);
    await changedTo(page, "#notice-text", told);
    assert.match(await page.textContent("#notice-text"), /^.{10,400}$/s);
    assert.equal(await step(page), 3, file);
    await page.click("#notice-close");
    assert.equal(await notice(page), "");
  }
  await train(page, 2);
});

await check("1 MB of text is learned, more is refused", {}, async (page) => {
  const line = `${sentences()}\n`;
  await drop(page, "large.txt", "text/plain", line.repeat(Math.floor(1e6 / line.length)));
  await changedTo(page, "#lead", /trains on [\d,]{6,} sentences/);
  await train(page, 3);
  await drop(page, "larger.txt", "text/plain", "a b\n".repeat(300000));
  await changedTo(page, "#notice-text", /larger\.txt has 1\.2 MB/);
});

await check("words that look like markup are text", {}, async (page) => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img/src=x/onerror=alert(2)>",
    "</script>",
    "{{.}}",
    "&lt;b&gt;",
    '"onmouseover=alert(3)',
    "__proto__",
    "constructor",
  ];
  const lines = [];
  for (let i = 0; i < 60; i++) lines.push(hostile.map((_, k) => hostile[(k + i) % hostile.length]).join(" "));
  await drop(page, "<b>x</b>.txt", "text/plain", lines.join("\n"));
  await changedTo(page, "#preset", /your own text/);
  await page.fill("#sentence", hostile.join(" "));
  await page.press("#sentence", "Enter");
  const words = hostile.join("").replaceAll(" ", "");
  await until(
    page,
    (words) =>
      [...document.querySelectorAll(".token .word")]
        .slice(1)
        .map((e) => e.textContent)
        .join("") === words,
    words,
  );
  await train(page, 30);
  await page.click("#heads-name");
  await page.waitForSelector(".card .words:not(:empty)");
  await page.click("#why");
  await page.waitForSelector("#why-answer p, #why-answer:not(:empty)");
  await page.click("#write-fold > summary");
  await page.click("#write");
  await page.waitForSelector("#written li");
  assert.equal(await page.locator("img, iframe, object, link, #figure script, #next script").count(), 0);
});
