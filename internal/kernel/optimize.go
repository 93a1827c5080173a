package kernel

import "math"

// SumSquares returns the sum of x_i^2 in double precision.
func SumSquares(x []float32) float64 {
	if active.sumSquares != nil && len(x) > 0 {
		return active.sumSquares(&x[0], len(x))
	}
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}

// AdamWStep holds the arguments of one AdamW update.
type AdamWStep struct {
	LearningRate float32
	Beta1, Beta2 float32 // decay rates of the first and the second moment
	Epsilon      float32
	WeightDecay  float32 // decoupled: weights shrink by LearningRate*WeightDecay
	Scale        float32 // multiplies the gradients first (clipping)
	Step         int     // 1 for the first update; for the bias correction of the moments
}

// AdamW updates weights and moments in one pass:
//
//	g = Scale gradient;  m = Beta1 m + (1-Beta1) g;  v = Beta2 v + (1-Beta2) g^2
//	w = w - lr WeightDecay w - lr (m / (1-Beta1^Step)) / (sqrt(v / (1-Beta2^Step)) + Epsilon)
//
//	weights, first, second, gradient [n]
//
// Source: Loshchilov and Hutter 2019; the order of operations is PyTorch's.
func AdamW(weights, first, second, gradient []float32, s AdamWStep) {
	sameLength("AdamW", len(weights), len(first), len(second), len(gradient))
	rate := float32(float64(s.LearningRate) / (1 - math.Pow(float64(s.Beta1), float64(s.Step))))
	root := float32(math.Sqrt(1 - math.Pow(float64(s.Beta2), float64(s.Step))))
	keep := 1 - s.LearningRate*s.WeightDecay
	if active.adamW != nil && len(weights) > 0 {
		active.adamW(&weights[0], &first[0], &second[0], &gradient[0], len(weights),
			s.Scale, s.Beta1, s.Beta2, rate, root, s.Epsilon, keep)
		return
	}
	for i, g := range gradient {
		g *= s.Scale
		m := s.Beta1*first[i] + (1-s.Beta1)*g
		v := s.Beta2*second[i] + (1-s.Beta2)*g*g
		first[i], second[i] = m, v
		weights[i] = weights[i]*keep - rate*m/(float32(math.Sqrt(float64(v)))/root+s.Epsilon)
	}
}

// SGDStep holds the arguments of one update of gradient descent.
type SGDStep struct {
	LearningRate float32
	Momentum     float32
	WeightDecay  float32 // decoupled, as in AdamWStep
	Scale        float32
}

// SGD updates weights by gradient descent with momentum (heavy ball):
//
//	velocity = Momentum velocity + Scale gradient;  w = w - lr WeightDecay w - lr velocity
//
//	weights, velocity, gradient [n]
//
// Source: Polyak 1964, in PyTorch's form.
func SGD(weights, velocity, gradient []float32, s SGDStep) {
	sameLength("SGD", len(weights), len(velocity), len(gradient))
	keep := 1 - s.LearningRate*s.WeightDecay
	for i, g := range gradient {
		v := s.Momentum*velocity[i] + s.Scale*g
		velocity[i] = v
		weights[i] = weights[i]*keep - s.LearningRate*v
	}
}
