package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// adamW emits the update of weights and moments, see the portable AdamW for the equation. rate and root include the bias
// correction of the moments; keep is 1 - lr*decay.
func (m machine) adamW() {
	m.function("AdamW", "(weights, first, second, gradient *float32, n int, scale, beta1, beta2, rate, root, epsilon, keep float32)")
	w, first, second, gradient := pointer("weights"), pointer("first"), pointer("second"), pointer("gradient")
	n := pointer("n")
	scale, beta1, beta2 := m.param("scale"), m.param("beta1"), m.param("beta2")
	rate, root, epsilon, keep := m.param("rate"), m.param("root"), m.param("epsilon"), m.param("keep")
	one := m.constant(1)
	rest1, rest2 := m.vec(), m.vec()
	VSUBPS(beta1, one, rest1)
	VSUBPS(beta2, one, rest2)
	offset := GP64()
	m.row("row", n, offset, func(a access) {
		g := a.load(at(gradient, offset))
		VMULPS(scale, g, g)
		// m = beta1 m + (1-beta1) g
		x := a.load(at(first, offset))
		VMULPS(beta1, x, x)
		VFMADD231PS(rest1, g, x)
		a.store(x, at(first, offset))
		// v = beta2 v + (1-beta2) g^2
		VMULPS(g, g, g)
		v := a.load(at(second, offset))
		VMULPS(beta2, v, v)
		VFMADD231PS(rest2, g, v)
		a.store(v, at(second, offset))
		// w = keep w - rate m / (sqrt(v)/root + epsilon)
		VSQRTPS(v, v)
		VDIVPS(root, v, v)
		VADDPS(epsilon, v, v)
		VMULPS(rate, x, x)
		VDIVPS(v, x, x)
		y := a.load(at(w, offset))
		VFMSUB132PS(keep, x, y)
		a.store(y, at(w, offset))
	})
	end()
}

// sumSquares emits the sum of x_i^2 in double precision.
func (m machine) sumSquares() {
	m.function("SumSquares", "(x *float32, n int) float64")
	x, n := pointer("x"), pointer("n")
	sum, other := m.zero(), m.zero()
	offset := GP64()
	m.row("row", n, offset, func(a access) {
		v := a.load(at(x, offset))
		low, high := m.vec(), m.vec()
		if m.wide() {
			half := YMM()
			VEXTRACTF64X4(Imm(1), v, half)
			VCVTPS2PD(v.AsY(), low)
			VCVTPS2PD(half, high)
		} else {
			half := XMM()
			VEXTRACTF128(Imm(1), v, half)
			VCVTPS2PD(v.AsX(), low)
			VCVTPS2PD(half, high)
		}
		VFMADD231PD(low, low, sum)
		VFMADD231PD(high, high, other)
	})
	VADDPD(other, sum, sum)
	total := VecVirtual(sum)
	if m.wide() {
		high, low := YMM(), YMM()
		VEXTRACTF64X4(Imm(1), sum, high)
		VADDPD(high, sum.AsY(), low)
		total = low
	}
	half, low := XMM(), XMM()
	m.upperHalf(total, half)
	VADDPD(half, total.AsX(), low)
	VPERMILPD(Imm(1), low, half)
	VADDSD(half, low, low)
	VMOVSD(low, NewParamAddr("ret", 16))
	end()
}
