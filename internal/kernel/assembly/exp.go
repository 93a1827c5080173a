package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// exponential emits e^x of registers, with the polynomial and the limits of the portable Exp. NaN stays NaN.
type exponential struct {
	machine
	held map[uint32]VecVirtual // constants that stay in registers
}

// Bits of the constants.
var (
	log2E, rounder  = math.Float32bits(1.44269504088896341), math.Float32bits(12582912)
	ln2High, ln2Low = math.Float32bits(0.693359375), math.Float32bits(-2.12194440e-4)
	lowest, highest = math.Float32bits(-87.3365), math.Float32bits(88.72283)
	one, infinity   = math.Float32bits(1), math.Float32bits(float32(math.Inf(1)))
	expPolynomial   = []uint32{
		math.Float32bits(1.9875691500e-4), math.Float32bits(1.3981999507e-3), math.Float32bits(8.3334519073e-3),
		math.Float32bits(4.1665795894e-2), math.Float32bits(1.6666665459e-1), math.Float32bits(5.0000001201e-1),
	}
)

func (m machine) newExponential() exponential {
	e := exponential{m, map[uint32]VecVirtual{}}
	if m.wide() { // AVX2 has too few registers
		for _, bits := range append([]uint32{log2E, rounder, ln2High, ln2Low, lowest, highest, one, infinity}, expPolynomial...) {
			e.held[bits] = m.constantBits(bits)
		}
	}
	return e
}

// get returns a constant in a register.
func (e exponential) get(bits uint32) VecVirtual {
	if v, ok := e.held[bits]; ok {
		return v
	}
	return e.constantBits(bits)
}

// of emits e^x: 0 below the lowest x, infinity above the highest.
func (e exponential) of(x VecVirtual) VecVirtual {
	p := e.within(x)
	p = e.choose(e.compare(lessThan, x, e.get(lowest)), e.zero(), p)
	return e.choose(e.compare(greaterThan, x, e.get(highest)), e.get(infinity), p)
}

// within emits e^x for x between the lowest and the highest, and for NaN.
func (e exponential) within(x VecVirtual) VecVirtual {
	// x = n ln 2 + r. Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
	shifted, n := e.vec(), e.vec()
	VMOVAPS(e.get(rounder), shifted)
	VFMADD231PS(e.get(log2E), x, shifted)
	VSUBPS(e.get(rounder), shifted, n)
	r := e.vec()
	VMOVAPS(x, r)
	VFNMADD231PS(e.get(ln2High), n, r)
	VFNMADD231PS(e.get(ln2Low), n, r)
	// e^r = 1 + r + r^2 p(r)
	p := e.vec()
	VMOVAPS(e.get(expPolynomial[0]), p)
	for _, c := range expPolynomial[1:] {
		VFMADD213PS(e.get(c), r, p)
	}
	square := e.vec()
	VMULPS(r, r, square)
	VFMADD213PS(r, square, p)
	VADDPS(e.get(one), p, p)
	// Times 2^n: n is added to the exponent.
	VPSLLD(Imm(23), shifted, shifted)
	VPADDD(shifted, p, p)
	VFMADD231PS(e.zero(), x, p) // NaN again, which the integer addition has changed
	return p
}

// exp emits y = e^x over n numbers, for tests of the exponential in softmax and GELU.
func (m machine) exp() {
	m.function("Exp", "(y, x *float32, n int)")
	e := m.newExponential()
	m.mapping(func(x VecVirtual) VecVirtual { return e.of(x) })
}

// mapping emits the body of a kernel (y, x *float32, n int) that computes y = f(x) element by element.
func (m machine) mapping(f func(x VecVirtual) VecVirtual) {
	y, x, n := pointer("y"), pointer("x"), pointer("n")
	offset := GP64()
	m.row("map", n, offset, func(a access) {
		a.store(f(a.load(at(x, offset))), at(y, offset))
	})
	end()
}
