package kernel

import "golang.org/x/sys/cpu"

//go:generate go -C assembly run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg kernel

// available returns the instruction sets that this processor supports, the fastest first.
func available() []*instructions {
	sets := []*instructions{portableGo}
	x := cpu.X86
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		sets = append([]*instructions{&avx2}, sets...)
		if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL {
			sets = append([]*instructions{&avx512}, sets...)
		}
	}
	return sets
}

// avx512Tiles are both tiles and tails: each masks its last vector.
var avx512Tiles = [][2]tile{
	{avx512Tile1x1, avx512Tile1x2},
	{avx512Tile2x1, avx512Tile2x2},
	{avx512Tile3x1, avx512Tile3x2},
	{avx512Tile4x1, avx512Tile4x2},
	{avx512Tile5x1, avx512Tile5x2},
	{avx512Tile6x1, avx512Tile6x2},
	{avx512Tile7x1, avx512Tile7x2},
	{avx512Tile8x1, avx512Tile8x2},
	{avx512Tile9x1, avx512Tile9x2},
	{avx512Tile10x1, avx512Tile10x2},
	{avx512Tile11x1, avx512Tile11x2},
	{avx512Tile12x1, avx512Tile12x2},
}

var avx512 = instructions{
	name: "avx512", lanes: 16, transpose8: avx2Transpose8,
	tiles: avx512Tiles, tails: avx512Tiles,
	exp:           avx512Exp,
	add:           avx512Add,
	mul:           avx512Mul,
	scale:         avx512Scale,
	sumRows:       avx512SumRows,
	softmax:       avx512Softmax,
	softmaxGrad:   avx512SoftmaxGrad,
	layerNorm:     avx512LayerNorm,
	layerNormGrad: avx512LayerNormGrad,
	gelu:          avx512GELU,
	relu:          avx512ReLU,
	adamW:         avx512AdamW,
	sumSquares:    avx512SumSquares,
	limit:         avx512Limit,
	copyColumns:   avx512CopyColumns, copyRows: avx512CopyRows,
}

var avx2 = instructions{
	name: "avx2", lanes: 8, transpose8: avx2Transpose8,
	tiles: [][2]tile{
		{avx2Tile1x1, avx2Tile1x2},
		{avx2Tile2x1, avx2Tile2x2},
		{avx2Tile3x1, avx2Tile3x2},
		{avx2Tile4x1, avx2Tile4x2},
		{avx2Tile5x1, avx2Tile5x2},
		{avx2Tile6x1, avx2Tile6x2},
	},
	tails: [][2]tile{
		{avx2Tile1x1Tail, avx2Tile1x2Tail},
		{avx2Tile2x1Tail, avx2Tile2x2Tail},
		{avx2Tile3x1Tail, avx2Tile3x2Tail},
		{avx2Tile4x1Tail, avx2Tile4x2Tail},
		{avx2Tile5x1Tail, avx2Tile5x2Tail},
		{avx2Tile6x1Tail, avx2Tile6x2Tail},
	},
	exp:           avx2Exp,
	add:           avx2Add,
	mul:           avx2Mul,
	scale:         avx2Scale,
	sumRows:       avx2SumRows,
	softmax:       avx2Softmax,
	softmaxGrad:   avx2SoftmaxGrad,
	layerNorm:     avx2LayerNorm,
	layerNormGrad: avx2LayerNormGrad,
	gelu:          avx2GELU,
	relu:          avx2ReLU,
	adamW:         avx2AdamW,
	sumSquares:    avx2SumSquares,
	limit:         avx2Limit,
	copyColumns:   avx2CopyColumns, copyRows: avx2CopyRows,
}
