package kernel

import (
	"fmt"
	"os"
	"strings"

	"attend/internal/printable"
)

// InstructionsVariable is the environment variable that forces an instruction set: portable, avx2 or avx512, or in WebAssembly
// portable or wasm-simd. If it is not set, the fastest that the processor supports is used.
const InstructionsVariable = "ATTEND_KERNELS"

// instructions is a set of kernels in assembly or WebAssembly SIMD. The zero value has none: then the functions of this package
// use portable Go. The arguments are those of the exported functions, as pointers to the first elements; strides of tiles are in
// bytes.
type instructions struct {
	name string

	lanes       int        // float32 numbers in a register
	tiles       [][2]tile  // [rows-1][vectors-1], of whole vectors
	tails       [][2]tile  // the same, with a mask for the columns of the last vector
	transpose8  transposer // 8 x 8 numbers
	copyColumns func(y *float32, yRow int, x *float32, xRow, rows, columns int)
	copyRows    func(y, x *float32, xRow, rows int)
	limit       func(rounds int) // rounds of 24*lanes operations, to measure the peak of the processor

	exp           func(y, x *float32, n int)
	add, mul      func(y, a, b *float32, n int)
	scale         func(y, x *float32, n int, scale float32)
	sumRows       func(sum, x *float32, rows, n int)
	softmax       func(x *float32, rows, width, stride, first, more int, tops, sums *float32)
	softmaxGrad   func(d, w *float32, rows, width, dStride, wStride, first, more int)
	layerNorm     func(y, mean, rstd, x, gain, bias *float32, rows, dim int, epsilon float32)
	layerNormGrad func(dx, dGain, dBias, dy, x, gain, mean, rstd, addend *float32, rows, dim int)
	gelu, relu    func(y, slope, x *float32, n int)
	adamW         func(weights, first, second, gradient *float32, n int, scale, beta1, beta2, rate, root, epsilon, keep float32)
	sumSquares    func(x *float32, n int) float64
}

type (
	tile func(count, k int, a *float32, aRow, aStep, aTile int, b *float32, bStep int, c *float32, cRow int,
		addend *float32, addendRow int, alpha float32, columns int)
	transposer func(y *float32, yRow int, x *float32, xRow int)
)

// portable is the name of the set without assembly.
const portable = "portable"

var portableGo = &instructions{name: portable}

// active is the set in use, chosen at start-up. Tests of this package change it.
var active, activeError = choose(os.Getenv(InstructionsVariable))

// choose returns the set of that name, or the fastest for "".
func choose(name string) (*instructions, error) {
	sets := available() // best first
	names := make([]string, len(sets))
	for i, s := range sets {
		if s.name == name || name == "" {
			return s, nil
		}
		names[i] = s.name
	}
	return sets[0], fmt.Errorf("the environment variable %s asks for %s, but this processor has %s: "+
		"choose one of these, or unset it for the fastest",
		InstructionsVariable, printable.Quote(name), strings.Join(names, ", "))
}

// Instructions returns the name of the instruction set in use. It returns an error if [InstructionsVariable] names one that does
// not exist or that the processor does not support; the fastest is used then.
func Instructions() (string, error) { return active.name, activeError }
