package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// rows of the largest tile: rows times two vectors of sums, two vectors of b and, for AVX2, one number
// of a in all lanes just fit the registers.
func (m machine) tileRows() int {
	if m.wide() {
		return 12
	}
	return 6
}

// tiles writes the product of blocks of some rows of a with one or two vectors of columns of b:
//
//	c[i, j] = alpha sum_p a[i, p] b[p, j] + addend[i, j]
//
//	a: element (i, p) is i*aRow + p*aStep bytes on, so that a transpose is only other strides;
//	   block by block aBlock bytes on
//	b: row p is p*bStep bytes on; c and addend: row i is i*cRow, i*addendRow bytes on
//	addend may be nil; with addendRow = 0 it is one row for all, a bias
//	columns: those of the last vector, 1 to lanes
//
// Each sum runs over p in order, in one register, by fused multiply-adds: its bits depend on
// neither the tile's size nor its place.
func (m machine) tiles() {
	for rows := 1; rows <= m.tileRows(); rows++ {
		for vectors := 1; vectors <= 2; vectors++ {
			if m.wide() {
				m.tile(rows, vectors, true)
				continue
			}
			// Storing a part of a register costs more: only where needed.
			m.tile(rows, vectors, false)
			m.tile(rows, vectors, true)
		}
	}
}

func (m machine) tile(rows, vectors int, tail bool) {
	name := fmt.Sprintf("Tile%dx%d", rows, vectors)
	if tail && !m.wide() {
		name += "Tail"
	}
	m.function(name, "(blocks, k int, a *float32, aRow, aStep, aBlock int, b *float32, bStep int, c *float32, cRow int, addend *float32, addendRow int, alpha float32, columns int)")

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
	c, addend, blocks := pointer("c"), pointer("addend"), pointer("blocks")
	aRow3 := GP64()
	LEAQ(Mem{Base: aRow, Index: aRow, Scale: 2}, aRow3)

	Label("block")
	// Row i of the block is (i % 4) rows beyond bases[i/4].
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
	aBlock := pointer("aBlock")
	ADDQ(aBlock, a)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	end()
}

// copyColumns copies 1 to lanes columns of x, rows that lie a stride in bytes apart, to rows of y. It reads
// just the columns and writes whole vectors, so that y's rows may overlap what follows them.
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

// copyRows copies two whole registers of every row of x, rows that lie a stride in bytes apart, into one piece.
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
