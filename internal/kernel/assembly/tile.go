package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// tileRows returns the rows of the largest tile: its sums (rows times two vectors), two vectors of b and, for AVX2, one number of
// a in all lanes use all registers.
func (m machine) tileRows() int {
	if m.wide() {
		return 12
	}
	return 6
}

// tiles emits kernels for count tiles of a product, each of some rows of a and one or two vectors of columns of b:
//
//	c[i, j] = alpha sum_p a[i, p] b[p, j] + addend[i, j]
//
//	a: element (i, p) is at i*aRow + p*aStep bytes, so that a transposed a only has other strides;
//	   the next tile starts aTile bytes later
//	b: row p is at p*bStep bytes; c and addend: row i is at i*cRow and i*addendRow bytes
//	addend may be nil; with addendRow = 0 it is one row for all rows of c, a bias
//	columns: the number of columns in the last vector, 1 to lanes
//
// Each sum is over p in order, in one register, by fused multiply-adds: its bits do not depend on the size of the tile or its
// position.
func (m machine) tiles() {
	for rows := 1; rows <= m.tileRows(); rows++ {
		for vectors := 1; vectors <= 2; vectors++ {
			if m.wide() {
				m.tile(rows, vectors, true)
				continue
			}
			// Storing part of a register is slower, so tails have separate kernels.
			m.tile(rows, vectors, false)
			m.tile(rows, vectors, true)
		}
	}
}

// tile emits the kernel of one size. With tail the last vector is masked.
func (m machine) tile(rows, vectors int, tail bool) {
	name := fmt.Sprintf("Tile%dx%d", rows, vectors)
	if tail && !m.wide() {
		name += "Tail"
	}
	m.function(name, "(count, k int, a *float32, aRow, aStep, aTile int, "+
		"b *float32, bStep int, c *float32, cRow int, addend *float32, addendRow int, alpha float32, columns int)")

	whole, last := access{machine: m}, access{machine: m}
	if tail {
		last = access{m, true, m.firstLanes(pointer("columns"))}
	}
	part := func(v int) access {
		if v == vectors-1 {
			return last
		}
		return whole
	}

	a, aRow, aStep, bStep := pointer("a"), pointer("aRow"), pointer("aStep"), pointer("bStep")
	c, addend, count := pointer("c"), pointer("addend"), pointer("count")
	aRow3 := GP64()
	LEAQ(Mem{Base: aRow, Index: aRow, Scale: 2}, aRow3)

	Label("tile")
	// Row i of the tile is (i % 4) rows after bases[i/4].
	bases := []Register{GP64()}
	MOVQ(a, bases[0])
	for i := 4; i < rows; i += 4 {
		base := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: aRow, Scale: 4}, base)
		bases = append(bases, base)
	}
	element := func(i int) Mem {
		base := bases[i/4]
		switch i % 4 {
		case 1:
			return Mem{Base: base, Index: aRow, Scale: 1}
		case 2:
			return Mem{Base: base, Index: aRow, Scale: 2}
		case 3:
			return Mem{Base: base, Index: aRow3, Scale: 1}
		}
		return Mem{Base: base}
	}
	sums := make([][]VecVirtual, rows)
	for i := range sums {
		for range vectors {
			sums[i] = append(sums[i], m.zero())
		}
	}

	k, b := pointer("k"), pointer("b")
	Label("multiply")
	var columns []VecVirtual
	for v := range vectors {
		columns = append(columns, part(v).load(Mem{Base: b, Disp: v * m.bytes()}))
	}
	for i := range rows {
		if m.wide() && vectors == 1 {
			VFMADD231PS_BCST(element(i), columns[0], sums[i][0])
			continue
		}
		x := m.vec()
		VBROADCASTSS(element(i), x)
		for v := range vectors {
			VFMADD231PS(x, columns[v], sums[i][v])
		}
	}
	for _, base := range bases {
		ADDQ(aStep, base)
	}
	ADDQ(bStep, b)
	DECQ(k)
	JNZ(LabelRef("multiply"))

	alpha := m.param("alpha")
	for i := range rows {
		for v := range vectors {
			VMULPS(alpha, sums[i][v], sums[i][v])
		}
	}
	TESTQ(addend, addend)
	JZ(LabelRef("store"))
	addendRow := pointer("addendRow")
	for i := range rows {
		for v := range vectors {
			x := part(v).load(Mem{Base: addend, Disp: v * m.bytes()})
			VADDPS(x, sums[i][v], sums[i][v])
		}
		ADDQ(addendRow, addend)
	}
	Label("store")
	cRow := pointer("cRow")
	for i := range rows {
		for v := range vectors {
			part(v).store(sums[i][v], Mem{Base: c, Disp: v * m.bytes()})
		}
		ADDQ(cRow, c)
	}
	aTile := pointer("aTile")
	ADDQ(aTile, a)
	DECQ(count)
	JNZ(LabelRef("tile"))
	end()
}

// copyColumns emits a kernel that copies 1 to lanes columns of rows of x to rows of y, with strides in bytes. It reads these
// columns only, but writes whole vectors, so that it overwrites numbers after each row of y.
func (m machine) copyColumns() {
	m.function("CopyColumns", "(y *float32, yRow int, x *float32, xRow, rows, columns int)")
	y, yRow, x, xRow := pointer("y"), pointer("yRow"), pointer("x"), pointer("xRow")
	rows, columns := pointer("rows"), pointer("columns")
	part := access{m, true, m.firstLanes(columns)}
	Label("row")
	v := part.load(Mem{Base: x})
	access{machine: m}.store(v, Mem{Base: y})
	ADDQ(xRow, x)
	ADDQ(yRow, y)
	DECQ(rows)
	JNZ(LabelRef("row"))
	end()
}

// copyRows emits a kernel that copies two registers of every row of x, with a stride in bytes, to consecutive memory.
func (m machine) copyRows() {
	m.function("CopyRows", "(y, x *float32, xRow, rows int)")
	y, x, xRow, rows := pointer("y"), pointer("x"), pointer("xRow"), pointer("rows")
	whole := access{machine: m}
	Label("row")
	v, w := whole.load(Mem{Base: x}), whole.load(Mem{Base: x, Disp: m.bytes()})
	whole.store(v, Mem{Base: y})
	whole.store(w, Mem{Base: y, Disp: m.bytes()})
	ADDQ(xRow, x)
	ADDQ(Imm(uint64(2*m.bytes())), y)
	DECQ(rows)
	JNZ(LabelRef("row"))
	end()
}
