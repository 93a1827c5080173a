package train

import (
	"strings"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/param"
)

// An Optimizer turns gradients into new weights.
type Optimizer struct {
	Moments []string          // the names of what it remembers of earlier gradients: each a number for every weight
	Uses    map[string]string // the settings that not every optimizer uses, and what they mean here
	Update  func(c Config, u Update)
}

// Update is what changes some weights of one parameter.
type Update struct {
	Weights, Gradient []float32
	Moments           [][]float32 // in the order of their names
	Step              int         // 1 for the first
	LearningRate      float32
	WeightDecay       float32 // decoupled; 0 but for matrices
	Scale             float32 // gradients are multiplied by it first (clipping)
}

// The names of optimizers that the program itself speaks of.
const (
	AdamW = "adamw" // Loshchilov and Hutter 2019
	SGD   = "sgd"   // with momentum, for comparison
)

// Optimizers are the optimizers.
var Optimizers = choice.Table[Optimizer]{
	{Name: AdamW, Choice: Optimizer{
		[]string{"first", "second"}, map[string]string{"beta1": "decay rate of the first moment", "beta2": "decay rate of the second moment"}, adamW,
	}},
	{Name: SGD, Choice: Optimizer{[]string{"velocity"}, map[string]string{"momentum": "decay rate of the velocity"}, sgd}},
}

// Uses says which optimizers use a setting, and what it means to each.
func Uses(setting string) string {
	var all []string
	for _, o := range Optimizers {
		if meaning, ok := o.Choice.Uses[setting]; ok {
			all = append(all, o.Name+": "+meaning)
		}
	}
	return strings.Join(all, "; ")
}

// adamEpsilon keeps AdamW's division finite; PyTorch's value.
const adamEpsilon = 1e-8

func adamW(c Config, u Update) {
	kernel.AdamW(u.Weights, u.Moments[0], u.Moments[1], u.Gradient, kernel.AdamWStep{
		LearningRate: u.LearningRate, Beta1: float32(c.Beta1), Beta2: float32(c.Beta2), Epsilon: adamEpsilon,
		WeightDecay: u.WeightDecay, Scale: u.Scale, Step: u.Step})
}

func sgd(c Config, u Update) {
	kernel.SGD(u.Weights, u.Moments[0], u.Gradient, kernel.SGDStep{
		LearningRate: u.LearningRate, Momentum: float32(c.Momentum), WeightDecay: u.WeightDecay, Scale: u.Scale})
}

// optimizer returns the optimizer of a valid configuration.
func (c Config) optimizer() Optimizer {
	o, _ := Optimizers.Find("optimizer", c.Optimizer)
	return o
}

// MomentNames returns the names of the optimizer's moments, in the order that it uses them; none of an unknown optimizer.
func (c Config) MomentNames() []string { return c.optimizer().Moments }

// newMoments returns the optimizer's moments of some parameters, all zero.
func newMoments(c Config, weights *param.Set) (moments []*param.Set) {
	for range c.MomentNames() {
		set := &param.Set{}
		for _, p := range weights.All() {
			set.Add(p.Name, p.Shape...)
		}
		moments = append(moments, set)
	}
	return moments
}
