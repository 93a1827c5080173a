// Command assembly generates the amd64 kernels of package kernel: the arithmetic of the portable Go functions on 16 (AVX-512) or
// 8 (AVX2 with FMA) numbers at once. Run it with
//
//	go generate ./internal/kernel
//
// It is a separate module, so that the project does not depend on avo, which writes the assembly.
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
		m.relu()
		m.elementwise()
		m.adamW()
		m.sumSquares()
		m.limit()
	}
	transpose()
	build.Generate()
}
