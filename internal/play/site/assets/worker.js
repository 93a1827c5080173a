// The Worker in which the engine of the page runs. Its script is wasm_exec.js of Go, memoryfs.js, kernels.js and this file, one after
// the other. The first message has the bytes of the modules:
//
//     worker.postMessage({ program, links, kernels });
//
// It is answered with {"ready": true}, or with {"error": "one line"} if the engine cannot be started. Every later message is a request
// as text in JSON, and has one reply as text in JSON, in the order of the requests; see package play. If the engine ends, each request
// is answered with an error.
"use strict";

(() => {
  const waiting = []; // requests that have not been passed to the engine
  let receive; // takes a request; set by the engine when it is ready
  let busy = false; // whether a request is with the engine
  let failed = ""; // why there is no engine

  const reply = (text) => postMessage(text);
  const idOf = (text) => {
    try {
      return JSON.parse(text).id ?? 0;
    } catch {
      return 0;
    }
  };
  const pass = () => {
    if (failed) {
      for (const text of waiting.splice(0)) reply(JSON.stringify({ id: idOf(text), error: failed }));
    } else if (receive && !busy && waiting.length > 0) {
      busy = true;
      receive(waiting.shift());
    }
  };
  const fail = (err) => {
    failed = "the engine has ended: " + String(err?.message ?? err).split("\n")[0] + ": load the page again";
    if (busy) reply(JSON.stringify({ id: current, error: failed }));
    busy = false;
    if (!receive) reply(JSON.stringify({ error: failed }));
    pass();
  };
  let current = 0; // id of the request that is with the engine

  const start = async ({ program, links, kernels }) => {
    const go = new Go();
    go.argv = ["attend"];
    go.env = { TMPDIR: "/tmp", HOME: "/tmp" };
    // The engine calls these: first attendReady with the function that takes requests, then attendReply for each of them.
    globalThis.attendReady = (of) => {
      receive = (text) => {
        current = idOf(text);
        of(text);
      };
      reply(JSON.stringify({ ready: true }));
      pass();
    };
    globalThis.attendReply = (text) => {
      busy = false;
      reply(text);
      pass();
    };
    const connect = await attendKernels(go.importObject, links, kernels);
    const instance = program instanceof WebAssembly.Module
      ? await WebAssembly.instantiate(program, go.importObject)
      : (await WebAssembly.instantiate(program, go.importObject)).instance;
    await connect(instance);
    await go.run(instance);
    throw new Error("its program has ended");
  };

  globalThis.onmessage = (event) => {
    if (typeof event.data === "string") {
      waiting.push(event.data);
      pass();
      return;
    }
    start(event.data).catch(fail);
  };
})();
