// Starts the engine of the page. What it needs stands in the element #engine at the end of the page: in a page of one file the script
// of the Worker, and the program in the element #program; else the addresses of both.

// engineWorker returns a promise of the Worker. It fails with a message for the reader if there can be none. What is posted to the
// Worker waits there until the engine is up.
async function engineWorker() {
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  const of = byId("engine"), program = byId("program");
  if (!of) throw new Error("This page is incomplete: download it again.");
  const { script, address, from } = JSON.parse(of.textContent);
  if (address && location.protocol === "file:") {
    throw new Error("This folder is for a web server. A page that opens from a file is written by: attend play -o play.html");
  }
  const url = address ?? URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(address ? { from: new URL(from, location.href).href } : { base64: program.textContent });
  program?.remove(); // the reader's memory holds it once
  return worker;
}
