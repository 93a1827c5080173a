package kernel

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Matrix is a view of row-major float32 data: element (i, j) is
// Data[i*Stride+j]. A view with Stride > Cols picks some columns of a wider
// matrix, as one head's columns of [seq, dim].
type Matrix struct {
	Data       []float32
	Rows, Cols int
	Stride     int
	transposed bool
}

// Dense returns the view of a whole rows x cols matrix.
func Dense(data []float32, rows, cols int) Matrix {
	return Matrix{Data: data, Rows: rows, Cols: cols, Stride: cols}
}

// Columns returns the view of rows x cols elements that start at data[0] with
// stride elements from one row to the next.
func Columns(data []float32, rows, cols, stride int) Matrix {
	return Matrix{Data: data, Rows: rows, Cols: cols, Stride: stride}
}

// T returns the transposed view: nothing moves.
func (m Matrix) T() Matrix {
	m.transposed = !m.transposed
	return m
}

// shape returns rows and columns as a product sees them.
func (m Matrix) shape() (rows, cols int) {
	if m.transposed {
		return m.Cols, m.Rows
	}
	return m.Rows, m.Cols
}

// block returns the data from element (i, j) on, as a product sees (i, j).
func (m Matrix) block(i, j int) []float32 {
	if m.transposed {
		i, j = j, i
	}
	return m.Data[i*m.Stride+j:]
}

func (m Matrix) flag() blas.Transpose {
	if m.transposed {
		return blas.Trans
	}
	return blas.NoTrans
}

// check panics unless the view lies inside its data.
func (m Matrix) check(name string) {
	if m.Rows <= 0 || m.Cols <= 0 || m.Stride < m.Cols || len(m.Data) < (m.Rows-1)*m.Stride+m.Cols {
		panic(fmt.Sprintf("kernel: MatMul: %s is %dx%d with stride %d in %d elements", name, m.Rows, m.Cols, m.Stride, len(m.Data)))
	}
}

// Tiles of this size keep gonum's product on the calling goroutine: it spreads
// over goroutines from four 64x64 blocks on.
const (
	tileRows = 64
	tileCols = 3 * 64
)

// MatMul computes c = alpha a b + beta c.
//
//	a [m, k], b [k, n], c [m, n]     either of a and b may be transposed, c not
//
// With beta = 0 the old content of c does not matter. Each element of c is summed
// over k in an order that depends on k and the transposes alone.
func MatMul(c Matrix, alpha float32, a, b Matrix, beta float32) {
	a.check("a")
	b.check("b")
	c.check("c")
	m, k := a.shape()
	kb, n := b.shape()
	if c.transposed || kb != k || c.Rows != m || c.Cols != n {
		panic(fmt.Sprintf("kernel: MatMul: [%d, %d] times [%d, %d] into [%d, %d]", m, k, kb, n, c.Rows, c.Cols))
	}
	if b.transposed && !a.transposed {
		mulTransposed(c, alpha, a, b, beta)
		return
	}
	var product gonum.Implementation
	for i := 0; i < m; i += tileRows {
		for j := 0; j < n; j += tileCols {
			product.Sgemm(a.flag(), b.flag(), min(tileRows, m-i), min(tileCols, n-j), k,
				alpha, a.block(i, 0), a.Stride, b.block(0, j), b.Stride, beta, c.block(i, j), c.Stride)
		}
	}
}

// Size of the piece of b that mulTransposed turns over at a time.
const (
	pieceRows = 32  // of k
	pieceCols = 128 // of n
)

// pieces keeps room for pieces between calls: gonum's functions would send one on the
// stack to the heap.
var pieces = sync.Pool{New: func() any { return new([pieceRows * pieceCols]float32) }}

// mulTransposed is MatMul for a transposed b alone. gonum takes dot products there, whose
// order of summation depends on where in memory a row begins: the same sentence would
// give other bits at another place in the batch. Here each piece of b is turned over first
// and its rows are added up in their order.
func mulTransposed(c Matrix, alpha float32, a, b Matrix, beta float32) {
	m, k := a.shape()
	n := c.Cols
	for i := range m {
		row := c.Data[i*c.Stride:][:n]
		if beta == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= beta
		}
	}
	var add gonum.Implementation
	piece := pieces.Get().(*[pieceRows * pieceCols]float32) // [k, n]
	defer pieces.Put(piece)
	for j := 0; j < n; j += pieceCols {
		width := min(pieceCols, n-j)
		for l := 0; l < k; l += pieceRows {
			depth := min(pieceRows, k-l)
			for col := range width {
				for row, v := range b.Data[(j+col)*b.Stride+l:][:depth] {
					piece[row*width+col] = v
				}
			}
			for i := range m {
				out := c.Data[i*c.Stride+j:][:width]
				for row, v := range a.Data[i*a.Stride+l:][:depth] {
					add.Saxpy(width, alpha*v, piece[row*width:][:width], 1, out, 1)
				}
			}
		}
	}
}
