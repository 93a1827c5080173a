package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// layerNorm emits the normalisation of rows, see the portable LayerNorm for the equation.
func (m machine) layerNorm() {
	m.function("LayerNorm", "(y, mean, rstd, x, gain, bias *float32, rows, dim int, epsilon float32)")
	y, x, gain, bias := pointer("y"), pointer("x"), pointer("gain"), pointer("bias")
	mean, rstd, rows, dim := pointer("mean"), pointer("rstd"), pointer("rows"), pointer("dim")
	count, one := XMM(), XMM()
	VCVTSI2SSQ(dim, m.zero().AsX(), count)
	VMOVSS(number(1), one)
	epsilon := m.param("epsilon")
	offset := GP64()
	Label("line")

	sum := m.zero()
	m.row("sum", dim, offset, func(a access) { VADDPS(a.load(at(x, offset)), sum, sum) })
	average := m.total(sum)
	VDIVSS(count, average, average)
	VMOVSS(average, Mem{Base: mean})
	center := m.spread(average)

	squares := m.zero()
	m.row("squares", dim, offset, func(a access) {
		v := a.load(at(x, offset))
		VSUBPS(center, v, v)
		v = a.masked(v)
		VFMADD231PS(v, v, squares)
	})
	variance := m.total(squares)
	VDIVSS(count, variance, variance)
	VADDSS(epsilon.AsX(), variance, variance)
	VSQRTSS(variance, variance, variance)
	VDIVSS(variance, one, variance)
	VMOVSS(variance, Mem{Base: rstd})
	scale := m.spread(variance)

	m.row("write", dim, offset, func(a access) {
		v := a.load(at(x, offset))
		VSUBPS(center, v, v)
		VMULPS(scale, v, v)
		g, b := a.load(at(gain, offset)), a.load(at(bias, offset))
		VFMADD213PS(b, g, v)
		a.store(v, at(y, offset))
	})

	ADDQ(Imm(4), mean)
	ADDQ(Imm(4), rstd)
	nextLine(rows, dim, x, y)
}

// layerNormGrad emits the gradients of LayerNorm, see the portable LayerNormGrad for the equations. It adds to dGain and dBias,
// which the caller has set to 0, and adds addend to dx unless it is nil.
func (m machine) layerNormGrad() {
	m.function("LayerNormGrad", "(dx, dGain, dBias, dy, x, gain, mean, rstd, addend *float32, rows, dim int)")
	dx, dGain, dBias, dy := pointer("dx"), pointer("dGain"), pointer("dBias"), pointer("dy")
	x, gain, mean, rstd := pointer("x"), pointer("gain"), pointer("mean"), pointer("rstd")
	addend, rows, dim := pointer("addend"), pointer("rows"), pointer("dim")
	offset := GP64()
	Label("line")
	center, scale := m.vec(), m.vec()
	VBROADCASTSS(Mem{Base: mean}, center)
	VBROADCASTSS(Mem{Base: rstd}, scale)

	// terms returns n = (x - mean) rstd, d = dy and g = dy gain.
	terms := func(a access) (n, d, g VecVirtual) {
		n = a.load(at(x, offset))
		VSUBPS(center, n, n)
		VMULPS(scale, n, n)
		d, g = a.load(at(dy, offset)), a.load(at(gain, offset))
		VMULPS(d, g, g)
		return n, d, g
	}
	sumG, sumGN := m.zero(), m.zero()
	m.row("sums", dim, offset, func(a access) {
		n, d, g := terms(a)
		VADDPS(g, sumG, sumG)
		VFMADD231PS(g, n, sumGN)
		forGain := a.load(at(dGain, offset))
		VFMADD231PS(d, n, forGain)
		a.store(forGain, at(dGain, offset))
		forBias := a.load(at(dBias, offset))
		VADDPS(d, forBias, forBias)
		a.store(forBias, at(dBias, offset))
	})
	count := XMM()
	VCVTSI2SSQ(dim, m.zero().AsX(), count)
	first, second := m.total(sumG), m.total(sumGN)
	VDIVSS(count, first, first)
	VDIVSS(count, second, second)
	meanG, meanGN := m.spread(first), m.spread(second)

	m.row("write", dim, offset, func(a access) {
		n, _, g := terms(a)
		VSUBPS(meanG, g, g)
		VFNMADD231PS(meanGN, n, g)
		VMULPS(scale, g, g)
		a.store(g, at(dx, offset))
	})
	TESTQ(addend, addend)
	JZ(LabelRef("next"))
	m.row("add", dim, offset, func(a access) {
		v := a.load(at(dx, offset))
		w := a.load(at(addend, offset))
		VADDPS(w, v, v)
		a.store(v, at(dx, offset))
	})
	LEAQ(Mem{Base: addend, Index: dim, Scale: 4}, addend)

	Label("next")
	ADDQ(Imm(4), mean)
	ADDQ(Imm(4), rstd)
	nextLine(rows, dim, x, dy, dx)
}
