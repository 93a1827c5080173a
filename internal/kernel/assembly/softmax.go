package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// softmax emits the softmax of rows: the first numbers of each row, `first` of them in row 0 and `more` more in each next row,
// are replaced by their softmax, and the rest of the width by 0.
//
//	tops[r] = the largest number, sums[r] = sum_i e^(x_i - top); both may be nil
func (m machine) softmax() {
	m.function("Softmax", "(x *float32, rows, width, stride, first, more int, tops, sums *float32)")
	x, rows, n, width := pointer("x"), pointer("rows"), pointer("first"), pointer("width")
	tops, sums := pointer("tops"), pointer("sums")
	e := m.newExponential()
	offset := GP64()
	Label("line")

	least := m.constantBits(math.Float32bits(float32(math.Inf(-1))))
	m.row("top", n, offset, func(a access) {
		// VMAXPS returns its second source, the register, if one of them is NaN. A NaN of the row remains in exp below.
		VMAXPS(least, a.loadOr(at(x, offset), least), least)
	})
	highest := m.fold(least, func(x, y, z Op) { VMAXPS(x, y, z) })
	top := m.spread(highest)

	sum := m.zero()
	m.row("exp", n, offset, func(a access) {
		v := a.load(at(x, offset))
		VSUBPS(top, v, v)
		y := e.of(v)
		a.store(y, at(x, offset))
		VADDPS(a.masked(y), sum, sum)
	})
	total := m.total(sum)
	TESTQ(sums, sums)
	JZ(LabelRef("factor"))
	VMOVSS(total, Mem{Base: sums})
	VMOVSS(highest, Mem{Base: tops})
	ADDQ(Imm(4), tops)
	ADDQ(Imm(4), sums)
	Label("factor")
	one, inverse := XMM(), XMM()
	VMOVSS(number(1), one)
	VDIVSS(total, one, inverse)
	factor := m.spread(inverse)

	m.row("scale", n, offset, func(a access) {
		v := a.load(at(x, offset))
		VMULPS(factor, v, v)
		a.store(v, at(x, offset))
	})

	m.clearRest(x, n, width, offset)

	stride, more := pointer("stride"), pointer("more")
	LEAQ(Mem{Base: x, Index: stride, Scale: 4}, x)
	ADDQ(more, n)
	nextLine(rows, nil)
}

// clearRest emits 0 for the numbers n to width of a row.
func (m machine) clearRest(row, n, width, offset GPVirtual) {
	rest, from := GP64(), GP64()
	MOVQ(width, rest)
	SUBQ(n, rest)
	LEAQ(Mem{Base: row, Index: n, Scale: 4}, from)
	m.row("clear", rest, offset, func(a access) { a.store(m.zero(), at(from, offset)) })
}

// softmaxGrad emits the gradient of the scores, row by row, in place of d:
//
//	d_i = w_i (d_i - sum_j d_j w_j)     over the first numbers of the row, 0 in the rest
func (m machine) softmaxGrad() {
	m.function("SoftmaxGrad", "(d, w *float32, rows, width, dStride, wStride, first, more int)")
	d, w, rows, n, width := pointer("d"), pointer("w"), pointer("rows"), pointer("first"), pointer("width")
	offset := GP64()
	Label("line")

	sum := m.zero()
	m.row("dot", n, offset, func(a access) {
		v := a.load(at(d, offset))
		u := a.load(at(w, offset))
		VFMADD231PS(u, v, sum)
	})
	dot := m.spread(m.total(sum))
	m.row("grad", n, offset, func(a access) {
		v := a.load(at(d, offset))
		VSUBPS(dot, v, v)
		u := a.load(at(w, offset))
		VMULPS(u, v, v)
		a.store(v, at(d, offset))
	})
	m.clearRest(d, n, width, offset)

	dStride, wStride, more := pointer("dStride"), pointer("wStride"), pointer("more")
	LEAQ(Mem{Base: d, Index: dStride, Scale: 4}, d)
	LEAQ(Mem{Base: w, Index: wStride, Scale: 4}, w)
	ADDQ(more, n)
	nextLine(rows, nil)
}
