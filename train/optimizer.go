package train

import (
	"attend/internal/kernel"
	"attend/internal/param"
)

// optimizer holds what an update remembers of earlier ones, one slice for each
// parameter and moment. AdamW keeps two moments, SGD a velocity.
type optimizer struct {
	Config
	weights *param.Set
	moments []*param.Set
}

// MomentNames returns the names of the optimizer's moments, in the order that it uses them.
func (c Config) MomentNames() []string {
	if c.Optimizer == SGD {
		return []string{"velocity"}
	}
	return []string{"first", "second"}
}

func newOptimizer(c Config, weights *param.Set) *optimizer {
	o := &optimizer{Config: c, weights: weights}
	for range c.MomentNames() {
		var set param.Set
		for _, p := range weights.All() {
			set.Add(p.Name, p.Shape...)
		}
		o.moments = append(o.moments, &set)
	}
	return o
}

// update changes the numbers from to to of parameter i by its gradient. The step counts from 0;
// scale multiplies the gradient (clipping). Only matrices decay.
func (o *optimizer) update(i, from, to int, gradient []float32, step int, scale float32) {
	p := o.weights.All()[i]
	decay := float32(0)
	if p.IsMatrix() {
		decay = float32(o.WeightDecay)
	}
	part := func(x []float32) []float32 { return x[from:to] }
	rate := float32(o.Rate(step))
	first := part(o.moments[0].All()[i].Data)
	if o.Optimizer == SGD {
		kernel.SGD(part(p.Data), first, part(gradient), kernel.SGDStep{
			LearningRate: rate, Momentum: float32(o.Momentum), WeightDecay: decay, Scale: scale})
		return
	}
	kernel.AdamW(part(p.Data), first, part(o.moments[1].All()[i].Data), part(gradient), kernel.AdamWStep{
		LearningRate: rate, Beta1: float32(o.Beta1), Beta2: float32(o.Beta2), Epsilon: adamEpsilon,
		WeightDecay: decay, Scale: scale, Step: step + 1})
}
