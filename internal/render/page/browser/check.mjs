// Opens the pages that the Go test wrote in a real browser and does with them what people do.
//
//    node check.mjs BROWSER FOLDER
//
// One line for each check: "ok NAME", or "not ok NAME: why"; "# ..." is a figure. The Go test reads them.

import { finish } from "./harness.mjs";

const parts = ["everywhere", "sweep", "curves", "map", "long", "measured", "beside", "film"];
await Promise.all(parts.map((part) => import(`./${part}.mjs`)));
await finish();
