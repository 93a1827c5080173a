package kernel

import (
	"fmt"
	"math"
	"sync"
)

// written is what a kernel wrote, and how far rounding may have moved it from what another
// instruction set writes.
type written struct {
	name    string
	numbers []float64
	// Units of 2^-24 of the magnitude of what is added up, or of the number itself for nil.
	units     float64
	magnitude func() []float64
}

// differs returns an error unless got is w within rounding: the same infinities, and NaN where NaN is.
func (w written) differs(got written) error {
	if len(got.numbers) != len(w.numbers) {
		return fmt.Errorf("%s: %d numbers, want %d", w.name, len(got.numbers), len(w.numbers))
	}
	var magnitude []float64
	if w.magnitude != nil {
		magnitude = w.magnitude()
	}
	for i, want := range w.numbers {
		got := got.numbers[i]
		if got == want || got != got && want != want {
			continue
		}
		size := math.Abs(want)
		if magnitude != nil && magnitude[i] <= math.MaxFloat32 {
			size = max(size, magnitude[i])
		}
		// Beside the units, a few of the smallest numbers: products of denormal ones are not exact.
		limit := w.units * (math.Ldexp(size, -24) + 0x1p-149)
		if !(math.Abs(got-want) <= limit) || math.IsInf(want, 0) {
			return fmt.Errorf("%s: number %d is %g, want %g within %.2g", w.name, i, got, want, limit)
		}
	}
	return nil
}

func exact(name string, x []float32) written { return written{name: name, numbers: wide(x)} }

func wide(x []float32) []float64 { return inside(x, row(len(x))) }

// reordered is how many units apart two sums of n numbers can be expected.
func reordered(n int) float64 { return 4 + 2*math.Sqrt(float64(n)) }

// exps writes e^x as the kernels of the active set compute it.
func exps(y, x []float32) {
	if active.exp != nil {
		active.exp(&y[0], &x[0], len(x))
		return
	}
	for i, v := range x {
		y[i] = Exp(v)
	}
}

// trial calls one kernel on rows of n numbers. All else about the call is drawn from the memory's
// values, so that two memories of one seed give the same call.
type trial struct {
	name string
	run  func(m *memory, n int) []written
}

var trials = []trial{
	{"Add", func(m *memory, n int) []written {
		y, a, b := m.write(row(n)), m.read(row(n)), m.read(row(n))
		Add(y, a, b)
		return []written{exact("y", y)}
	}},
	{"Add in place", func(m *memory, n int) []written {
		y, b := m.change(row(n)), m.read(row(n))
		Add(y, y, b)
		Add(y, b, y)
		return []written{exact("y", y)}
	}},
	{"Mul", func(m *memory, n int) []written {
		y, a, b := m.write(row(n)), m.read(row(n)), m.read(row(n))
		Mul(y, a, b)
		return []written{exact("y", y)}
	}},
	{"Mul in place", func(m *memory, n int) []written {
		y, b := m.change(row(n)), m.read(row(n))
		Mul(y, y, b)
		Mul(y, b, y)
		return []written{exact("y", y)}
	}},
	{"SumRows", func(m *memory, n int) []written {
		rows := 1 + m.values.IntN(9)
		sum, x := m.write(row(n)), m.read(row(rows*n))
		SumRows(sum, x)
		return []written{exact("sum", sum)}
	}},
	{"exp", func(m *memory, n int) []written {
		m.draw = func() float32 { return 30 * float32(m.values.NormFloat64()) }
		y, x := m.write(row(n)), m.read(row(n))
		exps(y, x)
		return []written{{name: "y", numbers: wide(y), units: 8}} // two ulps each, of up to two units
	}},
	{"GELU", func(m *memory, n int) []written {
		m.draw = func() float32 { return 4 * float32(m.values.NormFloat64()) }
		y, slope, x := m.write(row(n)), m.write(row(n)), m.read(row(n))
		GELU(y, slope, x)
		return geluWritten(y, slope, x)
	}},
	{"GELU in place", func(m *memory, n int) []written {
		y, slope := m.change(row(n)), m.write(row(n))
		x := append([]float32{}, y...)
		GELU(y, slope, y)
		return geluWritten(y, slope, x)
	}},
	{"ReLU", func(m *memory, n int) []written {
		y, slope, x := m.write(row(n)), m.write(row(n)), m.read(row(n))
		ReLU(y, slope, x)
		return []written{exact("y", y), exact("slope", slope)}
	}},
	{"ReLU in place", func(m *memory, n int) []written {
		y, slope := m.change(row(n)), m.write(row(n))
		ReLU(y, slope, y)
		return []written{exact("y", y), exact("slope", slope)}
	}},
	{"Softmax", func(m *memory, n int) []written {
		x := m.change(row(n))
		Softmax(x)
		return []written{{name: "row", numbers: wide(x), units: 8 + reordered(n)}}
	}},
	{"CausalSoftmax", func(m *memory, n int) []written {
		l, first := m.causal(n)
		x := m.change(l)
		CausalSoftmax(x, l.rows, l.cols, l.stride, first)
		return []written{{name: "weights", numbers: inside(x, l), units: 8 + reordered(n)}}
	}},
	{"softmax with tops and sums", func(m *memory, n int) []written {
		l, first := m.causal(n)
		more := m.values.IntN(2)
		x, tops, sums := m.change(l), m.write(row(l.rows)), m.write(row(l.rows))
		softmaxRows(x, l.rows, l.cols, l.stride, first, more, tops, sums)
		largest := wide(tops)
		for i, sum := range sums {
			if sum != sum { // then the largest number means nothing
				largest[i] = math.NaN()
			}
		}
		return []written{
			{name: "weights", numbers: inside(x, l), units: 8 + reordered(n)},
			{name: "tops", numbers: largest}, {name: "sums", numbers: wide(sums), units: 8 + reordered(n)},
		}
	}},
	{"CausalSoftmaxGrad", func(m *memory, n int) []written {
		l, first := m.causal(n)
		other := layout{l.rows, l.cols, l.cols + m.values.IntN(4)}
		d, w := m.change(l), m.read(other)
		old := append([]float32{}, d...)
		CausalSoftmaxGrad(d, w, l.rows, l.cols, l.stride, other.stride, first)
		return []written{{"gradient", inside(d, l), reordered(n), func() (sizes []float64) {
			for r := range l.rows {
				d, w := old[r*l.stride:][:l.cols], w[r*other.stride:][:l.cols]
				sum := 0.0
				for i := range first + r {
					sum += math.Abs(float64(d[i] * w[i]))
				}
				for i := range d {
					sizes = append(sizes, math.Abs(float64(w[i]))*(math.Abs(float64(d[i]))+sum))
				}
			}
			return sizes
		}}}
	}},
	{"CrossEntropy", func(m *memory, n int) []written {
		rows := 1 + m.values.IntN(5)
		targets := make([]int, rows)
		for r := range targets {
			targets[r] = m.values.IntN(n+1) - 1
		}
		losses, tops, probabilities, logits := m.write(row(rows)), m.write(row(rows)), m.write(row(rows*n)), m.read(row(rows*n))
		CrossEntropy(losses, tops, probabilities, logits, targets, n)
		return []written{
			{name: "probabilities", numbers: wide(probabilities), units: 8 + reordered(n)},
			{"losses", wide(losses), 8 + reordered(n), func() []float64 {
				sizes := make([]float64, rows)
				for r, target := range targets {
					sizes[r] = 1 + math.Abs(float64(tops[r])) + math.Abs(float64(logits[r*n+max(target, 0)]))
				}
				return sizes
			}},
		}
	}},
	{"CrossEntropyGrad", func(m *memory, n int) []written {
		targets := []int{m.values.IntN(n), -1, m.values.IntN(n)}
		d, probabilities := m.write(row(len(targets)*n)), m.read(row(len(targets)*n))
		CrossEntropyGrad(d, probabilities, targets, n, 0.3)
		return []written{exact("gradient", d)}
	}},
	{"LayerNorm", func(m *memory, n int) []written {
		const epsilon = 1e-5
		rows := 1 + m.values.IntN(5)
		y, mean, rstd := m.write(row(rows*n)), m.write(row(rows)), m.write(row(rows))
		x, gain, bias := m.read(row(rows*n)), m.read(row(n)), m.read(row(n))
		LayerNorm(y, mean, rstd, x, gain, bias, epsilon)
		// The error of the mean, a part of the mean size of x, is also in the variance and in y.
		var means, rstds, ys []float64
		measure := sync.OnceFunc(func() {
			for r := range rows {
				size, variance := 0.0, 0.0
				for _, v := range x[r*n:][:n] {
					size += math.Abs(float64(v)) / float64(n)
					variance += math.Pow(float64(v-mean[r]), 2) / float64(n)
				}
				s := float64(rstd[r])
				means, rstds = append(means, size), append(rstds, s*(1+size*math.Sqrt(variance)*s*s))
				for i, v := range x[r*n:][:n] {
					ys = append(ys, math.Abs(float64(gain[i]))*(math.Abs(float64(v-mean[r]))*rstds[r]+s*size)+math.Abs(float64(bias[i])))
				}
			}
		})
		return []written{
			{"mean", wide(mean), reordered(n), func() []float64 { measure(); return means }},
			{"rstd", wide(rstd), reordered(n), func() []float64 { measure(); return rstds }},
			{"y", wide(y), reordered(n), func() []float64 { measure(); return ys }},
		}
	}},
	{"LayerNormGrad", func(m *memory, n int) []written { return layerNormGradWritten(m, n, false) }},
	{"LayerNormGrad with addend", func(m *memory, n int) []written { return layerNormGradWritten(m, n, true) }},
	{"AdamW", func(m *memory, n int) []written {
		s := AdamWStep{LearningRate: 0.01, Beta1: 0.9, Beta2: 0.95, Epsilon: 0.05, WeightDecay: 0.1, Scale: 0.7, Step: 1 + m.values.IntN(9)}
		w, first, gradient := m.change(row(n)), m.change(row(n)), m.read(row(n))
		m.draw = func() float32 { return float32(m.values.ExpFloat64()) }
		second := m.change(row(n))
		oldWeights, oldFirst := wide(w), wide(first)
		AdamW(w, first, second, gradient, s)
		moments := func() []float64 {
			sizes := make([]float64, n)
			for i := range sizes {
				sizes[i] = math.Abs(oldFirst[i]) + math.Abs(float64(gradient[i]))
			}
			return sizes
		}
		return []written{
			{"first", wide(first), 4, moments},
			{name: "second", numbers: wide(second), units: 8},
			{"weights", wide(w), 8, func() []float64 {
				sizes := moments()
				rate := float64(s.LearningRate) / (1 - math.Pow(float64(s.Beta1), float64(s.Step)))
				root := math.Sqrt(1 - math.Pow(float64(s.Beta2), float64(s.Step)))
				for i := range sizes {
					sizes[i] = math.Abs(oldWeights[i]) + rate*sizes[i]/(math.Sqrt(float64(second[i]))/root+float64(s.Epsilon))
				}
				return sizes
			}},
		}
	}},
	{"SumSquares", func(m *memory, n int) []written {
		x := m.read(row(n))
		return []written{{name: "sum", numbers: []float64{SumSquares(x)}, units: float64(n) * 0x1p-29}} // of 2^-53
	}},
	{"MatMul", func(m *memory, n int) []written { return []written{m.multiplication(n).run(m)} }},
	{"MatMulBias", func(m *memory, n int) []written {
		x := m.multiplication(n)
		x.alpha, x.beta, x.bias = 1, 0, true
		return []written{x.run(m)}
	}},
}

// causal draws a square of weights up to n wide, and how many are visible in its first row.
func (m *memory) causal(n int) (l layout, first int) {
	rows := 1 + m.values.IntN(min(n, 9))
	return layout{rows, n, n + m.values.IntN(4)}, 1 + m.values.IntN(n-rows+1)
}

func geluWritten(y, slope, x []float32) []written {
	// e^u is as wrong as u, by parts of u itself.
	return []written{
		{"y", wide(y), 8, func() (sizes []float64) {
			for i, v := range x {
				sizes = append(sizes, (1+geluExponent(v))*math.Abs(float64(y[i])))
			}
			return sizes
		}},
		{"slope", wide(slope), 8, func() (sizes []float64) {
			for i, v := range x {
				gate := max(float64(y[i]/v), 0)
				sizes = append(sizes, (1+geluExponent(v))*gate*(1+geluExponent(v)*3*(1-gate)))
			}
			return sizes
		}},
	}
}

// geluExponent is the magnitude of -2u in GELU.
func geluExponent(v float32) float64 {
	x := math.Abs(float64(v))
	return min(2*geluScale*x*(1+geluCubic*x*x), geluFarthest)
}

func layerNormGradWritten(m *memory, n int, withAddend bool) []written {
	rows := 1 + m.values.IntN(5)
	dx, dGain, dBias := m.write(row(rows*n)), m.write(row(n)), m.write(row(n))
	dy, x, gain := m.read(row(rows*n)), m.read(row(rows*n)), m.read(row(n))
	var addend []float32
	if withAddend {
		addend = m.read(row(rows * n))
	}
	m.special = false // LayerNorm leaves no infinite mean beside a number
	mean, rstd := m.read(row(rows)), m.read(row(rows))
	LayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, addend)
	var sizes []float64
	sizesGain := make([]float64, n)
	measure := sync.OnceFunc(func() {
		for r := range rows {
			var sumG, sumGN float64
			normal := func(i int) float64 { return math.Abs(float64((x[r*n+i] - mean[r]) * rstd[r])) }
			slope := func(i int) float64 { return math.Abs(float64(dy[r*n+i] * gain[i])) }
			for i := range n {
				sumG += slope(i) / float64(n)
				sumGN += slope(i) * normal(i) / float64(n)
				sizesGain[i] += math.Abs(float64(dy[r*n+i])) * normal(i)
			}
			for i := range n {
				size := math.Abs(float64(rstd[r])) * (slope(i) + sumG + normal(i)*sumGN)
				if withAddend {
					size += math.Abs(float64(addend[r*n+i]))
				}
				sizes = append(sizes, size)
			}
		}
	})
	return []written{
		{"dx", wide(dx), reordered(n), func() []float64 { measure(); return sizes }},
		{"dGain", wide(dGain), reordered(rows), func() []float64 { measure(); return sizesGain }},
		exact("dBias", dBias),
	}
}
