package train

import (
	"fmt"
	"math"
	"strconv"
)

// Config holds the settings of a training. All fields must be set; package run has the defaults of the program.
type Config struct {
	Batch        int     // sentences per step, >= 1
	Seq          int     // maximum number of tokens per sentence, >= 1
	Steps        int     // number of updates, >= 1
	Seed         uint64  // of dropout masks
	Optimizer    string  // one of Optimizers
	LearningRate float64 // maximum, after the warmup, > 0
	MinRate      float64 // end of the decay, at step Steps; 0 <= MinRate <= LearningRate
	Warmup       int     // steps of linear increase, 0 <= Warmup <= Steps
	WeightDecay  float64 // decoupled, on matrices only, >= 0
	Beta1        float64 // see Optimizers, 0 <= Beta1 < 1
	Beta2        float64 // likewise, 0 <= Beta2 < 1
	Momentum     float64 // likewise, 0 <= Momentum < 1
	Clip         float64 // maximum global gradient norm, 0: no clipping
}

// Validate returns an error for the first setting that is out of range.
func (c Config) Validate() error {
	const above0 = math.SmallestNonzeroFloat64
	for _, n := range []struct {
		name, want       string
		value, low, high float64
	}{
		{"batch", "at least 1", float64(c.Batch), 1, math.Inf(1)},
		{"seq", "at least 1", float64(c.Seq), 1, math.Inf(1)},
		{"steps", "at least 1", float64(c.Steps), 1, math.Inf(1)},
		{"warmup", "at least 0", float64(c.Warmup), 0, math.Inf(1)},
		{"the learning rate", "above 0", c.LearningRate, above0, math.Inf(1)},
		{"min-lr", "at least 0", c.MinRate, 0, math.Inf(1)},
		{"weight decay", "at least 0", c.WeightDecay, 0, math.Inf(1)},
		{"clip", "at least 0", c.Clip, 0, math.Inf(1)},
		{"beta1", "at least 0 and below 1", c.Beta1, 0, 1},
		{"beta2", "at least 0 and below 1", c.Beta2, 0, 1},
		{"momentum", "at least 0 and below 1", c.Momentum, 0, 1},
	} {
		if !(n.value >= n.low && n.value < n.high) {
			return fmt.Errorf("%s must be %s, not %g", n.name, n.want, n.value)
		}
	}
	if c.Warmup > c.Steps {
		return fmt.Errorf("warmup %d is longer than all %d steps: lower warmup, or raise steps", c.Warmup, c.Steps)
	}
	if c.MinRate > c.LearningRate {
		return fmt.Errorf("min-lr %g is above lr %g: the learning rate decays from lr to min-lr, so lower min-lr",
			c.MinRate, c.LearningRate)
	}
	_, err := Optimizers.Find("optimizer", c.Optimizer)
	return err
}

// Rate returns the learning rate of a step, counted from 0: a linear warmup, then cosine decay from LearningRate towards
// MinRate. MinRate is the rate at step Steps, which is never made; the rate of the last update is slightly larger.
//
//	warmup:  LearningRate (step+1) / (Warmup+1)
//	decay:   MinRate + (LearningRate-MinRate) (1 + cos(pi (step-Warmup) / (Steps-Warmup))) / 2
//
// Source: Loshchilov and Hutter 2017 (one cycle, no restart), with nanoGPT's warmup.
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

// StablerFlags returns flags of `attend train` with which a training is less likely to diverge: a tenth of the learning rate, with
// AdamW at most 0.006; clipping if there is none; and a warmup of a twentieth of the steps, at most 100, if it is shorter.
func (c Config) StablerFlags() []string {
	const tenth, usual, clip = 0.1, 0.006, 1
	rate := tenth * c.LearningRate
	if c.Optimizer == AdamW {
		rate = min(rate, usual)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(rate, 'g', 1, 64), 64)
	flags := []string{fmt.Sprintf("--lr %g", rounded)} // 100, not 1e+02
	if c.Clip == 0 {
		flags = append(flags, fmt.Sprintf("--clip %d", clip))
	}
	if warmup := min(c.Steps/20, 100); c.Warmup < warmup {
		flags = append(flags, fmt.Sprintf("--warmup %d", warmup))
	}
	return flags
}
