package kernel

import "testing"

// BenchmarkKernels measures each kernel but the product on 64 rows of 384 numbers. GFLOP/s counts the
// operations of its equation, e^x as ten; see BenchmarkLimit for what the processor could do, where the numbers come from
// the cache and nothing is divided.
func BenchmarkKernels(b *testing.B) {
	const rows, dim, n = 64, 384, 64 * 384
	r := generator(1)
	x, dy, addend := normals(r, n), normals(r, n), normals(r, n)
	y, slope, dx := make([]float32, n), make([]float32, n), make([]float32, n)
	gain, bias, dGain, dBias := normals(r, dim), normals(r, dim), make([]float32, dim), make([]float32, dim)
	mean, rstd := make([]float32, rows), make([]float32, rows)
	LayerNorm(y, mean, rstd, x, gain, bias, 1e-5)
	first, second, weights := make([]float32, n), make([]float32, n), normals(r, n)
	targets, losses, tops := make([]int, rows), make([]float32, rows), make([]float32, rows)
	probabilities := make([]float32, n)
	CrossEntropy(losses, tops, probabilities, x, targets, dim)
	causal, causalGrad := make([]float32, dim*dim), make([]float32, dim*dim)
	ids := make([]int, rows)
	for _, c := range []struct {
		name       string
		numbers    int
		operations float64 // for each number
		run        func()
	}{
		{"Exp", n, 10, func() { exps(y, x) }},
		{"Softmax", n, 14, func() {
			for r := range rows {
				Softmax(y[r*dim : (r+1)*dim])
			}
		}},
		{"CausalSoftmax", dim * (dim + 1) / 2, 14, func() { CausalSoftmax(causal, dim, dim, dim, 1) }},
		{"CausalSoftmaxGrad", dim * (dim + 1) / 2, 4, func() { CausalSoftmaxGrad(causalGrad, causal, dim, dim, dim, dim, 1) }},
		{"GELU", n, 28, func() { GELU(y, slope, x) }},
		{"ReLU", n, 1, func() { ReLU(y, slope, x) }},
		{"LayerNorm", n, 8, func() { LayerNorm(y, mean, rstd, x, gain, bias, 1e-5) }},
		{"LayerNormGrad", n, 14, func() { LayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, addend) }},
		{"CrossEntropy", n, 14, func() { CrossEntropy(losses, tops, probabilities, x, targets, dim) }},
		{"CrossEntropyGrad", n, 1, func() { CrossEntropyGrad(dx, probabilities, targets, dim, 0.5) }},
		{"AdamW", n, 14, func() {
			AdamW(weights, first, second, dy, AdamWStep{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, Step: 7})
		}},
		{"SumSquares", n, 2, func() { SumSquares(x) }},
		{"Add", n, 1, func() { Add(y, x, dy) }},
		{"Mul", n, 1, func() { Mul(y, x, dy) }},
		{"SumRows", n, 1, func() { SumRows(dBias, x) }},
		{"Gather", n, 0, func() { Gather(y, x, ids, dim) }},
		{"ScatterAdd", n, 1, func() { ScatterAdd(y, dy, ids, dim) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.run()
			}
			perSecond := float64(c.numbers) * float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(perSecond/1e6, "Mnumbers/s")
			if c.operations > 0 {
				b.ReportMetric(perSecond*c.operations/1e9, "GFLOP/s")
			}
		})
	}
}
