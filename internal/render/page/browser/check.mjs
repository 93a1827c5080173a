// Opens the pages that the Go test wrote in a real browser and does with them what people do.
//
//    node check.mjs BROWSER FOLDER
//
// One line for each check: "ok NAME", or "not ok NAME: why"; "# ..." is a figure. The Go test reads them.

import { browser } from "./harness.mjs";

await import("./map.mjs");
await import("./long.mjs");
await import("./measured.mjs");
await import("./beside.mjs");
await import("./film.mjs");
await import("./curves.mjs");
await import("./sweep.mjs");
await import("./everywhere.mjs");
await browser.close();
