package train

import "math"

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
