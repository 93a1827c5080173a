// Unpacks the program of the engine in the Worker. The script of the Worker ends with this file and begins with the modules of the
// kernels in base64, attendModules. The first message to the Worker is {base64}, the program compressed with gzip, or {from}, the address
// of that file. The program is compiled while it arrives.
"use strict";

(() => {
  const started = globalThis.onmessage; // of worker.js, which takes {program, links, kernels}

  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

  // decoded is a stream of the bytes of a text in base64.
  const decoded = (base64) => {
    const part = 2 ** 20; // characters; a multiple of 4
    let at = 0;
    return new ReadableStream({
      pull(to) {
        if (at >= base64.length) return to.close();
        const text = base64.slice(at, at + part);
        at += part;
        to.enqueue(Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : bytes(text));
      },
    });
  };

  // unpacked is a stream of what a stream of gzip holds. Some servers say of such a file that it was compressed on the way, and the
  // browser has unpacked it already: then it is passed on as it is.
  const unpacked = async (packed) => {
    const reader = packed.getReader();
    const { value, done } = await reader.read();
    const whole = new ReadableStream({
      start(to) {
        if (!done) to.enqueue(value);
      },
      async pull(to) {
        const next = await reader.read();
        if (next.done) to.close();
        else to.enqueue(next.value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return value?.[0] === 0x1f ? whole.pipeThrough(new DecompressionStream("gzip")) : whole;
  };

  const fetched = async (from) => {
    const response = await fetch(from);
    if (!response.ok) throw new Error(`the server answered ${response.status} for ${from}`);
    return response.body;
  };

  const compiled = async ({ base64, from }) => {
    if (typeof DecompressionStream === "undefined" || typeof WebAssembly === "undefined") {
      throw new Error("this browser cannot run it, one of 2023 or later can");
    }
    const stream = await unpacked(base64 === undefined ? await fetched(from) : decoded(base64));
    return WebAssembly.compileStreaming(new Response(stream, { headers: { "Content-Type": "application/wasm" } }));
  };

  globalThis.onmessage = async (event) => {
    if (typeof event.data === "string") return started(event);
    try {
      const program = await compiled(event.data);
      started({ data: { program, links: bytes(attendModules.links), kernels: bytes(attendModules.kernels) } });
    } catch (err) {
      postMessage(JSON.stringify({ error: `the engine cannot be started: ${String(err?.message ?? err).split("\n")[0]}. Load the page again.` }));
    }
  };
})();
