// What the checks of the live page share: waiting for the engine, training some steps, reading what is shown.

import assert from "node:assert/strict";
import { check as checkPage } from "../../../render/page/browser/harness.mjs";

// check opens the live page and waits until it can train.
export function check(name, options, act) {
  return checkPage(name, options.file ?? "play.html", { viewport: { width: 1400, height: 900 }, ...options }, async (page) => {
    page.setDefaultTimeout(120000);
    await ready(page);
    await act(page);
    if ((await page.textContent("#play")) === "Pause") await page.click("#play"); // it takes no time from the next check
  });
}

export const ready = (page) =>
  until(page, () => !document.querySelector("#play").disabled && /^step /.test(document.querySelector("#where").textContent));

// step is the step that the page says the training is at.
export const step = async (page) => Number((await page.textContent("#where")).match(/^step (\d+) of/)[1]);

// train makes so many steps and waits for them.
export async function train(page, count) {
  const before = await step(page);
  await page.fill("#many-steps", String(count));
  await page.click("#many");
  await reached(page, before + count);
}

// reached waits until the training is at a step, and stands still.
export const reached = (page, at) =>
  until(
    page,
    (at) =>
      document.querySelector("#where").textContent.startsWith(`step ${at} of`) &&
      document.querySelector("#play").textContent !== "Pause",
    at,
  );

// until waits for what a function in the page returns: the policy of the page refuses how Playwright does that.
export async function until(page, act, argument) {
  const end = Date.now() + 120000; // on a machine that is busy; what fails, waits for it
  while (!(await page.evaluate(act, argument))) {
    if (Date.now() > end) throw new Error(`in vain: ${act} of ${argument}`);
    await page.waitForTimeout(25);
  }
}

// settled waits until the session has answered, unless it trains, and what it answered is drawn.
export async function settled(page) {
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150)))));
  await drawn();
  const answered = () => document.querySelector("#play").textContent === "Pause" || !document.documentElement.hasAttribute("data-asking");
  if (await page.evaluate(answered)) return;
  await until(page, answered);
  await drawn();
}

// weights are the numbers of the grid, row after row.
export async function weights(page) {
  if (!(await page.$eval("#grid-fold", (e) => e.open))) await page.click("#grid-fold > summary");
  await settled(page);
  return page.$$eval("#grid tbody tr", (rows) =>
    rows.map((r) => [...r.querySelectorAll("td:not(.later)")].map((c) => Number(c.textContent))),
  );
}

export const nextWords = (page) =>
  page.$$eval("#next li", (list) =>
    list.map((li) => ({
      word: li.firstChild.textContent,
      probability: Number(li.querySelector(".number").firstChild.textContent),
      before: li.querySelector(".was") ? Number(li.querySelector(".was").textContent.replace(" was ", "")) : null,
    })),
  );

// arcs are the arcs that are shown: their key, width, and whether they are cut.
export const arcs = (page) =>
  page.$$eval(".arc:not([hidden])", (list) =>
    list.map((g) => ({
      key: Number(g.dataset.key),
      width: Number(g.querySelector(".line").getAttribute("stroke-width")),
      cut: g.classList.contains("cut"),
    })),
  );

// arcAt is a point of the page on an arc, where nothing else lies.
export const arcAt = (page, key) =>
  page.$eval(`.arc[data-key="${key}"] .line`, (line) => {
    line.closest(".sentence").scrollIntoView({ block: "nearest" });
    const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
    return { x: at.x, y: at.y };
  });

export async function clickArc(page, key) {
  const { x, y } = await arcAt(page, key);
  await page.mouse.click(x, y);
  await settled(page);
}

export const token = (i) => `.sentence .token >> nth=${i}`;
export const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash.replaceAll("+", " ")));
export const notice = async (page) => ((await page.isVisible("#notice")) ? page.textContent("#notice-text") : "");

// changedTo waits until the text of an element matches.
export async function changedTo(page, selector, pattern) {
  await until(page, ([selector, source]) => new RegExp(source, "s").test(document.querySelector(selector)?.textContent ?? ""), [
    selector,
    pattern.source,
  ]).catch(async () => assert.match(await page.textContent(selector), pattern));
}

// drop drops a file on the page.
export async function drop(page, name, type, content) {
  await page.evaluate(
    ({ name, type, content }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], name, { type }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    { name, type, content: [...Buffer.from(content)] },
  );
}
