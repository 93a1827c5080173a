// Opens the folder for a server, on servers of several kinds, and pages that cannot start:
//
//    node folder.mjs BROWSER FOLDER SERVER
//
// FOLDER has the folder `site`, and half.html, a page of one file that was cut off. SERVER is the address of a server that has the
// folder at plain/, at encoded/ where it says of the program that it was compressed on the way, and at missing/ without the program.

import assert from "node:assert/strict";
import { browser, checkAt, folder } from "../../../render/page/browser/harness.mjs";
import { pathToFileURL } from "node:url";
import { changedTo, notice, ready, train } from "./live.mjs";

const server = process.argv[4];
const told = async (page, what) => {
  await changedTo(page, "#notice-text", what);
  assert.match(await page.textContent("#where"), /^The engine (did not start|stopped)/);
};

for (const kind of ["plain", "encoded"]) {
  const requests = [];
  const asked = (url) => requests.push(url.replace(`${server}/${kind}/`, ""));
  await checkAt(`a server that is ${kind}`, `${server}/${kind}/`, { asked }, async (page) => {
    await ready(page);
    await train(page, 3);
    assert.equal(await notice(page), "");
    assert.deepEqual(requests.map((r) => r.replace(/[0-9a-f]{16}/, "HASH")), ["", "worker-HASH.js", "engine-HASH.bin"]);
  });
}

await checkAt("a server without the program", `${server}/missing/`, { asked() {}, said: /404/ }, (page) => told(page, /404/));
await checkAt("the folder without a server", pathToFileURL(`${folder}/site/index.html`).href, {}, (page) => told(page, /attend play -o play.html/));
await checkAt("a page that was cut off", pathToFileURL(`${folder}/half.html`).href, {}, (page) => told(page, /engine cannot be started.*[Ll]oad the page again/));
await browser.close();
