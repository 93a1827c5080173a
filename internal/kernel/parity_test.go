package kernel

import (
	"fmt"
	"testing"
)

// Every kernel of every set writes what the portable one writes, wherever its arguments lie, and
// nothing else; NaN and infinities come out where they come out there.
func TestSetsAgreeWithPortable(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		for _, trial := range trials {
			t.Run(trial.name, func(t *testing.T) {
				rounds := 280
				if testing.Short() {
					rounds = 70
				}
				for round := range rounds {
					n := 1 + round%70
					if round%20 == 0 {
						n += 70 + round
					}
					compare(t, fmt.Sprintf("round %d, n %d", round, n), set, uint64(round), round%4 == 3, func(m *memory) []written { return trial.run(m, n) })
				}
			})
		}
		t.Run("larger MatMul", func(t *testing.T) {
			for i, x := range larger {
				compare(t, x.String(), set, uint64(i), false, func(m *memory) []written { return []written{x.run(m)} })
			}
		})
	})
}

// compare makes one call with the portable kernels and with those of a set.
func compare(t *testing.T, what string, set *instructions, seed uint64, special bool, run func(m *memory) []written) {
	t.Helper()
	call := func(set *instructions, places uint64) ([]written, *memory) {
		active = set
		m := heap(places)
		m.values, m.special = generator(seed), special
		return run(m), m
	}
	want, _ := call(&instructions{name: portable}, seed)
	got, m := call(set, seed+1e6)
	for i := range want {
		if err := want[i].differs(got[i]); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	if err := m.kept(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// A number that is none spoils its own row of a result, or its column where it stands in b, and no other.
func TestNaNStaysInItsRow(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		for seed := range uint64(60) {
			r := generator(seed)
			rows, n := 2+r.IntN(20), 2+r.IntN(40)
			for _, bad := range []float32{nan, inf, -inf} {
				place := r.IntN(rows * n)
				expect := func(what string, got, clean []float32, spoilt func(i int) bool) {
					t.Helper()
					for i, v := range got {
						if spoilt(i) != (v-v != 0) || !spoilt(i) && v != clean[i] {
							t.Fatalf("seed %d, %g at %d of %dx%d: %s: number %d is %g, was %g", seed, bad, place, rows, n, what, i, v, clean[i])
						}
					}
				}
				inRow := func(i int) bool { return i/n == place/n }
				spoil := func(x []float32) []float32 {
					x = append([]float32{}, x...)
					x[place] = bad
					return x
				}
				x, gain, bias := normals(r, rows*n), normals(r, n), normals(r, n)

				k := 1 + r.IntN(20)
				b, c := normals(r, n*k), normals(r, k*rows)
				for flags := range 4 {
					multiply := func(c, a, b Matrix) []float32 { MatMul(c, 1, a, b, 0); return c.Data }
					// x as a, then as b, each as it stands and transposed.
					left := func(x []float32) []float32 {
						a, b := Dense(x, rows, n), Dense(b, n, k)
						if flags&1 != 0 {
							a = turned(a)
						}
						if flags&2 != 0 {
							b = turned(b)
						}
						return multiply(Dense(make([]float32, rows*k), rows, k), a, b)
					}
					right := func(x []float32) []float32 {
						a, b := Dense(c, k, rows), Dense(x, rows, n)
						if flags&1 != 0 {
							a = turned(a)
						}
						if flags&2 != 0 {
							b = turned(b)
						}
						return multiply(Dense(make([]float32, k*n), k, n), a, b)
					}
					expect("MatMul, a", left(spoil(x)), left(x), func(i int) bool { return i/k == place/n })
					expect("MatMul, b", right(spoil(x)), right(x), func(i int) bool { return i%n == place%n })
				}

				normalised := func(x []float32) []float32 {
					y := make([]float32, rows*n)
					LayerNorm(y, make([]float32, rows), make([]float32, rows), x, gain, bias, 1e-5)
					return y
				}
				expect("LayerNorm", normalised(spoil(x)), normalised(x), inRow)

				if bad == -inf { // a weight of 0
					continue
				}
				weights := func(x []float32) []float32 {
					softmaxRows(x, rows, n, n, n, 0, nil, nil)
					return x
				}
				expect("softmax", weights(spoil(x)), weights(append([]float32{}, x...)), inRow)
			}
		}
	})
}

// turned returns the same matrix, laid out column by column.
func turned(m Matrix) Matrix {
	data := make([]float32, m.Rows*m.Cols)
	for i := range m.Rows {
		for j := range m.Cols {
			data[j*m.Rows+i] = m.Data[i*m.Stride+j]
		}
	}
	return Dense(data, m.Cols, m.Rows).T()
}

// What is computed number by number gives the same bits wherever a number stands: at the end of
// a slice as within, in one call or shared out among several.
func TestNumbersDoNotDependOnTheirPlace(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		const n = 75
		r := generator(3)
		a, b, c, squares := normals(r, n), normals(r, n), normals(r, n), normals(r, n)
		for i := range squares {
			squares[i] *= squares[i]
		}
		clone := func(x []float32) []float32 { return append([]float32{}, x...) }
		for name, call := range map[string]func(y []float32, from, to int){
			"exp":  func(y []float32, from, to int) { exps(y[from:to], a[from:to]) },
			"Add":  func(y []float32, from, to int) { Add(y[from:to], a[from:to], b[from:to]) },
			"Mul":  func(y []float32, from, to int) { Mul(y[from:to], a[from:to], b[from:to]) },
			"GELU": func(y []float32, from, to int) { GELU(y[from:to], make([]float32, to-from), a[from:to]) },
			"slope of GELU": func(y []float32, from, to int) {
				GELU(make([]float32, to-from), y[from:to], a[from:to])
			},
			"AdamW": func(y []float32, from, to int) {
				copy(y[from:to], a[from:to])
				AdamW(y[from:to], clone(b[from:to]), clone(squares[from:to]), c[from:to],
					AdamWStep{LearningRate: 0.1, Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, Scale: 1, Step: 3})
			},
		} {
			whole := make([]float32, n)
			call(whole, 0, n)
			for _, length := range []int{1, 3, 7, 8, 9, 16, 31} {
				parts := make([]float32, n)
				for from := 0; from < n; from += length {
					call(parts, from, min(from+length, n))
				}
				sameBits(t, fmt.Sprintf("%s, %d at a time", name, length), parts, whole)
			}
		}
	})
}

// A row of a softmax or a LayerNorm is the same bits in a batch of one and of many.
func TestRowsDoNotDependOnTheirNumber(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		for n := 1; n < 80; n += 3 {
			const rows, gap = 7, 5
			r := generator(uint64(n))
			x, gain, bias := normals(r, rows*n), normals(r, n), normals(r, n)
			weights := make([]float32, rows*(n+gap))
			for i := range rows {
				copy(weights[i*(n+gap):], x[i*n:(i+1)*n])
			}
			first := max(1, n-rows+1)
			softmaxRows(weights, min(rows, n), n, n+gap, first, 1, nil, nil)
			y, mean, rstd := make([]float32, rows*n), make([]float32, rows), make([]float32, rows)
			LayerNorm(y, mean, rstd, x, gain, bias, 1e-5)
			dy := normals(r, rows*n)
			dx, rest := make([]float32, rows*n), make([]float32, n)
			LayerNormGrad(dx, rest, rest, dy, x, gain, mean, rstd, nil)
			for i := range rows {
				what := fmt.Sprintf("row %d of %d numbers", i, n)
				part := func(x []float32) []float32 { return append([]float32{}, x[i*n:(i+1)*n]...) }
				out := make([]float32, n)
				LayerNorm(out, make([]float32, 1), make([]float32, 1), part(x), gain, bias, 1e-5)
				sameBits(t, "LayerNorm, "+what, out, part(y))
				LayerNormGrad(out, rest, rest, part(dy), part(x), gain, mean[i:i+1], rstd[i:i+1], nil)
				sameBits(t, "LayerNormGrad, "+what, out, part(dx))
				if i < n {
					alone := part(x)[:first+i]
					Softmax(alone)
					sameBits(t, "softmax, "+what, weights[i*(n+gap):][:first+i], alone)
				}
			}
		}
	})
}

// Slices of nothing are a call like any other.
func TestNothingToDo(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		var none []float32
		one := []float32{7}
		Add(none, none, none)
		Mul(none, none, none)
		GELU(none, none, none)
		ReLU(none, none, none)
		LayerNorm(none, none, none, none, one, one, 1)
		AdamW(none, none, none, none, AdamWStep{Step: 1})
		if panics(func() { CrossEntropy(none, none, none, none, nil, 3) }) || panics(func() { CrossEntropyGrad(none, none, nil, 3, 1) }) {
			t.Error("the loss of no rows panics")
		}
		if sum := SumSquares(none); sum != 0 {
			t.Errorf("the sum of no squares is %g", sum)
		}
		sum, dBias := []float32{5}, []float32{6}
		SumRows(sum, none)
		sameBits(t, "sum of no rows", sum, []float32{0})
		LayerNormGrad(none, sum, dBias, none, none, one, none, none, none)
		sameBits(t, "gradients of no rows", append(sum, dBias...), []float32{0, 0})
	})
}
