package layers

import (
	"math"

	"attend/internal/choice"
)

// InitialScale has the standard deviations of the initial weights of a model, which are normally distributed, and the factor of
// position vectors that are not learned.
type InitialScale struct {
	Table  float64              // of the token embedding and of learned positions
	Linear func(in int) float64 // of a weight [in, out]
	Added  float64              // factor of Linear if the output is added to the residual stream: attn.output, mlp.down
	Fixed  float64              // factor of position vectors that are not learned
}

// Names of initial scales that other packages use.
const (
	ScaledInit = "scaled"
	GPT2Init   = "gpt2"
)

// Inits is the table that --init selects from.
var Inits = choice.Table[func(Config) InitialScale]{
	{Name: ScaledInit, Choice: scaledInit},
	{Name: GPT2Init, Choice: gpt2Init},
}

// scaledInit makes the vectors of the residual stream, and the outputs of linear layers, about as large at every width and depth:
//
//	tables  std = 1 / (2 sqrt(dim))    each vector has a length of about 1/2
//	linear  std = 1 / (2 sqrt(in))     outputs have half the root mean square of the inputs
//	        times 1 / sqrt(layers) if the output is added to the residual stream
//	fixed positions times 1 / sqrt(2 dim)    each vector has a length of 1/2
//
// At GPT-2's dim of 768 this is 0.018. A small model with its 0.02 begins near a point where the gradients of queries and keys
// vanish, and learns a rule late, at a step that varies with the seed. A sinusoidal vector without the factor has a length of
// sqrt(dim/2), which hides the token.
func scaledInit(c Config) InitialScale {
	half := func(in int) float64 { return 0.5 / math.Sqrt(float64(in)) }
	return InitialScale{
		Table: half(c.Dim), Linear: half, Added: 1 / math.Sqrt(float64(c.Layers)), Fixed: 1 / math.Sqrt(2*float64(c.Dim)),
	}
}

// gpt2Init is that of GPT-2, where dim is 768 or more: 0.02, times 1 / sqrt(2 layers) if the output is added to the residual
// stream.
//
// Source: Radford et al. 2019, section 2.3.
func gpt2Init(c Config) InitialScale {
	const std = 0.02
	return InitialScale{Table: std, Linear: func(int) float64 { return std }, Added: 1 / math.Sqrt(float64(2*c.Layers)), Fixed: 1}
}
