// Command assembly writes the amd64 kernels of the package above it: the same
// arithmetic as the portable Go, sixteen (AVX-512) or eight (AVX2 with FMA) numbers at once.
//
// It is a module of its own, so that avo, which turns these functions into assembly, is
// no dependency of the project. Run it with `go generate ./internal/kernel`.
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
