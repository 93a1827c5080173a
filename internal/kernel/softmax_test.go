package kernel

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// softmax is the reference in double precision, with ln of the sum.
func softmax(row []float32) (want []float64, logSum float64) {
	top := math.Inf(-1)
	for _, x := range row {
		top = math.Max(top, float64(x))
	}
	sum := 0.0
	for _, x := range row {
		want = append(want, math.Exp(float64(x)-top))
		sum += want[len(want)-1]
	}
	for i := range want {
		want[i] /= sum
	}
	return want, top + math.Log(sum)
}

func TestSoftmaxAgainstDoublePrecision(t *testing.T) {
	eachSet(t, func(t *testing.T, set *instructions) {
		for n := 1; n < 300; n += 1 + n/5 {
			row := normals(generator(uint64(n)), n)
			for i := range row {
				row[i] *= 5
			}
			up, down := make([]float32, n), make([]float32, n)
			for i := range row {
				row[i] = float32(math.Round(float64(row[i])*1024) / 1024) // so that the sums are exact
				up[i], down[i] = row[i]+100, row[i]-1000
			}
			x := slices.Clone(row)
			Softmax(row)
			Softmax(up)
			Softmax(down)
			checkSoftmax(t, set.name, row, x)
			sameBits(t, "softmax shifted up", up, row)
			sameBits(t, "softmax shifted down", down, row)
		}
	})
}

func TestSoftmaxHidesNothing(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		for name, row := range map[string][]float32{
			"NaN first": {nan, 1, 2}, "NaN last": {1, 2, nan}, "NaN between": {1, nan, 2}, "+Inf": {1, inf, 2}, "+Inf twice": {inf, 0, inf},
			"all -Inf": {-inf, -inf, -inf}, "NaN and +Inf": {inf, nan, 1}, "+Inf and -Inf": {-inf, inf},
		} {
			Softmax(row)
			for i, y := range row {
				if y == y {
					t.Errorf("%s: number %d is %g, want NaN", name, i, y)
				}
			}
		}
		far := []float32{-3e38, -inf, -3e38}
		if Softmax(far); far[0] != 0.5 || far[1] != 0 || far[2] != 0.5 {
			t.Errorf("softmax far below 0 is %v", far)
		}
		row := []float32{-inf, 3, -inf}
		if Softmax(row); row[0] != 0 || row[1] != 1 || row[2] != 0 {
			t.Errorf("softmax with -Inf is %v", row)
		}
	})
}

// FuzzSoftmax reads numbers from data, whatever their bits say, and takes them as rows of attention scores: width
// wide, gap apart, first of them visible in the first row.
func FuzzSoftmax(f *testing.F) {
	f.Add([]byte("any numbers, twelve bytes a row ...."), uint8(2), uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, width, first, gap uint8) {
		l := layout{cols: 1 + int(width)%80}
		l.stride = l.cols + int(gap)%20
		visible := 1 + int(first)%l.cols
		var numbers []float32
		for ; len(data) >= 4; data = data[4:] {
			numbers = append(numbers, math.Float32frombits(binary.LittleEndian.Uint32(data)))
		}
		l.rows = min(len(numbers)/l.cols, l.cols-visible+1)
		if l.rows == 0 {
			t.Skip()
		}
		for _, set := range available() {
			with(t, set)
			m, next := heap(1), 0
			m.draw = func() float32 { next++; return numbers[next-1] }
			x := m.change(l)
			CausalSoftmax(x, l.rows, l.cols, l.stride, visible)
			if err := m.kept(); err != nil {
				t.Fatalf("%s: %v", set.name, err)
			}
			for r := range l.rows {
				row := x[r*l.stride:][:l.cols]
				checkSoftmax(t, set.name, row[:visible+r], numbers[r*l.cols:][:visible+r])
				for i, y := range row[visible+r:] {
					if math.Float32bits(y) != 0 {
						t.Fatalf("%s: row %d: the future at %d weighs %g", set.name, r, i, y)
					}
				}
			}
		}
	})
}

// softmaxErrors bounds by how much the weights of a row x of n finite numbers, or -Inf, differ from the exact ones w, and their sum from 1. It
// holds for any order of summation.
//
// Let u = 2^-24, the relative error of one rounded operation, and d_i = x_i - max x, which is computed as d_i (1 + u) at most. Then
//
//	e_i = Exp(d_i (1 + u)) = e^(d_i) (1 + a_i),    a_i = (|d_i| + 4) u
//
// since e^(d u) is 1 + d u, and Exp is off by two units in the last place, each at most 2u of its value. Below
// expLowest, Exp is 0 and the exact value at most 2^-126. The computed sum of the e_i is S (1 + (n-1) u), S the sum of the e_i
// before rounding (Higham 2002, section 4.2), and S = sum_j e^(d_j) (1 + sum_j w_j a_j). Then 1/S and the product with e_i round once each:
//
//	|y_i - w_i| <= w_i (a_i + sum_j w_j a_j + (n + 1) u) + 2^-126
//
// to first order in u. Products of two of these errors are less than a thousandth of the bound while a_i and n u are less than a
// thousandth: e_i is 0 where |d_i| is above 88. In the sum of all y_i the errors of Exp cancel, and (n + 1) u is left.
func softmaxErrors(x []float32, w []float64) (weights []float64, sum float64) {
	const (
		u     = 1.0 / (1 << 24)
		tiny  = 0x1p-126
		order = 1.001 // for the products of errors
	)
	top := float64(slices.Max(x))
	n := float64(len(x))
	relative := make([]float64, len(x)) // the a_i
	mean := 0.0
	for i, v := range x {
		if w[i] > 0 {
			relative[i] = (top - float64(v) + 4) * u
			mean += w[i] * relative[i]
		}
	}
	for i := range x {
		weights = append(weights, order*(w[i]*(relative[i]+mean+(n+1)*u)+tiny))
	}
	return weights, order * ((n+1)*u + n*tiny)
}

// checkSoftmax compares a softmax with the reference; NaN and +Inf, or nothing but -Inf, make NaN of it all.
func checkSoftmax(t *testing.T, set string, got, x []float32) {
	t.Helper()
	broken, lowest := false, true
	for _, v := range x {
		broken = broken || v != v || v == inf
		lowest = lowest && v == -inf
	}
	if broken || lowest {
		for i, y := range got {
			if y == y {
				t.Fatalf("%s: number %d of %v is %g, want NaN", set, i, x, y)
			}
		}
		return
	}
	want, _ := softmax(x)
	most, mostOfSum := softmaxErrors(x, want)
	sum := 0.0
	for i, y := range got {
		sum += float64(y)
		if !(math.Abs(float64(y)-want[i]) <= most[i]) {
			t.Fatalf("%s: number %d of %v is %g, want %g within %.2g", set, i, x, y, want[i], most[i])
		}
	}
	if !(math.Abs(sum-1) <= mostOfSum) {
		t.Fatalf("%s: the softmax of %v sums to %g, want 1 within %.2g", set, x, sum, mostOfSum)
	}
}

func TestCausalSoftmaxAndItsGradient(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		const seq = 13
		r := generator(4)
		scores, dW := normals(r, seq*seq), normals(r, seq*seq)
		weights := append([]float32{}, scores...)
		for q := range seq {
			for k := q + 1; k < seq; k++ {
				weights[q*seq+k] = nan // the future is not even read
			}
		}
		CausalSoftmax(weights, seq, seq, seq, 1)
		got := append([]float32{}, dW...)
		for q := range seq {
			want, _ := softmax(scores[q*seq : q*seq+q+1])
			near(t, "weights", weights[q*seq:q*seq+q+1], want, 1e-6)
			for k := q + 1; k < seq; k++ {
				if math.Float32bits(weights[q*seq+k]) != 0 {
					t.Fatalf("the future weighs %g", weights[q*seq+k])
				}
				got[q*seq+k] = nan
			}
		}
		CausalSoftmaxGrad(got, weights, seq, seq, seq, seq, 1)
		for q := range seq {
			row := append([]float32{}, scores[q*seq:q*seq+q+1]...)
			for k := range seq {
				if k > q {
					if got[q*seq+k] != 0 {
						t.Fatalf("the future's score has the gradient %g", got[q*seq+k])
					}
					continue
				}
				old := row[k]
				slope := difference4(func(x float64) float64 {
					row[k] = float32(x)
					w, _ := softmax(row)
					sum := 0.0
					for j := range w {
						sum += w[j] * float64(dW[q*seq+j])
					}
					return sum
				}, float64(old), 1.0/64)
				row[k] = old
				if math.Abs(slope-float64(got[q*seq+k])) > 1e-5 {
					t.Fatalf("gradient of score (%d, %d) is %g, want %g", q, k, got[q*seq+k], slope)
				}
			}
		}
	})
}

func TestCrossEntropyAndItsGradient(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		const rows, vocab = 5, 17
		logits := normals(generator(5), rows*vocab)
		targets := []int{3, -1, 16, 0, -100}
		losses, probabilities := normals(generator(6), rows), make([]float32, rows*vocab)
		d := normals(generator(7), rows*vocab)
		CrossEntropy(losses, make([]float32, rows), probabilities, logits, targets, vocab)
		CrossEntropyGrad(d, probabilities, targets, vocab, 0.25)
		for r, target := range targets {
			want, logSum := softmax(logits[r*vocab : (r+1)*vocab])
			if target < 0 {
				near(t, "ignored row", append([]float32{losses[r]}, d[r*vocab:(r+1)*vocab]...), make([]float64, vocab+1), 0)
				continue
			}
			near(t, "loss", losses[r:r+1], []float64{logSum - float64(logits[r*vocab+target])}, 1e-6)
			near(t, "probabilities", probabilities[r*vocab:(r+1)*vocab], want, 1e-6)
			for j := range want {
				if j == target {
					want[j]--
				}
				want[j] *= 0.25
			}
			near(t, "gradient", d[r*vocab:(r+1)*vocab], want, 1e-6)
		}
	})
}

func TestArgmaxTakesTheFirstOfEquals(t *testing.T) {
	for _, c := range []struct {
		x    []float32
		want int
	}{{[]float32{1}, 0}, {[]float32{1, 3, 2, 3}, 1}, {[]float32{5, 5, 5}, 0}, {[]float32{-3, -2, -1}, 2}, {[]float32{-inf, -inf}, 0}, {[]float32{0, inf}, 1}} {
		if got := Argmax(c.x); got != c.want {
			t.Errorf("Argmax(%v) is %d, want %d", c.x, got, c.want)
		}
	}
}
