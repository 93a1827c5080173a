package kernel

import (
	"fmt"
	"math"
	"testing"
)

// at reads element (i, j) as a product sees it.
func (m Matrix) at(i, j int) float64 { return float64(m.from(i, j)[0]) }

// wide returns all elements, row by row as a product sees them.
func (m Matrix) wide() []float64 {
	rows, cols := m.shape()
	x := make([]float64, 0, rows*cols)
	for i := range rows {
		for j := range cols {
			x = append(x, m.at(i, j))
		}
	}
	return x
}

// padded returns a random matrix of that shape as a product sees it, with a stride beyond
// its width, and NaN in every element between its rows.
func padded(seed uint64, rows, cols, pad int, transposed bool) Matrix {
	if transposed {
		rows, cols = cols, rows
	}
	stride := cols + pad
	data := normals(generator(seed), rows*stride)
	for i := range data {
		if i%stride >= cols {
			data[i] = float32(math.NaN())
		}
	}
	m := Columns(data[:(rows-1)*stride+cols], rows, cols, stride)
	if transposed {
		m = m.T()
	}
	return m
}

// multiplication is one call of MatMul or, with a bias, of MatMulBias.
type multiplication struct {
	rows, k, cols int
	flags         int    // 1: a is transposed, 2: b is
	gaps          [3]int // between the rows of c, a and b
	alpha, beta   float32
	bias          bool
}

// multiplication draws a product with that many columns.
func (m *memory) multiplication(cols int) multiplication {
	r := m.values
	factors := [][2]float32{{1, 0}, {1, 1}, {-0.75, 0}, {0.5, -2}}
	f := factors[r.IntN(len(factors))]
	x := multiplication{rows: 1 + r.IntN(26), k: 1 + r.IntN(40), cols: cols, flags: r.IntN(4),
		gaps: [3]int{r.IntN(4), r.IntN(4), r.IntN(4)}, alpha: f[0], beta: f[1]}
	if r.IntN(5) == 0 {
		x.rows += packRows // enough to lay b out
	}
	return x
}

// larger are products whose a is laid out too, or taken in several blocks, with and without b laid out.
var larger = []multiplication{
	{rows: 367, k: 360, cols: 17, flags: 1, gaps: [3]int{1, 2, 3}, alpha: -2, beta: 1},
	{rows: 361, k: 365, cols: 40, flags: 1, alpha: 1, bias: true},
	{rows: 367, k: 360, cols: 33, flags: 3, gaps: [3]int{0, 1, 1}, alpha: 1},
	{rows: 210, k: 333, cols: 35, gaps: [3]int{1, 1, 1}, alpha: 0.5, beta: 3},
	{rows: 210, k: 333, cols: 16, flags: 2, alpha: 1},
	{rows: 210, k: 333, cols: 7, gaps: [3]int{1, 0, 1}, alpha: 1, beta: 1},
	{rows: 61, k: 2200, cols: 35, flags: 1, alpha: 1, bias: true},
	{rows: 2, k: 66_000, cols: 3, alpha: 1},
}

func (x multiplication) String() string {
	return fmt.Sprintf("%dx%dx%d, transposes %d, gaps %v, %g ab + %g c, bias %v", x.rows, x.k, x.cols, x.flags, x.gaps, x.alpha, x.beta, x.bias)
}

func (x multiplication) run(m *memory) written {
	c, _ := x.runWithReference(m)
	return c
}

// runWithReference returns what a product wrote, and what it should have written, in double precision.
func (x multiplication) runWithReference(m *memory) (got written, reference func() written) {
	c := layout{x.rows, x.cols, x.cols + x.gaps[0]}
	operand := func(rows, cols, gap int, transposed bool) Matrix {
		if transposed {
			rows, cols = cols, rows
		}
		l := layout{rows, cols, cols + gap}
		view := Columns(m.read(l), rows, cols, l.stride)
		view.transposed = transposed
		return view
	}
	a := operand(x.rows, x.k, x.gaps[1], x.flags&1 != 0)
	b := operand(x.k, x.cols, x.gaps[2], x.flags&2 != 0)
	var data, bias []float32
	if x.beta == 0 {
		data = m.write(c) // its old content must not matter
	} else {
		data = m.change(c)
	}
	old := append([]float32{}, data...)
	if x.bias {
		bias = m.read(row(x.cols))
		MatMulBias(Columns(data, c.rows, c.cols, c.stride), a, b, bias)
	} else {
		MatMul(Columns(data, c.rows, c.cols, c.stride), x.alpha, a, b, x.beta)
	}
	sums := func() (sums, sizes []float64) {
		a, b := a.wide(), b.T().wide()
		for i := range x.rows {
			for j := range x.cols {
				var sum, size float64
				column := b[j*x.k:][:x.k]
				for l, v := range a[i*x.k:][:x.k] {
					v *= column[l]
					sum, size = sum+v, size+math.Abs(v)
				}
				sum, size = float64(x.alpha)*sum, math.Abs(float64(x.alpha))*size
				added := 0.0
				if x.beta != 0 {
					added = float64(x.beta) * float64(old[i*c.stride+j])
				}
				if x.bias {
					added = float64(bias[j])
				}
				sums, sizes = append(sums, sum+added), append(sizes, size+math.Abs(added))
			}
		}
		return sums, sizes
	}
	got = written{"c", inside(data, c), reordered(x.k), func() []float64 { _, sizes := sums(); return sizes }}
	reference = func() written {
		want, sizes := sums()
		return written{"c", want, float64(x.k + 3), func() []float64 { return sizes }} // a rounding a step
	}
	return got, reference
}

// check compares a product of the active set with the reference, and looks whether it kept to its arguments.
func (x multiplication) check(t *testing.T, seed uint64) {
	t.Helper()
	m := heap(seed)
	got, reference := x.runWithReference(m)
	if err := reference().differs(got); err != nil {
		t.Fatalf("%v: %v", x, err)
	}
	if err := m.kept(); err != nil {
		t.Fatalf("%v: %v", x, err)
	}
}

func TestMatMulAgainstDoublePrecision(t *testing.T) {
	r := generator(1)
	sizes := [][3]int{{1, 1, 1}, {2, 3, 5}, {63, 191, 7}, {64, 192, 64}, {65, 193, 66}, {131, 197, 5}, {3, 389, 130}, {130, 2, 67}, {1, 257, 65}, {257, 1, 3}, {7, 35, 385}, {70, 33, 1000}}
	for range 60 {
		sizes = append(sizes, [3]int{1 + r.IntN(70), 1 + r.IntN(70), 1 + r.IntN(70)})
	}
	// Every height and width of a tile, and of what is left over.
	for rows := 1; rows <= 26; rows++ {
		for cols := 1; cols <= 33; cols += 1 + rows%3 {
			sizes = append(sizes, [3]int{rows, cols, 1 + (rows+cols)%3})
		}
	}
	factors := [][2]float32{{1, 0}, {1, 1}, {-0.75, 0}, {0.5, -2}, {0, 1}, {0, 0}}
	var products []multiplication
	for number, size := range sizes {
		for flags := range 4 {
			f := factors[(number+flags)%len(factors)]
			products = append(products, multiplication{rows: size[0], cols: size[1], k: size[2], flags: flags,
				gaps: [3]int{r.IntN(4), r.IntN(4), r.IntN(4)}, alpha: f[0], beta: f[1]})
		}
	}
	for range 100 {
		products = append(products, multiplication{rows: 1 + r.IntN(90), cols: 1 + r.IntN(70), k: 1 + r.IntN(20), flags: r.IntN(4),
			gaps: [3]int{r.IntN(4), r.IntN(4), r.IntN(4)}, alpha: 1, bias: true})
	}
	products = append(products, larger...)
	eachSet(t, func(t *testing.T, _ *instructions) {
		for i, x := range products {
			if testing.Short() && i%4 != 0 {
				continue
			}
			x.check(t, uint64(i))
		}
	})
}

func FuzzMatMul(f *testing.F) {
	f.Add(uint16(2), uint16(3), uint16(4), uint8(0), uint8(0), float32(1), float32(0), false, uint64(1))
	f.Fuzz(func(t *testing.T, rows, k, cols uint16, flags, gaps uint8, alpha, beta float32, bias bool, seed uint64) {
		x := multiplication{rows: 1 + int(rows)%600, k: 1 + int(k)%600, cols: 1 + int(cols)%600, flags: int(flags) % 4,
			gaps: [3]int{int(gaps) % 4, int(gaps) / 4 % 4, int(gaps) / 16 % 4}, alpha: alpha, beta: beta, bias: bias}
		if bias {
			x.alpha, x.beta = 1, 0
		}
		const largest = 1e6 // beyond, a sum may overflow on its way
		if x.rows*x.k*x.cols > 6e6 || !(max(math.Abs(float64(alpha)), math.Abs(float64(beta))) <= largest) {
			t.Skip()
		}
		for _, set := range available() {
			with(t, set)
			x.check(t, seed)
		}
	})
}

// Row i of a product is the same bits however many rows one call covers, and wherever in
// memory the row lies.
func TestMatMulRowsDoNotDependOnTheirNumber(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		for _, size := range [][3]int{{7, 5, 3}, {70, 13, 67}, {130, 193, 65}, {67, 3, 31}, {9, 64, 16}, {201, 70, 129}, {370, 35, 360}} {
			for flags := range 4 {
				rowsAlone(t, size[0], size[1], size[2], flags)
			}
		}
	})
}

func rowsAlone(t *testing.T, m, n, k, flags int) {
	a, b := padded(uint64(flags), m, k, 0, flags&1 != 0), padded(99, k, n, 0, flags&2 != 0)
	whole := make([]float32, m*n)
	MatMul(Dense(whole, m, n), 1, a, b, 0)
	step := m*k*n/300_000 | 1 // some rows of a large product are enough
	for shift := range 4 {
		moved := b
		moved.Data = append(make([]float32, shift), b.Data...)[shift:]
		for i := shift; i < m; i += step {
			line := make([]float32, k+shift)[shift:]
			for l := range line {
				line[l] = float32(a.at(i, l))
			}
			view := Dense(line, 1, k)
			if flags&1 != 0 {
				view = Dense(line, k, 1).T()
			}
			got := make([]float32, n+shift)[shift:]
			MatMul(Dense(got, 1, n), 1, view, moved, 0)
			sameBits(t, fmt.Sprintf("%dx%dx%d, transposes %d, row %d, %d numbers into its memory", m, k, n, flags, i, shift), got, whole[i*n:(i+1)*n])
		}
	}
}

// A column of a product does not depend on how many columns there are either.
func TestMatMulColumnsDoNotDependOnTheirNumber(t *testing.T) {
	const m, n, k = 5, 197, 37
	eachSet(t, func(t *testing.T, _ *instructions) {
		for flags := range 4 {
			a, b := padded(3, m, k, 0, flags&1 != 0), padded(4, k, n, 0, flags&2 != 0)
			whole := make([]float32, m*n)
			MatMul(Dense(whole, m, n), 1, a, b, 0)
			for _, width := range []int{1, 2, 63, 64, 65, 192, 193} {
				part := b
				if flags&2 != 0 {
					part.Rows = width
				} else {
					part.Cols = width
				}
				got := make([]float32, m*width)
				MatMul(Dense(got, m, width), 1, a, part, 0)
				for i := range m {
					sameBits(t, fmt.Sprintf("transposes %d, %d columns, row %d", flags, width, i), got[i*width:(i+1)*width], whole[i*n:i*n+width])
				}
			}
		}
	})
}

// With alpha = 0 nothing of a and b reaches c, with beta = 0 nothing of c does, not even what is no number.
func TestMatMulLeavesOutWhatCountsNothing(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		bad := Dense([]float32{nan, inf, nan, inf}, 2, 2)
		for _, c := range []struct{ beta, old, want float32 }{{1, 5, 5}, {-2, 5, -10}, {0, nan, 0}} {
			data := []float32{c.old, c.old, c.old, c.old}
			MatMul(Dense(data, 2, 2), 0, bad, bad, c.beta)
			for _, x := range data {
				if x != c.want {
					t.Errorf("%s, beta %g: %v, want %g", set.name, c.beta, data, c.want)
					break
				}
			}
		}
	})
}

func BenchmarkMatMul(b *testing.B) {
	for _, size := range [][3]int{{8, 16, 8}, {64, 32, 64}, {128, 32, 32}, {240, 32, 128}, {128, 64, 64}, {128, 128, 128}, {384, 128, 512}, {512, 512, 512}, {512, 384, 1536}, {256, 1536, 384}, {384, 256, 1536}} {
		m, k, n := size[0], size[1], size[2]
		for flags, name := range []string{"ab", "a'b", "ab'"} {
			x, y := padded(1, m, k, 0, flags&1 != 0), padded(2, k, n, 0, flags&2 != 0)
			c := Dense(make([]float32, m*n), m, n)
			b.Run(fmt.Sprintf("%dx%dx%d/%s", m, k, n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					MatMul(c, 1, x, y, 0)
				}
				b.ReportMetric(2*float64(m)*float64(k)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
