package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// transpose emits a kernel that transposes a square of 8 x 8 numbers: y[j, i] = x[i, j], with strides in bytes.
func transpose() {
	TEXT("avx2Transpose8", NOSPLIT, "func(y *float32, yRow int, x *float32, xRow int)")
	Pragma("noescape")
	x, xRow := pointer("x"), pointer("xRow")
	rows := make([]VecVirtual, 8)
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: x}, rows[i])
		if i < 7 {
			ADDQ(xRow, x)
		}
	}
	// Three rounds: interleave pairs of rows, then pairs of pairs, then halves.
	pairs := make([]VecVirtual, 8)
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(rows[i+1], rows[i], pairs[i])
		VUNPCKHPS(rows[i+1], rows[i], pairs[i+1])
	}
	fours := make([]VecVirtual, 8) // column j and j+4 of rows 0-3 (j = 0..3), of rows 4-7 (4..7)
	for i := 0; i < 8; i += 4 {
		for j := range 2 {
			fours[i+2*j], fours[i+2*j+1] = YMM(), YMM()
			VSHUFPS(Imm(0x44), pairs[i+2+j], pairs[i+j], fours[i+2*j])
			VSHUFPS(Imm(0xee), pairs[i+2+j], pairs[i+j], fours[i+2*j+1])
		}
	}
	y, yRow := pointer("y"), pointer("yRow")
	for j := range 8 {
		out := YMM()
		selector := Imm(0x20)
		if j >= 4 {
			selector = Imm(0x31)
		}
		VPERM2F128(selector, fours[4+j%4], fours[j%4], out)
		VMOVUPS(out, Mem{Base: y})
		if j < 7 {
			ADDQ(yRow, y)
		}
	}
	end()
}
