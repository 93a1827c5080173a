// Package kernel is the arithmetic of the project on float32 slices: products of
// matrices, softmax, LayerNorm, GELU, cross-entropy, AdamW. It knows no graph, no
// batch and no head; what calls it decides which rows and strides to hand over.
//
// Every function pairs a forward with its backward, is deterministic, runs on the
// calling goroutine alone, allocates nothing once warm and never looks past the lengths that
// its arguments state. A result never depends on how many rows one call covers:
// row i of a product or a softmax is the same bits in a batch of one and of
// a thousand, so a map shown for one sentence is the map that training computed.
// Shapes that do not agree are errors of the caller, not of a user, and panic.
//
// A loop that one operation alone needs, and that takes little of a step, may stand beside that operation instead.
//
// Each function is written in portable Go and, for amd64, generated as assembly for AVX2 with FMA and
// for AVX-512 (folder assembly, a module of its own). The best that the processor has is chosen at
// start-up. Instruction sets round differently: bits are equal under one of them.
package kernel

import "fmt"

// sameLength panics unless all lengths equal the first.
func sameLength(what string, want int, lengths ...int) {
	for _, n := range lengths {
		if n != want {
			panic(fmt.Sprintf("kernel: %s: lengths %d and %d differ", what, want, n))
		}
	}
}

// wholeRows panics unless a length is a number of rows of n elements.
func wholeRows(what string, length, n int) {
	if n == 0 || length%n != 0 {
		panic(fmt.Sprintf("kernel: %s: %d elements are no whole rows of %d", what, length, n))
	}
}
