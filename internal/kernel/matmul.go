package kernel

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Matrix is a view of row-major float32 data: element (i, j) is Data[i*Stride+j]. If Stride > Cols it is a view of some columns
// of a wider matrix, such as the columns of one head in [seq, dim].
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

// Columns returns the view of rows x cols elements that starts at data[0], with stride elements from one row to the next.
func Columns(data []float32, rows, cols, stride int) Matrix {
	return Matrix{Data: data, Rows: rows, Cols: cols, Stride: stride}
}

// T returns the transposed view. No data is copied.
func (m Matrix) T() Matrix {
	m.transposed = !m.transposed
	return m
}

// Part returns the view of rows from to from+rows.
func (m Matrix) Part(from, rows int) Matrix {
	m.Data, m.Rows = m.Data[from*m.Stride:], rows
	return m
}

// Row returns the elements of a row.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Stride:][:m.Cols] }

// shape returns the number of rows and columns, after transposition.
func (m Matrix) shape() (rows, cols int) {
	if m.transposed {
		return m.Cols, m.Rows
	}
	return m.Rows, m.Cols
}

// columns returns the view of columns from to `to` of the matrix, after transposition.
func (m Matrix) columns(from, to int) Matrix {
	m.Data = m.from(0, from)
	if m.transposed {
		m.Rows = to - from
	} else {
		m.Cols = to - from
	}
	return m
}

// from returns the data from element (i, j) on, with i and j after transposition.
func (m Matrix) from(i, j int) []float32 {
	if m.transposed {
		i, j = j, i
	}
	return m.Data[i*m.Stride+j:]
}

// flag returns the transposition as BLAS names it.
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

// MatMul computes c = alpha a b + beta c.
//
//	a [m, k], b [k, n], c [m, n]     either of a and b may be transposed, c not
//
// If beta is 0, c is not read; if alpha is 0, a and b are not read. The order of summation over k depends only on k and on the
// transpositions.
func MatMul(c Matrix, alpha float32, a, b Matrix, beta float32) {
	checkProduct(c, a, b)
	if alpha == 0 {
		scaleRows(c, beta)
		return
	}
	if active.tiles == nil {
		portableProduct(c, alpha, a, b, beta)
		return
	}
	var addend []float32
	if beta != 0 {
		addend = c.Data
		scaleRows(c, beta)
	}
	active.product(c, alpha, a, b, addend, c.Stride)
}

// scaleRows multiplies a matrix by a number. Multiplied by 0 it is 0, even if it held NaN.
func scaleRows(c Matrix, by float32) {
	if by == 1 {
		return
	}
	for i := range c.Rows {
		row := c.Data[i*c.Stride:][:c.Cols]
		if by == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= by
		}
	}
}

// MatMulBias computes c = a b + bias, the bias added to every row.
//
//	a [m, k], b [k, n], bias [n], c [m, n]     either of a and b may be transposed, c not
func MatMulBias(c, a, b Matrix, bias []float32) {
	checkProduct(c, a, b)
	sameLength("MatMulBias", c.Cols, len(bias))
	if active.tiles == nil {
		for i := range c.Rows {
			copy(c.Data[i*c.Stride:], bias)
		}
		portableProduct(c, 1, a, b, 1)
		return
	}
	active.product(c, 1, a, b, bias, 0)
}

// checkProduct panics unless c has the shape of a b and all three views lie inside their data.
func checkProduct(c, a, b Matrix) {
	a.check("a")
	b.check("b")
	c.check("c")
	m, k := a.shape()
	kb, n := b.shape()
	if c.transposed || kb != k || c.Rows != m || c.Cols != n {
		panic(fmt.Sprintf("kernel: MatMul: [%d, %d] times [%d, %d] into [%d, %d]", m, k, kb, n, c.Rows, c.Cols))
	}
}

// Products of at most this size run on the calling goroutine in gonum, which starts goroutines from four 64x64 blocks on.
const (
	gonumRows = 64
	gonumCols = 3 * 64
)

// portableProduct is MatMul in portable Go, with gonum.
func portableProduct(c Matrix, alpha float32, a, b Matrix, beta float32) {
	if b.transposed && !a.transposed {
		portableTransposed(c, alpha, a, b, beta)
		return
	}
	m, k := a.shape()
	_, n := b.shape()
	var product gonum.Implementation
	for i := 0; i < m; i += gonumRows {
		for j := 0; j < n; j += gonumCols {
			product.Sgemm(a.flag(), b.flag(), min(gonumRows, m-i), min(gonumCols, n-j), k,
				alpha, a.from(i, 0), a.Stride, b.from(0, j), b.Stride, beta, c.from(i, j), c.Stride)
		}
	}
}

// portableTransposed is portableProduct if only b is transposed. gonum would use dot products there, whose order of summation
// depends on the memory address of a row: a sentence would have different bits at different indices of the batch. So b is copied
// transposed first.
func portableTransposed(c Matrix, alpha float32, a, b Matrix, beta float32) {
	k, n := b.shape()
	copies := scratch.get(k * n)
	defer scratch.put(copies)
	t := Dense(copies, k, n)
	for j := range n {
		for l, v := range b.Data[j*b.Stride:][:k] {
			t.Data[l*n+j] = v
		}
	}
	portableProduct(c, alpha, a, t, beta)
}
