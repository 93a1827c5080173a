package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// normals returns n numbers from a normal distribution of deviation 1.
func normals(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// near fails unless every number is within tolerance of the wanted one, relative to
// the largest wanted, or 1 if that is more.
func near[F float32 | float64](t *testing.T, what string, got []float32, want []F, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	largest := 1.0
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - float64(w)); !(d <= tolerance*largest) {
			t.Fatalf("%s: number %d is %g, want %g (off by %.2g)", what, i, got[i], w, d)
		}
	}
}

// sameBits fails unless the two slices hold the same bits.
func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %g, want %g bit for bit", what, i, got[i], want[i])
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}

// ulps returns how many units in the last place of want lie between got and want.
func ulps(got float32, want float64) float64 {
	if math.IsInf(want, 0) || math.IsNaN(want) {
		panic("ulps of a number that is not finite")
	}
	_, exponent := math.Frexp(want)
	unit := math.Ldexp(1, max(exponent-24, -149))
	return math.Abs(float64(got)-want) / unit
}

// difference4 is the central difference of fourth order, error O(h^4).
func difference4(f func(x float64) float64, x, h float64) float64 {
	return (8*(f(x+h)-f(x-h)) - (f(x+2*h) - f(x-2*h))) / (12 * h)
}

// use makes one small call of every kernel, each over slices of its own.
func use() map[string]func() {
	const rows, dim, vocab, seq = 5, 7, 11, 5
	s := func(n int) []float32 { return normals(generator(uint64(n)), n) }
	x, y, z, dx, row, row2 := s(rows*dim), s(rows*dim), s(rows*dim), s(rows*dim), s(dim), s(dim)
	mean, rstd, table := s(rows), s(rows), s(vocab*dim)
	square, square2 := s(seq*seq), s(seq*seq)
	long, wide, product := s(80*3), s(3*50), s(80*50)
	logits, probabilities, losses, tops := s(rows*vocab), s(rows*vocab), s(rows), s(rows)
	ids, targets := []int{3, 0, 3, 10, 1}, []int{1, -1, 10, 0, 3}
	var sink float64
	return map[string]func(){
		"Add":               func() { Add(y, x, z) },
		"Mul":               func() { Mul(y, x, z) },
		"SumRows":           func() { SumRows(row, x) },
		"Gather":            func() { Gather(y, table, ids, dim) },
		"ScatterAdd":        func() { ScatterAdd(table, x, ids, dim) },
		"GELU":              func() { GELU(y, z, x) },
		"ReLU":              func() { ReLU(y, z, x) },
		"LayerNorm":         func() { LayerNorm(y, mean, rstd, x, row, row2, 1e-5) },
		"LayerNormGrad":     func() { LayerNormGrad(dx, row, row2, y, x, row2, mean, rstd, z) },
		"MatMul":            func() { MatMul(Dense(square, rows, rows), 1, Dense(x, rows, dim), Dense(y, rows, dim).T(), 0) },
		"MatMul, laid out":  func() { MatMul(Dense(product, 80, 50), 1, Dense(long, 80, 3), Dense(wide, 3, 50), 1) },
		"MatMulBias":        func() { MatMulBias(Dense(y, rows, dim), Dense(square, rows, rows), Dense(x, rows, dim), row) },
		"Softmax":           func() { Softmax(row) },
		"CausalSoftmax":     func() { CausalSoftmax(square, seq, seq, seq, 1) },
		"CausalSoftmaxGrad": func() { CausalSoftmaxGrad(square2, square, seq, seq, seq, seq, 1) },
		"CrossEntropy":      func() { CrossEntropy(losses, tops, probabilities, logits, targets, vocab) },
		"CrossEntropyGrad":  func() { CrossEntropyGrad(logits, probabilities, targets, vocab, 1) },
		"Argmax":            func() { sink += float64(Argmax(x)) },
		"SumSquares":        func() { sink += SumSquares(x) },
		"AdamW":             func() { AdamW(x, y, z, dx, AdamWStep{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.99, Scale: 1, Step: 1}) },
		"SGD":               func() { SGD(x, y, dx, SGDStep{LearningRate: 1e-3, Scale: 1}) },
		"Exp":               func() { sink += float64(Exp(x[0])) },
	}
}

func TestKernelsAllocateNothing(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		for name, call := range use() {
			if n := testing.AllocsPerRun(10, call); n != 0 {
				t.Errorf("%s allocates %v times a call", name, n)
			}
		}
	})
}

func TestLengthsThatDisagreePanic(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		f := func(n int) []float32 { return make([]float32, n) }
		for name, call := range map[string]func(){
			"Add":                            func() { Add(f(3), f(3), f(2)) },
			"Add, y":                         func() { Add(f(2), f(3), f(3)) },
			"Mul":                            func() { Mul(f(3), f(2), f(3)) },
			"SumRows, half a row":            func() { SumRows(f(2), f(7)) },
			"SumRows, row of nothing":        func() { SumRows(f(0), f(2)) },
			"Gather":                         func() { Gather(f(7), f(10), []int{0, 1}, 4) },
			"Gather, id past the end":        func() { Gather(f(4), f(8), []int{2}, 4) },
			"ScatterAdd":                     func() { ScatterAdd(f(8), f(7), []int{0, 1}, 4) },
			"GELU":                           func() { GELU(f(3), f(3), f(2)) },
			"GELU, slope":                    func() { GELU(f(3), f(2), f(3)) },
			"ReLU":                           func() { ReLU(f(3), f(3), f(2)) },
			"LayerNorm, x":                   func() { LayerNorm(f(6), f(2), f(2), f(5), f(3), f(3), 1e-5) },
			"LayerNorm, bias":                func() { LayerNorm(f(6), f(2), f(2), f(6), f(3), f(2), 1e-5) },
			"LayerNorm, rstd":                func() { LayerNorm(f(6), f(2), f(1), f(6), f(3), f(3), 1e-5) },
			"LayerNormGrad, dGain":           func() { LayerNormGrad(f(6), f(2), f(3), f(6), f(6), f(3), f(2), f(2), nil) },
			"LayerNormGrad, rstd":            func() { LayerNormGrad(f(6), f(3), f(3), f(6), f(6), f(3), f(2), f(1), nil) },
			"LayerNormGrad, addend":          func() { LayerNormGrad(f(6), f(3), f(3), f(6), f(6), f(3), f(2), f(2), f(5)) },
			"CausalSoftmax":                  func() { CausalSoftmax(f(3), 2, 2, 2, 1) },
			"CausalSoftmax, too wide":        func() { CausalSoftmax(f(9), 2, 2, 3, 2) },
			"CausalSoftmaxGrad":              func() { CausalSoftmaxGrad(f(4), f(3), 2, 2, 2, 2, 1) },
			"CrossEntropy, losses":           func() { CrossEntropy(f(1), f(2), f(6), f(6), []int{0, 1}, 3) },
			"CrossEntropy, tops":             func() { CrossEntropy(f(2), f(1), f(6), f(6), []int{0, 1}, 3) },
			"CrossEntropy, logits":           func() { CrossEntropy(f(2), f(2), f(6), f(5), []int{0, 1}, 3) },
			"CrossEntropyGrad":               func() { CrossEntropyGrad(f(6), f(5), []int{0, 1}, 3, 1) },
			"AdamW":                          func() { AdamW(f(3), f(3), f(2), f(3), AdamWStep{Step: 1}) },
			"SGD":                            func() { SGD(f(3), f(3), f(2), SGDStep{}) },
			"MatMul, inner sizes":            func() { MatMul(Dense(f(4), 2, 2), 1, Dense(f(6), 2, 3), Dense(f(4), 2, 2), 0) },
			"MatMul, rows":                   func() { MatMul(Dense(f(6), 3, 2), 1, Dense(f(4), 2, 2), Dense(f(4), 2, 2), 0) },
			"MatMul, short a":                func() { MatMul(Dense(f(4), 2, 2), 1, Dense(f(3), 2, 2), Dense(f(4), 2, 2), 0) },
			"MatMul, short b":                func() { MatMul(Dense(f(4), 2, 2), 1, Dense(f(4), 2, 2), Dense(f(3), 2, 2), 0) },
			"MatMul, short c":                func() { MatMul(Dense(f(3), 2, 2), 1, Dense(f(4), 2, 2), Dense(f(4), 2, 2), 0) },
			"MatMul, transposed c":           func() { MatMul(Dense(f(4), 2, 2).T(), 1, Dense(f(4), 2, 2), Dense(f(4), 2, 2), 0) },
			"MatMul, stride below the width": func() { MatMul(Dense(f(4), 2, 2), 1, Columns(f(4), 2, 2, 1), Dense(f(4), 2, 2), 0) },
			"MatMulBias, bias":               func() { MatMulBias(Dense(f(4), 2, 2), Dense(f(4), 2, 2), Dense(f(4), 2, 2), f(3)) },
			"MatMul, no rows":                func() { MatMul(Dense(f(4), 0, 2), 1, Dense(f(4), 0, 2), Dense(f(4), 2, 2), 0) },
		} {
			if !panics(call) {
				t.Errorf("%s: no panic", name)
			}
		}
	})
}

func ExampleSoftmax() {
	row := []float32{1, 2, 3, float32(math.Inf(-1))}
	Softmax(row)
	fmt.Printf("%.4f\n", row)
	// Output: [0.0900 0.2447 0.6652 0.0000]
}

// What lies beyond the end of a slice is neither read nor written, even where the array goes on.
func TestIdsOutsideOfTheTablePanic(t *testing.T) {
	table, y := []float32{1, 2, 3, 4, 99, 98}, make([]float32, 2)
	for name, f := range map[string]func(){
		"Gather":                     func() { Gather(y, table[:4], []int{2}, 2) },
		"Gather, negative":           func() { Gather(y, table[:4], []int{-1}, 2) },
		"ScatterAdd":                 func() { ScatterAdd(table[:4], y, []int{2}, 2) },
		"CrossEntropy":               func() { CrossEntropy(y, make([]float32, 2), make([]float32, 6), table, []int{3, 0}, 3) },
		"CrossEntropyGrad, last row": func() { CrossEntropyGrad(make([]float32, 6), table, []int{0, 3}, 3, 1) },
		"CrossEntropyGrad":           func() { CrossEntropyGrad(make([]float32, 6), table, []int{3, 0}, 3, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
	if table[4] != 99 || table[5] != 98 || y[0] != 0 {
		t.Errorf("table %v, y %v", table, y)
	}
}
