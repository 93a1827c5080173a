// Opens the live page in a real browser and does with it what people do: it trains, cuts, drops files, goes back in time.
//
//    node check.mjs BROWSER FOLDER
//
// FOLDER has play.html, and run.html with a trained run inside. One line for each check, as in internal/render/page/browser/check.mjs,
// whose harness and modules these checks share.

import { browser } from "../../../render/page/browser/harness.mjs";

await import("./training.mjs");
await import("./sentence.mjs");
await import("./cuts.mjs");
await import("./settings.mjs");
await import("./text.mjs");
await import("./address.mjs");
await import("./save.mjs");
await import("./everywhere.mjs");
await browser.close();
