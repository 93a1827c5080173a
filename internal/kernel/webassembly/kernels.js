// attendKernels lets a Go program compute with the kernels in WebAssembly SIMD, whose modules are kernels.wasm and links.wasm. It
// is for a page, a Worker or Node.js, after wasm_exec.js:
//
//     const go = new Go();
//     const connect = await attendKernels(go.importObject, links, kernels); // the bytes of the modules
//     const { instance } = await WebAssembly.instantiate(program, go.importObject);
//     await connect(instance);
//     await go.run(instance);
//
// Where there is no SIMD the program computes in portable Go. A program that imports the kernels cannot be started without this.
"use strict";

globalThis.attendKernels = async (importObject, links, kernels) => {
  const simd = WebAssembly.validate(kernels);
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
  const linked = (await WebAssembly.instantiate(links, { env: { __indirect_function_table: table } })).instance.exports;
  importObject.kernels = { ...linked, available: () => (simd ? 1 : 0) };
  return async (program) => {
    if (!simd) return;
    const { exports } = (await WebAssembly.instantiate(kernels, { env: { memory: program.exports.mem } })).instance;
    let index = 1; // the order is that of the table KERNELS in kernels.h
    for (const name of Object.keys(linked)) {
      if (name in exports) table.set(index++, exports[name]);
    }
  };
};
