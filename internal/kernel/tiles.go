package kernel

// depth is how much of k is summed at a time: two registers' columns of b, that many rows long, stay
// in the first-level cache beside what is read of a.
const depth = 384

// product computes c = alpha a b + addend. Row i of the addend is addendStride numbers on from
// the row before; nil adds nothing. Where k is long, the product of some columns of a and rows of b
// is added to that of those before.
func (in *instructions) product(c Matrix, alpha float32, a, b Matrix, addend []float32, addendStride int) {
	_, k := a.shape()
	parts := (k + depth - 1) / depth
	for i := range parts {
		from, to := i*k/parts, (i+1)*k/parts
		in.productOf(c, alpha, a.columns(from, to), b.T().columns(from, to).T(), addend, addendStride)
		addend, addendStride = c.Data, c.Stride
	}
}

// productOf computes c = alpha a b + addend in tiles that stay in registers.
//
// Columns are taken in panels of two registers, rows in blocks that stay in the second-level cache.
// Where enough work reads them, panels of b and blocks of a transposed a are first laid
// out in one piece of memory, in the order in which the tiles read (Goto and van de Geijn 2008).
func (in *instructions) productOf(c Matrix, alpha float32, a, b Matrix, addend []float32, addendStride int) {
	m, k := a.shape()
	_, n := b.shape()
	width := 2 * in.lanes
	p := tiling{instructions: in, c: c, alpha: alpha, addend: addend, addendStride: addendStride, k: k}

	packsB := b.transposed || b.Stride > width && m > packRows
	packsA := a.transposed && n > width && m*k > packSize
	if !packsA {
		p.a, p.aRow, p.aStep = a, 4*a.Stride, 4
		if a.transposed {
			p.aRow, p.aStep = p.aStep, p.aRow
		}
	}
	if !packsB && !packsA && m*k <= blockSize {
		for j := 0; j < n; j += width {
			p.panel(0, m, j, min(width, n-j), b.block(0, j), 4*b.Stride)
		}
		return
	}

	sizeB, rows := 0, m
	if packsB {
		sizeB = (n + width - 1) / width * width * k
	}
	if m*k > blockSize {
		rows = max(1, blockSize/k/len(in.tiles)) * len(in.tiles)
	}
	sizeA := 0
	if packsA {
		sizeA = rows*k + in.lanes // copyColumns writes whole registers
	}
	copies := scratch.get(sizeB + sizeA)
	defer scratch.put(copies)
	panels, block := copies[:sizeB], copies[sizeB:]
	for i := 0; i < m; i += rows {
		height := min(rows, m-i)
		if packsA {
			in.packA(block, a, i, height)
			p.packed = block
		}
		for j := 0; j < n; j += width {
			columns := min(width, n-j)
			if !packsB {
				p.panel(i, height, j, columns, b.block(0, j), 4*b.Stride)
				continue
			}
			panel := panels[j*k:]
			if i == 0 {
				in.packB(panel, b, j, columns)
			}
			p.panel(i, height, j, columns, panel, 4*width)
		}
	}
}

// What must be read how often for a copy to pay, in rows of a and numbers of a.
const (
	packRows = 64
	packSize = 1 << 15
	// blockSize is how many numbers of a stay in the second-level cache: 256 KiB of them.
	blockSize = 1 << 16
)

// tiling is what all tiles of one product share.
type tiling struct {
	*instructions
	c            Matrix
	alpha        float32
	addend       []float32
	addendStride int
	k            int

	a           Matrix
	aRow, aStep int       // bytes
	packed      []float32 // or, from packA, tile after tile
}

// panel computes rows i to i+height of columns j to j+columns, one or two registers, from rows
// of b that are bStep bytes apart.
func (p *tiling) panel(i, height, j, columns int, b []float32, bStep int) {
	vectors := (columns + p.lanes - 1) / p.lanes
	last := columns - (vectors-1)*p.lanes
	tiles := p.tiles
	if last < p.lanes {
		tiles = p.tails
	}
	for done := 0; done < height; {
		blocks, rows := tileRows(height-done, len(tiles))
		row := i + done
		var add *float32
		if p.addend != nil {
			add = &p.addend[row*p.addendStride+j]
		}
		a, aRow, aStep, aBlock := (*float32)(nil), p.aRow, p.aStep, rows*p.aRow
		if p.packed != nil {
			// Tile after tile, each rows numbers a step.
			a, aRow, aStep, aBlock = &p.packed[done*p.k], 4, 4*rows, 4*rows*p.k
		} else {
			a = &p.a.block(row, 0)[0]
		}
		tiles[rows-1][vectors-1](blocks, p.k, a, aRow, aStep, aBlock, &b[0], bStep,
			&p.c.Data[row*p.c.Stride+j], 4*p.c.Stride, add, 4*p.addendStride, p.alpha, last)
		done += blocks * rows
	}
}

// tileRows divides rows into tiles: how many of which height come first. The largest tiles come first; what
// remains is divided evenly, since a tile of one row waits for its own sums.
func tileRows(rows, most int) (tiles, height int) {
	if rows <= most {
		return 1, rows
	}
	if rest := rows % most; rest == 0 || 2*rest >= most {
		return rows / most, most
	}
	if rows < 2*most {
		return 1, (rows + 1) / 2
	}
	return rows/most - 1, most
}

// packA lays rows i to i+height of a transposed a out as the tiles will read them: tile
// after tile, and in each the rows' numbers of one step after another.
func (in *instructions) packA(block []float32, a Matrix, i, height int) {
	_, k := a.shape()
	for done := 0; done < height; {
		tiles, rows := tileRows(height-done, len(in.tiles))
		for range tiles {
			to, from := block[done*k:], a.Data[i+done:]
			in.copyColumns(&to[0], 4*rows, &from[0], 4*a.Stride, k, rows)
			done += rows
		}
	}
}

// packB lays columns j to j+columns of b out in one piece: row l is two registers on from the row before.
func (in *instructions) packB(panel []float32, b Matrix, j, columns int) {
	k, _ := b.shape()
	width := 2 * in.lanes
	if !b.transposed && columns == width {
		in.copyRows(&panel[0], &b.Data[j], 4*b.Stride, k)
		return
	}
	if !b.transposed {
		for i := 0; i < columns; i += in.lanes {
			in.copyColumns(&panel[i], 4*width, &b.Data[j+i], 4*b.Stride, k, min(in.lanes, columns-i))
		}
		return
	}
	const side = 8
	if columns < side || k < side {
		for t := range columns {
			for l, v := range b.Data[(j+t)*b.Stride:][:k] {
				panel[l*width+t] = v
			}
		}
		return
	}
	// Squares of eight; the last of a row or a column overlaps the one before.
	for i := 0; i < columns; i += side {
		i := min(i, columns-side)
		from := b.Data[(j+i)*b.Stride:]
		for l := 0; l < k; l += side {
			l := min(l, k-side)
			in.turn(&panel[l*width+i], 4*width, &from[l], 4*b.Stride)
		}
	}
}
