// Runs the engine in Node.js as a Worker of a page runs it, for tests:
//
//     node node.js program.wasm links.wasm kernels.wasm SCRIPT...
//
// The scripts are those of the Worker, in order. Requests are lines of standard input, replies lines of standard output.
"use strict";
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const vm = require("node:vm");

const [program, links, kernels, ...scripts] = process.argv.slice(2);
let unanswered = 1; // messages, the first one included
let ended = false;
const done = () => {
  if (ended && unanswered === 0) process.exit(0);
};
const worker = vm.createContext({
  WebAssembly, TextEncoder, TextDecoder, performance, crypto, setTimeout, clearTimeout, console,
  postMessage(text) {
    process.stdout.write(text + "\n", () => {
      unanswered--;
      done();
    });
  },
});
for (const script of scripts) vm.runInContext(readFileSync(script, "utf8"), worker, { filename: script });
worker.onmessage({ data: { program: readFileSync(program), links: readFileSync(links), kernels: readFileSync(kernels) } });
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  unanswered++;
  worker.onmessage({ data: line });
});
lines.on("close", () => {
  ended = true;
  done();
});
