package kernel

import (
	"math"
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
	for n := 1; n < 300; n += 1 + n/5 {
		row := normals(generator(uint64(n)), n)
		for i := range row {
			row[i] *= 5
		}
		shifted := make([]float32, n)
		for i := range row {
			row[i] = float32(math.Round(float64(row[i])*1024) / 1024) // so that adding 100 is exact
			shifted[i] = row[i] + 100
		}
		want, wantLog := softmax(row)
		logSum, shiftedLog := Softmax(row), Softmax(shifted)
		near(t, "softmax", row, want, 1e-6)
		near(t, "ln of the sum", []float32{logSum, shiftedLog}, []float64{wantLog, wantLog + 100}, 2e-7)
		sameBits(t, "shifted softmax", shifted, row)
		sum := 0.0
		for _, y := range row {
			sum += float64(y)
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("softmax of %d numbers sums to %g", n, sum)
		}
	}
}

func TestSoftmaxHidesNothing(t *testing.T) {
	for name, row := range map[string][]float32{
		"NaN first": {nan, 1, 2}, "NaN last": {1, 2, nan}, "NaN between": {1, nan, 2}, "+Inf": {1, inf, 2}, "+Inf twice": {inf, 0, inf},
		"all -Inf": {-inf, -inf, -inf}, "NaN and +Inf": {inf, nan, 1}, "+Inf and -Inf": {-inf, inf},
	} {
		logSum := Softmax(row)
		for i, y := range row {
			if y == y {
				t.Errorf("%s: number %d is %g, want NaN", name, i, y)
			}
		}
		if logSum == logSum {
			t.Errorf("%s: ln of the sum is %g", name, logSum)
		}
	}
	row := []float32{-inf, 3, -inf}
	if logSum := Softmax(row); row[0] != 0 || row[1] != 1 || row[2] != 0 || logSum != 3 {
		t.Errorf("softmax with -Inf is %v, ln of the sum %g", row, logSum)
	}
}

func FuzzSoftmax(f *testing.F) {
	f.Add(float32(1), float32(2), float32(3))
	f.Fuzz(func(t *testing.T, a, b, c float32) {
		row := []float32{a, b, c}
		broken := false
		lowest := true
		for _, x := range row {
			broken = broken || x != x || x == inf
			lowest = lowest && x == -inf
		}
		want, _ := softmax(row)
		Softmax(row)
		sum := 0.0
		for i, y := range row {
			sum += float64(y)
			if broken || lowest {
				if y == y {
					t.Fatalf("number %d is %g, want NaN", i, y)
				}
			} else if !(math.Abs(float64(y)-want[i]) <= 1e-6) {
				t.Fatalf("number %d is %g, want %g", i, y, want[i])
			}
		}
		if !broken && !lowest && !(math.Abs(sum-1) <= 1e-6) {
			t.Fatalf("sum %g", sum)
		}
	})
}

func TestCausalSoftmaxAndItsGradient(t *testing.T) {
	const seq = 13
	r := generator(4)
	scores, dW := normals(r, seq*seq), normals(r, seq*seq)
	weights := append([]float32{}, scores...)
	for q := range seq {
		for k := q + 1; k < seq; k++ {
			weights[q*seq+k] = nan // the future is not even read
		}
	}
	CausalSoftmax(weights, seq)
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
	CausalSoftmaxGrad(got, weights, seq)
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
}

func TestCrossEntropyAndItsGradient(t *testing.T) {
	const rows, vocab = 5, 17
	logits := normals(generator(5), rows*vocab)
	targets := []int{3, -1, 16, 0, -100}
	losses, probabilities := normals(generator(6), rows), make([]float32, rows*vocab)
	d := normals(generator(7), rows*vocab)
	CrossEntropy(losses, probabilities, logits, targets, vocab)
	CrossEntropyGrad(d, probabilities, targets, vocab, 0.25)
	for r, target := range targets {
		want, logSum := softmax(logits[r*vocab : (r+1)*vocab])
		if target < 0 {
			near(t, "ignored row", append([]float32{losses[r]}, d[r*vocab:(r+1)*vocab]...), make([]float64, vocab+1), 0)
			near(t, "probabilities of an ignored row", probabilities[r*vocab:(r+1)*vocab], make([]float64, vocab), 0)
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

func BenchmarkSoftmax(b *testing.B) {
	x := normals(generator(1), 1024)
	b.SetBytes(4 * 1024)
	for b.Loop() {
		Softmax(x)
	}
}
