package kernel

import (
	"fmt"
	"math"
	"testing"
)

// at reads element (i, j) as a product sees it.
func (m Matrix) at(i, j int) float64 { return float64(m.block(i, j)[0]) }

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

// product is the reference: c = alpha a b + beta c in double precision, and for each element the sum of
// the magnitudes of what was added, which bounds its rounding error.
func product(alpha float64, a, b Matrix, beta float64, c []float32, stride int) (want, magnitude []float64) {
	m, k := a.shape()
	_, n := b.shape()
	for i := range m {
		for j := range n {
			var sum, size float64
			for l := range k {
				sum += a.at(i, l) * b.at(l, j)
				size += math.Abs(a.at(i, l) * b.at(l, j))
			}
			old := 0.0
			if beta != 0 {
				old = beta * float64(c[i*stride+j])
			}
			want = append(want, alpha*sum+old)
			magnitude = append(magnitude, math.Abs(alpha)*size+math.Abs(old))
		}
	}
	return want, magnitude
}

func TestMatMulAgainstDoublePrecision(t *testing.T) {
	r := generator(1)
	sizes := [][3]int{{1, 1, 1}, {2, 3, 5}, {63, 191, 7}, {64, 192, 64}, {65, 193, 66}, {131, 197, 5}, {3, 389, 130}, {130, 2, 67}, {1, 257, 65}, {257, 1, 3}}
	for range 60 {
		sizes = append(sizes, [3]int{1 + r.IntN(70), 1 + r.IntN(70), 1 + r.IntN(70)})
	}
	factors := [][2]float32{{1, 0}, {1, 1}, {-0.75, 0}, {0.5, -2}, {0, 1}, {0, 0}}
	for number, size := range sizes {
		m, n, k := size[0], size[1], size[2]
		for flags := range 4 {
			seed, pad := uint64(number*4+flags), r.IntN(4)
			alpha, beta := factors[(number+flags)%len(factors)][0], factors[(number+flags)%len(factors)][1]
			a := padded(seed, m, k, pad, flags&1 != 0)
			b := padded(seed+1e6, k, n, r.IntN(4), flags&2 != 0)
			t.Run(fmt.Sprintf("%dx%dx%d/%d", m, k, n, flags), func(t *testing.T) {
				checkMatMul(t, a, b, alpha, beta, r.IntN(4))
			})
		}
	}
}

// checkMatMul compares a product with the reference and looks whether what lies around the
// result is untouched.
func checkMatMul(t *testing.T, a, b Matrix, alpha, beta float32, pad int) {
	m, k := a.shape()
	_, n := b.shape()
	const guard, border = 12345.5, 9
	stride := n + pad
	whole := make([]float32, border+(m-1)*stride+n+border)
	for i := range whole {
		whole[i] = guard
	}
	inside := whole[border : len(whole)-border]
	random := generator(uint64(m*n + k))
	for i := range m {
		for j := range n {
			inside[i*stride+j] = float32(random.NormFloat64())
			if beta == 0 {
				inside[i*stride+j] = float32(math.NaN()) // its old content must not matter
			}
		}
	}
	want, magnitude := product(float64(alpha), a, b, float64(beta), inside, stride)
	MatMul(Columns(inside, m, n, stride), alpha, a, b, beta)
	for place, v := range whole {
		i, j := 0, -1
		if at := place - border; at >= 0 && at < len(inside) {
			i, j = at/stride, at%stride
		}
		if j < 0 || j >= n {
			if v != guard {
				t.Fatalf("element %d outside the result changed to %g", place, v)
			}
			continue
		}
		w, limit := want[i*n+j], magnitude[i*n+j]*float64(k+2)*math.Pow(2, -24)+1e-37
		if !(math.Abs(float64(v)-w) <= limit) {
			t.Fatalf("element (%d, %d) is %g, want %g within %.2g", i, j, v, w, limit)
		}
	}
}

// Row i of a product is the same bits however many rows one call covers, and wherever in
// memory the row lies.
func TestMatMulRowsDoNotDependOnTheirNumber(t *testing.T) {
	for _, size := range [][3]int{{7, 5, 3}, {70, 13, 67}, {130, 193, 65}, {67, 3, 31}, {9, 64, 16}, {201, 70, 129}} {
		m, n, k := size[0], size[1], size[2]
		for flags := range 4 {
			a := padded(uint64(flags), m, k, 0, flags&1 != 0)
			b := padded(99, k, n, 0, flags&2 != 0)
			whole := make([]float32, m*n)
			MatMul(Dense(whole, m, n), 1, a, b, 0)
			for i := range m {
				for _, shift := range []int{0, 1, 2, 3} {
					row := make([]float32, k+shift)[shift:]
					for l := range row {
						row[l] = float32(a.at(i, l))
					}
					view := Dense(row, 1, k)
					if flags&1 != 0 {
						view = Dense(row, k, 1).T()
					}
					moved := b
					moved.Data = append(make([]float32, shift), b.Data...)[shift:]
					got := make([]float32, n+shift)[shift:]
					MatMul(Dense(got, 1, n), 1, view, moved, 0)
					sameBits(t, fmt.Sprintf("%v, transposes %d, row %d, %d numbers into its memory", size, flags, i, shift), got, whole[i*n:(i+1)*n])
				}
			}
		}
	}
}

// A column of a product does not depend on how many columns there are either.
func TestMatMulColumnsDoNotDependOnTheirNumber(t *testing.T) {
	const m, n, k = 5, 197, 37
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
}

func BenchmarkMatMul(b *testing.B) {
	for _, size := range [][3]int{{32, 32, 32}, {128, 64, 64}, {768, 128, 512}, {1024, 384, 1536}} {
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
