// Runs a Go program compiled for GOOS=js in a page of a browser, with the kernels, and exits with its code:
//
//     node browser.mjs chrome|firefox EXECUTABLE GOROOT program.wasm [arguments]
//
// puppeteer-core is one of the modules of the tests of pages (npm ci in internal/render/page/browser). The environment variables
// that begin with ATTEND_ are passed on.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const puppeteer = createRequire(join(here, "../../render/page/browser/harness.mjs"))("puppeteer-core");
const [name, executablePath, goRoot, program, ...args] = process.argv.slice(2);
const files = {
  "/": ["text/html", `<!doctype html><script src="/wasm_exec.js"></script><script src="/kernels.js"></script>`],
  "/wasm_exec.js": ["text/javascript", readFileSync(join(goRoot, "lib/wasm/wasm_exec.js"))],
  "/kernels.js": ["text/javascript", readFileSync(join(here, "kernels.js"))],
  "/program.wasm": ["application/wasm", readFileSync(program)],
  "/links.wasm": ["application/wasm", readFileSync(join(here, "links.wasm"))],
  "/kernels.wasm": ["application/wasm", readFileSync(join(here, "kernels.wasm"))],
};
const server = createServer((request, response) => {
  const file = files[request.url];
  response.writeHead(file ? 200 : 404, { "Content-Type": file ? file[0] : "text/plain" }).end(file?.[1]);
}).listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));

const browser = await puppeteer.launch({
  browser: name, executablePath, args: name === "chrome" ? ["--no-sandbox"] : [], protocolTimeout: 600_000,
});
const page = await browser.newPage();
page.on("console", (m) => console.log(m.text()));
page.on("pageerror", (e) => console.log(e.message));
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith("ATTEND_")));
process.exitCode = await page.evaluate(async ({ argv, env }) => {
  const bytes = async (file) => (await fetch(file)).arrayBuffer();
  const go = new Go();
  let exit;
  Object.assign(go, { argv, env, exit: (code) => { exit = code; } });
  const connect = await attendKernels(go.importObject, await bytes("links.wasm"), await bytes("kernels.wasm"));
  const { instance } = await WebAssembly.instantiate(await bytes("program.wasm"), go.importObject);
  await connect(instance);
  await go.run(instance);
  return exit;
}, { argv: ["program", ...args], env });
await browser.close();
server.close();
