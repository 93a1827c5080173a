package main

import (
	. "github.com/mmcloughlin/avo/build"
)

const (
	geluScale = 0.7978845608028654
	geluCubic = 0.044715
	// The limit of the exponent: e^80 is 5e34, and a gate of e^-80 is 0 in float32 sums.
	geluFarthest = 80
	// The limit of |x|: beyond it the gate is 0 or 1.
	geluWide = 100
)

// gelu emits GELU and its slope, see the portable function for the equations.
func (m machine) gelu() {
	m.function("GELU", "(y, slope, x *float32, n int)")
	y, slope, x, n := pointer("y"), pointer("slope"), pointer("x"), pointer("n")
	e := m.newExponential()
	offset := GP64()
	m.row("row", n, offset, func(a access) {
		v := a.load(at(x, offset))
		low, wide, square, inner := m.vec(), m.vec(), m.vec(), m.vec()
		VMAXPS(v, m.constant(-geluWide), low) // NaN stays NaN
		VMINPS(low, m.constant(geluWide), wide)
		VMULPS(wide, wide, square)
		VMOVAPS(square, inner) // -2 scale x (1 + cubic x^2)
		VFMADD132PS(m.constant(-2*geluScale*geluCubic), m.constant(-2*geluScale), inner)
		VMULPS(wide, inner, inner)
		VMINPS(inner, m.constant(geluFarthest), inner)
		VMAXPS(inner, m.constant(-geluFarthest), inner)
		z := e.within(inner)
		gate, unit := m.vec(), e.get(one)
		VADDPS(unit, z, gate)
		VDIVPS(gate, unit, gate)
		VMULPS(gate, low, low)
		a.store(low, at(y, offset))
		// gate (1 + x z gate 2 scale (1 + 3 cubic x^2))
		VFMADD132PS(m.constant(2*3*geluScale*geluCubic), m.constant(2*geluScale), square)
		VMULPS(gate, wide, wide)
		VMULPS(wide, z, z)
		VFMADD213PS(unit, square, z)
		VMULPS(gate, z, z)
		a.store(z, at(slope, offset))
	})
	end()
}

// relu emits max(x, 0) and its slope. NaN stays NaN, with slope 0.
func (m machine) relu() {
	m.function("ReLU", "(y, slope, x *float32, n int)")
	y, slope, x, n := pointer("y"), pointer("slope"), pointer("x"), pointer("n")
	offset, zero, unit := GP64(), m.zero(), m.constant(1)
	m.row("row", n, offset, func(a access) {
		v := a.load(at(x, offset))
		a.store(m.choose(m.compare(greaterThan, v, zero), unit, zero), at(slope, offset))
		a.store(m.choose(m.compare(lessThan, v, zero), zero, v), at(y, offset))
	})
	end()
}
