// Opens the live page in a real browser and does with it what people do: it trains, cuts, drops files, goes back in time.
//
//    node check.mjs BROWSER FOLDER
//
// FOLDER has play.html, and run.html with a trained run inside. One line for each check, as in internal/render/page/browser/check.mjs,
// whose harness and modules these checks share.

import { finish } from "../../../render/page/browser/harness.mjs";

const parts = ["everywhere", "training", "film", "address", "text", "settings", "cuts", "sentence", "save"];
await Promise.all(parts.map((part) => import(`./${part}.mjs`)));
await finish();
