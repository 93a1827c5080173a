// Runs a Go program compiled for GOOS=js in a page of Chromium, with the kernels, and exits with its code:
//
//     node browser.mjs CHROMIUM GOROOT program.wasm [arguments]
//
// playwright-core is that of the tests of pages (npm ci in internal/render/page/browser). The environment variables that begin
// with ATTEND_ are passed on.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const { chromium } = createRequire(join(here, "../../render/page/browser/harness.mjs"))("playwright-core");
const [executablePath, goRoot, program, ...args] = process.argv.slice(2);
const files = {
  "/": ["text/html", "<!doctype html>"],
  "/program.wasm": ["application/wasm", readFileSync(program)],
  "/links.wasm": ["application/wasm", readFileSync(join(here, "links.wasm"))],
  "/kernels.wasm": ["application/wasm", readFileSync(join(here, "kernels.wasm"))],
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage();
page.on("console", (m) => console.log(m.text()));
page.on("pageerror", (e) => console.log(e.message));
await page.route("**/*", (route) => {
  const file = files[new URL(route.request().url()).pathname];
  return file ? route.fulfill({ contentType: file[0], body: file[1] }) : route.abort();
});
await page.goto("http://kernels.test/");
await page.addScriptTag({ path: join(goRoot, "lib/wasm/wasm_exec.js") });
await page.addScriptTag({ path: join(here, "kernels.js") });
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("ATTEND_")));
process.exitCode = await page.evaluate(async ({ argv, env }) => {
  const bytes = async (name) => (await fetch(name)).arrayBuffer();
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
