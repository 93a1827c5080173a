package train

import (
	"strings"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/param"
)

// Optimizer is an update rule: how a gradient changes the weights.
type Optimizer struct {
	Moments []string                 // names of its running averages of gradients, each as large as the weights
	Uses    map[string]string        // meaning of each setting that not every optimizer uses, by the setting's name
	Update  func(c Config, u Update) // changes u.Weights and u.Moments
}

// Update holds the arguments of one update of some of the values of a parameter.
type Update struct {
	Weights, Gradient []float32
	Moments           [][]float32 // in the order of Optimizer.Moments
	Step              int         // 1 for the first
	LearningRate      float32
	WeightDecay       float32 // decoupled; 0 unless the parameter is a matrix
	Scale             float32 // multiplies the gradient first (clipping)
}

// The names of the optimizers.
const (
	AdamW = "adamw" // Loshchilov and Hutter 2019
	SGD   = "sgd"   // with momentum, for comparison
)

// Optimizers is the table that --optimizer selects from.
var Optimizers = choice.Table[Optimizer]{
	{Name: AdamW, Choice: Optimizer{
		[]string{"first", "second"}, map[string]string{"beta1": "decay rate of the first moment", "beta2": "decay rate of the second moment"}, adamW,
	}},
	{Name: SGD, Choice: Optimizer{[]string{"velocity"}, map[string]string{"momentum": "decay rate of the velocity"}, sgd}},
}

// Uses returns which optimizers use a setting and what it means to each, as text.
func Uses(setting string) string {
	var all []string
	for _, o := range Optimizers {
		if meaning, ok := o.Choice.Uses[setting]; ok {
			all = append(all, o.Name+": "+meaning)
		}
	}
	return strings.Join(all, "; ")
}

// Unused reports whether a setting has no effect with an optimizer although another optimizer uses it.
func Unused(setting, optimizer string) bool {
	o, err := Optimizers.Find("optimizer", optimizer)
	_, used := o.Uses[setting]
	return err == nil && !used && Uses(setting) != ""
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

// MomentNames returns the names of the optimizer's moments, see [Optimizer]; none for an unknown optimizer.
func (c Config) MomentNames() []string { return c.optimizer().Moments }

// newMoments returns the moments of the optimizer for the weights, all zero.
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
