package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// elementwise emits y = a + b, y = a b and y = scale x over n numbers, and sumRows.
func (m machine) elementwise() {
	for _, kernel := range []struct {
		name    string
		combine func(x, y, z Op)
	}{
		{"Add", func(x, y, z Op) { VADDPS(x, y, z) }},
		{"Mul", func(x, y, z Op) { VMULPS(x, y, z) }},
	} {
		m.function(kernel.name, "(y, a, b *float32, n int)")
		y, a, b, n := pointer("y"), pointer("a"), pointer("b"), pointer("n")
		offset := GP64()
		m.row("row", n, offset, func(lane access) {
			v := lane.load(at(a, offset))
			w := lane.load(at(b, offset))
			kernel.combine(w, v, v)
			lane.store(v, at(y, offset))
		})
		end()
	}

	m.function("Scale", "(y, x *float32, n int, scale float32)")
	scale := m.param("scale")
	m.mapping(func(x VecVirtual) VecVirtual {
		VMULPS(scale, x, x)
		return x
	})

	m.sumRows()
}

// sumRows emits sum[i] = sum over rows of x[row, i], for four registers of columns at a time. Each sum is in the order of the
// rows.
func (m machine) sumRows() {
	m.function("SumRows", "(sum, x *float32, rows, n int)")
	sum, x, rows, n := pointer("sum"), pointer("x"), pointer("rows"), pointer("n")
	stride, left, from, row := GP64(), GP64(), GP64(), GP64()
	MOVQ(n, stride)
	SHLQ(Imm(2), stride)

	down := func(label string, a access, registers int) {
		var totals []VecVirtual
		for range registers {
			totals = append(totals, m.zero())
		}
		MOVQ(x, from)
		MOVQ(rows, row)
		Label(label)
		for r, total := range totals {
			VADDPS(a.load(Mem{Base: from, Disp: r * m.bytes()}), total, total)
		}
		ADDQ(stride, from)
		DECQ(row)
		JNZ(LabelRef(label))
		for r, total := range totals {
			a.store(total, Mem{Base: sum, Disp: r * m.bytes()})
		}
	}
	whole := access{machine: m}
	for _, registers := range []int{4, 1} {
		test, end := fmt.Sprintf("test%d", registers), fmt.Sprintf("end%d", registers)
		Label(test)
		CMPQ(n, Imm(uint64(registers*m.lanes)))
		JL(LabelRef(end))
		down(fmt.Sprintf("down%d", registers), whole, registers)
		ADDQ(U32(registers*m.bytes()), x)
		ADDQ(U32(registers*m.bytes()), sum)
		SUBQ(Imm(uint64(registers*m.lanes)), n)
		JMP(LabelRef(test))
		Label(end)
	}
	MOVQ(n, left)
	TESTQ(left, left)
	JZ(LabelRef("done"))
	down("rest", access{m, true, m.firstLanes(left)}, 1)
	Label("done")
	end()
}
