// Package kernel has the arithmetic of the project on float32 slices: matrix products, softmax, LayerNorm, GELU, cross-entropy,
// AdamW. It knows no graph, batch or head. Callers choose the rows and strides:
//
//	x, w := kernel.Dense(activations, rows, dim), kernel.Dense(weights, dim, hidden)
//	kernel.MatMulBias(kernel.Dense(y, rows, hidden), x, w, bias) // y = x w + bias
//	kernel.Softmax(y[:hidden])                                   // first row
//
// Forward functions have a backward function beside them. All functions are deterministic, run on the calling goroutine, and
// allocate no memory after the first calls. They read and write no element outside of the lengths of their arguments. Row i of a
// result does not depend on the number of rows of the call: a product or a softmax gives the same bits in a batch of 1 and of
// 1,000, so the map of one sentence is the map that training computed. Shapes that do not fit are errors of the calling code and
// panic.
//
// Each function exists in portable Go and, for amd64, as generated assembly for AVX2 with FMA and for AVX-512 (folder assembly, a
// separate module). The fastest that the processor supports is chosen at start-up. Instruction sets round differently: results
// are equal bit by bit only under the same instruction set.
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

// wholeRows panics unless a length is a multiple of n.
func wholeRows(what string, length, n int) {
	if n == 0 || length%n != 0 {
		panic(fmt.Sprintf("kernel: %s: %d elements are not whole rows of %d", what, length, n))
	}
}
