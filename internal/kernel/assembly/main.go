// Command assembly writes the amd64 kernels of the package above it: the same
// arithmetic as the portable Go, sixteen (AVX-512) or eight (AVX2 with FMA) numbers at once.
//
// It is a module of its own, so that avo, which turns these functions into assembly, is
// no dependency of the project. Run it with `go generate ./internal/kernel`.
//
// Read in this order: machine.go (what differs between the two instruction sets),
// tile.go (the heart of the matrix product), exp.go, softmax.go, layernorm.go,
// activation.go, elementwise.go, optimize.go, transpose.go, limit.go.
package main

import (
	"github.com/mmcloughlin/avo/build"
)

func main() {
	for _, m := range []machine{avx512, avx2} {
		m.tiles()
		m.copyColumns()
		m.copyRows()
		m.exp()
		m.softmax()
		m.softmaxGrad()
		m.layerNorm()
		m.layerNormGrad()
		m.gelu()
		m.elementwise()
		m.adamW()
		m.sumSquares()
		m.limit()
	}
	transpose()
	build.Generate()
}
