// Runs a Go program compiled for GOOS=js with the kernels, as lib/wasm/wasm_exec_node.js of Go does without them:
//
//     node node.js GOROOT program.wasm [arguments]
"use strict";
const fs = require("fs");
const path = require("path");

globalThis.require = require;
globalThis.fs = fs;
globalThis.path = path;
const goRoot = process.argv[2];
require(path.join(goRoot, "lib/wasm/wasm_exec.js"));
require("./kernels.js");

(async () => {
  const bytes = (name) => fs.readFileSync(path.join(__dirname, name));
  const go = new Go();
  go.argv = process.argv.slice(3);
  go.env = { TMPDIR: require("os").tmpdir(), ...process.env };
  go.exit = process.exit;
  const connect = await attendKernels(go.importObject, bytes("links.wasm"), bytes("kernels.wasm"));
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(go.argv[0]), go.importObject);
  await connect(instance);
  process.on("exit", (code) => {
    if (code === 0 && !go.exited) {
      // A deadlock: let Go print its stacks.
      go._pendingEvent = { id: 0 };
      go._resume();
    }
  });
  await go.run(instance);
})().catch((err) => {
  console.error(err);
  process.exit(1);
});
