package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// limit emits multiply-adds in registers, in 12 independent chains that keep all units busy. Its speed is the peak of the
// processor for products. One round is 12*2*lanes operations.
func (m machine) limit() {
	m.function("Limit", "(rounds int)")
	rounds := pointer("rounds")
	x, y := m.zero(), m.zero()
	chains := make([]VecVirtual, 12)
	for i := range chains {
		chains[i] = m.zero()
	}
	Label("round")
	for _, c := range chains {
		VFMADD231PS(x, y, c)
	}
	DECQ(rounds)
	JNZ(LabelRef("round"))
	end()
}
