// Package webassembly holds the kernels for programs compiled for GOOS=js GOARCH=wasm. Whoever starts such a program passes it to
// the function attendKernels of [Loader], with [Links] and [Kernels]; see kernels.js. The script `node` does so for go test:
//
//	GOOS=js GOARCH=wasm go test -exec $PWD/internal/kernel/webassembly/node ./internal/kernel
//
// In source, kernels.cc is the source of the kernels and links.c that of the functions which Go imports; `make` compiles both.
package webassembly

import _ "embed"

// Kernels is the module of the kernels in WebAssembly SIMD, which imports the memory of Go's module.
//
//go:embed kernels.wasm
var Kernels []byte

// Links is the module of the functions that Go imports, each of which calls the kernel of its name.
//
//go:embed links.wasm
var Links []byte

// Loader is a script that defines attendKernels.
//
//go:embed kernels.js
var Loader string
