package train

import (
	"fmt"
	"math"
)

// Config holds the settings of a training. All fields must be set; the program's
// defaults stand beside its flags.
type Config struct {
	Batch        int     // sentences of a step, >= 1
	Seq          int     // tokens of a sentence, >= 1
	Steps        int     // updates in all, >= 1
	Seed         uint64  // of dropout masks
	Optimizer    string  // one of Optimizers
	LearningRate float64 // the highest, after warm-up, > 0
	MinRate      float64 // at the last step, 0 <= MinRate <= LearningRate
	Warmup       int     // steps of linear rise, 0 <= Warmup <= Steps
	WeightDecay  float64 // decoupled, on matrices only, >= 0
	Beta1        float64 // of the optimizers that use it, 0 <= Beta1 < 1
	Beta2        float64 // likewise, 0 <= Beta2 < 1
	Momentum     float64 // likewise, 0 <= Momentum < 1
	Clip         float64 // maximum global gradient norm, > 0; 0 clips nothing
}

// Validate reports the first setting that is out of range.
func (c Config) Validate() error {
	for _, n := range []struct {
		name       string
		value, low int
	}{{"batch", c.Batch, 1}, {"context", c.Seq, 1}, {"steps", c.Steps, 1}, {"warmup", c.Warmup, 0}} {
		if n.value < n.low {
			return fmt.Errorf("%s must be at least %d, not %d", n.name, n.low, n.value)
		}
	}
	if c.Warmup > c.Steps {
		return fmt.Errorf("warmup %d is longer than all %d steps: lower warmup, or raise steps", c.Warmup, c.Steps)
	}
	if !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 0) {
		return fmt.Errorf("the learning rate must be above 0, not %g", c.LearningRate)
	}
	if c.MinRate > c.LearningRate {
		return fmt.Errorf("min-lr %g is above lr %g: the rate falls from the one to the other, so lower min-lr", c.MinRate, c.LearningRate)
	}
	for _, f := range []struct {
		name, want   string
		value, below float64
	}{
		{"min-lr", "at least 0", c.MinRate, math.Inf(1)},
		{"weight decay", "at least 0", c.WeightDecay, math.Inf(1)},
		{"clip", "at least 0", c.Clip, math.Inf(1)},
		{"beta1", "at least 0 and below 1", c.Beta1, 1},
		{"beta2", "at least 0 and below 1", c.Beta2, 1},
		{"momentum", "at least 0 and below 1", c.Momentum, 1},
	} {
		if !(f.value >= 0 && f.value < f.below) {
			return fmt.Errorf("%s must be %s, not %g", f.name, f.want, f.value)
		}
	}
	_, err := Optimizers.Find("optimizer", c.Optimizer)
	return err
}

// Rate returns the learning rate of a step, counted from 0: a linear rise over the
// warm-up, then half a cosine from LearningRate down to MinRate at the last step.
//
//	rise: LearningRate (step+1) / (Warmup+1)
//	fall: MinRate + (LearningRate-MinRate) (1 + cos(pi (step-Warmup) / (Steps-Warmup))) / 2
//
// Source: Loshchilov and Hutter 2017 (one cycle, no restart), with nanoGPT's warm-up.
func (c Config) Rate(step int) float64 {
	if step < c.Warmup {
		return c.LearningRate * float64(step+1) / float64(c.Warmup+1)
	}
	if step >= c.Steps {
		return c.MinRate
	}
	progress := float64(step-c.Warmup) / float64(c.Steps-c.Warmup)
	return c.MinRate + (c.LearningRate-c.MinRate)*(1+math.Cos(math.Pi*progress))/2
}
