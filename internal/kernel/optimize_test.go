package kernel

import (
	"math"
	"testing"
)

func TestAdamWOverTwentySteps(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		const n = 37
		r := generator(1)
		w, first, second := normals(r, n), make([]float32, n), make([]float32, n)
		want, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range w {
			want[i] = float64(w[i])
		}
		const rate, beta1, beta2, epsilon, decay, scale = 0.01, 0.9, 0.95, 1e-8, 0.1, 0.5
		for step := 1; step <= 20; step++ {
			gradient := normals(r, n)
			AdamW(w, first, second, gradient, AdamWStep{LearningRate: rate, Beta1: beta1, Beta2: beta2, Epsilon: epsilon,
				WeightDecay: decay, Scale: scale, Step: step})
			for i, x := range gradient {
				g := scale * float64(x)
				m[i] = beta1*m[i] + (1-beta1)*g
				v[i] = beta2*v[i] + (1-beta2)*g*g
				mHat, vHat := m[i]/(1-math.Pow(beta1, float64(step))), v[i]/(1-math.Pow(beta2, float64(step)))
				want[i] += -rate*decay*want[i] - rate*mHat/(math.Sqrt(vHat)+epsilon)
			}
		}
		near(t, "weights", w, want, 2e-6)
		near(t, "first moments", first, m, 1e-6)
		near(t, "second moments", second, v, 1e-6)
	})
}

func TestSGDOverTwentySteps(t *testing.T) {
	const n = 37
	r := generator(2)
	w, velocity := normals(r, n), make([]float32, n)
	want, u := make([]float64, n), make([]float64, n)
	for i := range w {
		want[i] = float64(w[i])
	}
	for range 20 {
		gradient := normals(r, n)
		SGD(w, velocity, gradient, SGDStep{LearningRate: 0.03, Momentum: 0.9, WeightDecay: 0.1, Scale: 0.5})
		for i, x := range gradient {
			u[i] = 0.9*u[i] + 0.5*float64(x)
			want[i] += -0.03*0.1*want[i] - 0.03*u[i]
		}
	}
	near(t, "weights", w, want, 2e-6)
	near(t, "velocity", velocity, u, 2e-6)
}

func TestSumSquaresIsInDoublePrecision(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		x := make([]float32, 1<<12)
		for i := range x {
			x[i] = 1e-3
		}
		x[0] = 1e25 // whose square exceeds a float32
		big := float64(x[0])
		if got := SumSquares(x[:1]); got != big*big {
			t.Errorf("sum of squares %g, want %g", got, big*big)
		}
		x[0] = 4096
		if got, want := SumSquares(x), 4096*4096+4095*float64(x[1])*float64(x[1]); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("sum of squares %v, want %v", got, want)
		}
	})
}
