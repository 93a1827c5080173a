package layers

import "attend/internal/kernel"

// activate applies the activation function to x in place, and writes its derivative: see
// kernel.GELU and kernel.ReLU for the equations.
//
//	x, slope [rows, hidden]
func (f Activation) activate(x, slope []float32) {
	if f == GELU {
		kernel.GELU(x, slope, x)
	} else {
		kernel.ReLU(x, slope, x)
	}
}
