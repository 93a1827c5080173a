package layers

import (
	"attend/internal/choice"
	"attend/internal/kernel"
)

// Activation is the function between the two products of the feed-forward network, element by element. It writes
// y = f(x) and its derivative.
//
//	y, slope, x [rows, hidden]     y may be x
type Activation func(y, slope, x []float32)

// The names of activations that the program itself speaks of.
const (
	GELU = "gelu" // tanh form, GPT-2's "gelu_new"
	ReLU = "relu"
)

// Activations are the activation functions.
var Activations = choice.Table[Activation]{
	{Name: GELU, Choice: kernel.GELU},
	{Name: ReLU, Choice: kernel.ReLU},
}
