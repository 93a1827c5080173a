package kernel

// Go imports the kernels from a module that the page, Worker or script which starts the program provides: see
// webassembly/kernels.js. Sizes are 32-bit numbers there.

// available returns the instruction sets of this browser or of Node.js, the best first.
func available() []*instructions {
	if simdAvailable() == 0 {
		return []*instructions{portableGo}
	}
	return []*instructions{&simd, portableGo}
}

var simd = instructions{
	name: "wasm-simd", lanes: 4,
	tiles: simdTiles, tails: simdTiles,
	transpose8: func(y *float32, yRow int, x *float32, xRow int) { simdTranspose8(y, int32(yRow), x, int32(xRow)) },
	copyColumns: func(y *float32, yRow int, x *float32, xRow, rows, columns int) {
		simdCopyColumns(y, int32(yRow), x, int32(xRow), int32(rows), int32(columns))
	},
	copyRows: func(y, x *float32, xRow, rows int) { simdCopyRows(y, x, int32(xRow), int32(rows)) },
	limit:    func(rounds int) { simdLimit(int32(rounds), 0.5, 1) },
	exp:      func(y, x *float32, n int) { simdExp(y, x, int32(n)) },
	add:      func(y, a, b *float32, n int) { simdAdd(y, a, b, int32(n)) },
	mul:      func(y, a, b *float32, n int) { simdMul(y, a, b, int32(n)) },
	scale:    func(y, x *float32, n int, scale float32) { simdScale(y, x, int32(n), scale) },
	sumRows:  func(sum, x *float32, rows, n int) { simdSumRows(sum, x, int32(rows), int32(n)) },
	softmax: func(x *float32, rows, width, stride, first, more int, tops, sums *float32) {
		simdSoftmax(x, int32(rows), int32(width), int32(stride), int32(first), int32(more), tops, sums)
	},
	softmaxGrad: func(d, w *float32, rows, width, dStride, wStride, first, more int) {
		simdSoftmaxGrad(d, w, int32(rows), int32(width), int32(dStride), int32(wStride), int32(first), int32(more))
	},
	layerNorm: func(y, mean, rstd, x, gain, bias *float32, rows, dim int, epsilon float32) {
		simdLayerNorm(y, mean, rstd, x, gain, bias, int32(rows), int32(dim), epsilon)
	},
	layerNormGrad: func(dx, dGain, dBias, dy, x, gain, mean, rstd, addend *float32, rows, dim int) {
		simdLayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, addend, int32(rows), int32(dim))
	},
	gelu: func(y, slope, x *float32, n int) { simdGELU(y, slope, x, int32(n)) },
	relu: func(y, slope, x *float32, n int) { simdReLU(y, slope, x, int32(n)) },
	adamW: func(weights, first, second, gradient *float32, n int, scale, beta1, beta2, rate, root, epsilon, keep float32) {
		simdAdamW(weights, first, second, gradient, int32(n), scale, beta1, beta2, rate, root, epsilon, keep)
	},
	sumSquares: func(x *float32, n int) float64 { return simdSumSquares(x, int32(n)) },
}

// simdTiles are both tiles and tails: each knows from the columns whether its last register is a part.
var simdTiles = [][2]tile{
	{simdTileOf(1, 1), simdTileOf(1, 2)},
	{simdTileOf(2, 1), simdTileOf(2, 2)},
	{simdTileOf(3, 1), simdTileOf(3, 2)},
	{simdTileOf(4, 1), simdTileOf(4, 2)},
}

// simdTileOf returns the tile of that many rows and registers of columns.
func simdTileOf(rows, vectors int32) tile {
	return func(count, k int, a *float32, aRow, aStep, aTile int, b *float32, bStep int, c *float32, cRow int,
		addend *float32, addendRow int, alpha float32, columns int) {
		simdTile(rows, vectors, int32(count), int32(k), a, int32(aRow), int32(aStep), int32(aTile), b, int32(bStep), c, int32(cRow),
			addend, int32(addendRow), alpha, int32(columns))
	}
}

//go:wasmimport kernels available
func simdAvailable() int32

//go:wasmimport kernels tile
//go:noescape
func simdTile(rows, vectors, count, k int32, a *float32, aRow, aStep, aTile int32, b *float32, bStep int32,
	c *float32, cRow int32, addend *float32, addendRow int32, alpha float32, columns int32)

//go:wasmimport kernels transpose8
//go:noescape
func simdTranspose8(y *float32, yRow int32, x *float32, xRow int32)

//go:wasmimport kernels copyColumns
//go:noescape
func simdCopyColumns(y *float32, yRow int32, x *float32, xRow, rows, columns int32)

//go:wasmimport kernels copyRows
//go:noescape
func simdCopyRows(y, x *float32, xRow, rows int32)

//go:wasmimport kernels limit
func simdLimit(rounds int32, x, y float32) float32

//go:wasmimport kernels exp
//go:noescape
func simdExp(y, x *float32, n int32)

//go:wasmimport kernels add
//go:noescape
func simdAdd(y, a, b *float32, n int32)

//go:wasmimport kernels mul
//go:noescape
func simdMul(y, a, b *float32, n int32)

//go:wasmimport kernels scale
//go:noescape
func simdScale(y, x *float32, n int32, factor float32)

//go:wasmimport kernels sumRows
//go:noescape
func simdSumRows(sum, x *float32, rows, n int32)

//go:wasmimport kernels softmax
//go:noescape
func simdSoftmax(x *float32, rows, width, stride, first, more int32, tops, sums *float32)

//go:wasmimport kernels softmaxGrad
//go:noescape
func simdSoftmaxGrad(d, w *float32, rows, width, dStride, wStride, first, more int32)

//go:wasmimport kernels layerNorm
//go:noescape
func simdLayerNorm(y, mean, rstd, x, gain, bias *float32, rows, dim int32, epsilon float32)

//go:wasmimport kernels layerNormGrad
//go:noescape
func simdLayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, addend *float32, rows, dim int32)

//go:wasmimport kernels gelu
//go:noescape
func simdGELU(y, slope, x *float32, n int32)

//go:wasmimport kernels relu
//go:noescape
func simdReLU(y, slope, x *float32, n int32)

//go:wasmimport kernels adamW
//go:noescape
func simdAdamW(weights, first, second, gradient *float32, n int32, scale, beta1, beta2, rate, root, epsilon, keep float32)

//go:wasmimport kernels sumSquares
//go:noescape
func simdSumSquares(x *float32, n int32) float64
