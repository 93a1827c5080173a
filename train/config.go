package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/internal/printable"
)

// Optimizer names a way to turn gradients into new weights.
type Optimizer string

// The optimizers.
const (
	AdamW Optimizer = "adamw" // Loshchilov and Hutter 2019
	SGD   Optimizer = "sgd"   // with momentum, for comparison
)

// OptimizerNames lists the optimizers by name.
func OptimizerNames() []string { return []string{string(AdamW), string(SGD)} }

// ParseOptimizer returns the optimizer of that name.
func ParseOptimizer(s string) (Optimizer, error) {
	if names := OptimizerNames(); !slices.Contains(names, s) {
		return "", fmt.Errorf("no optimizer %s: choose %s", printable.Quote(s), strings.Join(names, ", "))
	}
	return Optimizer(s), nil
}

// Config holds the settings of a training. All fields must be set; the program's
// defaults stand beside its flags.
type Config struct {
	Batch        int       // sentences of a step, >= 1
	Seq          int       // tokens of a sentence, >= 1
	Steps        int       // updates in all, >= 1
	Seed         uint64    // of dropout masks
	Optimizer    Optimizer // adamw or sgd
	LearningRate float64   // the highest, after warm-up, > 0
	MinRate      float64   // at the last step, 0 <= MinRate <= LearningRate
	Warmup       int       // steps of linear rise, 0 <= Warmup <= Steps
	WeightDecay  float64   // decoupled, on matrices only, >= 0
	Beta1        float64   // AdamW: decay of the first moment, 0 <= Beta1 < 1
	Beta2        float64   // AdamW: decay of the second moment, 0 <= Beta2 < 1
	Momentum     float64   // SGD, 0 <= Momentum < 1
	Clip         float64   // longest global gradient norm, > 0; 0 clips nothing
}

// adamEpsilon keeps AdamW's division finite; PyTorch's value.
const adamEpsilon = 1e-8

// Validate reports the first setting that is out of range.
func (c Config) Validate() error {
	for _, n := range []struct {
		name       string
		value, low int
	}{{"batch", c.Batch, 1}, {"context", c.Seq, 1}, {"steps", c.Steps, 1}, {"warm-up", c.Warmup, 0}} {
		if n.value < n.low {
			return fmt.Errorf("%s must be at least %d, not %d", n.name, n.low, n.value)
		}
	}
	if c.Warmup > c.Steps {
		return fmt.Errorf("%d steps of warm-up do not fit %d steps: choose a warm-up of at most the steps", c.Warmup, c.Steps)
	}
	if !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 0) {
		return fmt.Errorf("the learning rate must be above 0, not %g", c.LearningRate)
	}
	if !(c.MinRate >= 0 && c.MinRate <= c.LearningRate) {
		return fmt.Errorf("the lowest learning rate must lie between 0 and the learning rate %g, not %g", c.LearningRate, c.MinRate)
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"weight decay", c.WeightDecay}, {"clip", c.Clip}} {
		if !(f.value >= 0) || math.IsInf(f.value, 0) {
			return fmt.Errorf("%s must be at least 0, not %g", f.name, f.value)
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"beta1", c.Beta1}, {"beta2", c.Beta2}, {"momentum", c.Momentum}} {
		if !(f.value >= 0 && f.value < 1) {
			return fmt.Errorf("%s must be at least 0 and below 1, not %g", f.name, f.value)
		}
	}
	_, err := ParseOptimizer(string(c.Optimizer))
	return err
}
