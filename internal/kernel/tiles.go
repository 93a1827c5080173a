package kernel

// depth is the largest part of k that one pass sums: as many rows of b, two registers wide, fit into the first-level cache
// together with the numbers of a that they are multiplied with.
const depth = 384

// product computes c = alpha a b + addend. Row i of the addend starts at i*addendStride; a nil addend adds nothing. If k is
// larger than depth, the product is the sum of products over parts of k.
func (in *instructions) product(c Matrix, alpha float32, a, b Matrix, addend []float32, addendStride int) {
	_, k := a.shape()
	parts := (k + depth - 1) / depth
	for i := range parts {
		from, to := i*k/parts, (i+1)*k/parts
		in.productOf(c, alpha, a.columns(from, to), b.T().columns(from, to).T(), addend, addendStride)
		addend, addendStride = c.Data, c.Stride
	}
}

// productOf computes c = alpha a b + addend in tiles whose sums stay in registers.
//
// Columns of b are divided into panels of two registers, rows of a into groups that fit into the second-level cache. If they are
// read often enough, panels of b and groups of a transposed a are first copied to consecutive memory, in the order in which the
// tiles read them (Goto and van de Geijn 2008).
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
	if !packsB && !packsA && m*k <= groupSize {
		for j := 0; j < n; j += width {
			p.panel(0, m, j, min(width, n-j), b.from(0, j), 4*b.Stride)
		}
		return
	}

	sizeB, rows := 0, m
	if packsB {
		sizeB = (n + width - 1) / width * width * k
	}
	if m*k > groupSize {
		rows = max(1, groupSize/k/len(in.tiles)) * len(in.tiles)
	}
	sizeA := 0
	if packsA {
		sizeA = rows*k + in.lanes // copyColumns writes whole registers
	}
	copies := scratch.get(sizeB + sizeA)
	defer scratch.put(copies)
	panels, group := copies[:sizeB], copies[sizeB:]
	for i := 0; i < m; i += rows {
		height := min(rows, m-i)
		if packsA {
			in.packA(group, a, i, height)
			p.packed = group
		}
		for j := 0; j < n; j += width {
			columns := min(width, n-j)
			if !packsB {
				p.panel(i, height, j, columns, b.from(0, j), 4*b.Stride)
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

// Products with fewer rows of a, or fewer numbers of a, are faster without a copy of b or of a.
const (
	packRows = 64
	packSize = 1 << 15
	// groupSize is the largest number of elements of a in a group: 256 KiB, which fit into the second-level cache.
	groupSize = 1 << 16
)

// tiling holds the arguments that all tiles of one product share.
type tiling struct {
	*instructions
	c            Matrix
	alpha        float32
	addend       []float32
	addendStride int
	k            int

	a           Matrix
	aRow, aStep int       // bytes
	packed      []float32 // copy by packA, tile after tile; nil: a is read in place
}

// panel computes rows i to i+height of columns j to j+columns, at most two registers, with bStep bytes from one row of b to the
// next.
func (p *tiling) panel(i, height, j, columns int, b []float32, bStep int) {
	vectors := (columns + p.lanes - 1) / p.lanes
	last := columns - (vectors-1)*p.lanes
	tiles := p.tiles
	if last < p.lanes {
		tiles = p.tails
	}
	for done := 0; done < height; {
		count, rows := tileRows(height-done, len(tiles))
		row := i + done
		var add *float32
		if p.addend != nil {
			add = &p.addend[row*p.addendStride+j]
		}
		a, aRow, aStep, aTile := (*float32)(nil), p.aRow, p.aStep, rows*p.aRow
		if p.packed != nil {
			// A tile has `rows` numbers for each step of k.
			a, aRow, aStep, aTile = &p.packed[done*p.k], 4, 4*rows, 4*rows*p.k
		} else {
			a = &p.a.from(row, 0)[0]
		}
		tiles[rows-1][vectors-1](count, p.k, a, aRow, aStep, aTile, &b[0], bStep,
			&p.c.Data[row*p.c.Stride+j], 4*p.c.Stride, add, 4*p.addendStride, p.alpha, last)
		done += count * rows
	}
}

// tileRows divides rows into tiles and returns the number and the height of the first tiles. The first tiles have the largest
// height, and the remaining rows are divided evenly, since a tile with few rows is limited by the latency of its sums.
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

// packA copies rows i to i+height of a transposed a in the order in which the tiles read them: tile after tile, and in each tile
// the numbers of all its rows for one step of k after another.
func (in *instructions) packA(group []float32, a Matrix, i, height int) {
	_, k := a.shape()
	for done := 0; done < height; {
		tiles, rows := tileRows(height-done, len(in.tiles))
		for range tiles {
			to, from := group[done*k:], a.Data[i+done:]
			in.copyColumns(&to[0], 4*rows, &from[0], 4*a.Stride, k, rows)
			done += rows
		}
	}
}

// packB copies columns j to j+columns of b to consecutive memory, with two registers from one row to the next.
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
	// Squares of 8 x 8; the last one of a row or a column overlaps the one before.
	for i := 0; i < columns; i += side {
		i := min(i, columns-side)
		from := b.Data[(j+i)*b.Stride:]
		for l := 0; l < k; l += side {
			l := min(l, k-side)
			in.transpose8(&panel[l*width+i], 4*width, &from[l], 4*b.Stride)
		}
	}
}
