package kernel

// sqrt(2/pi) and the cubic coefficient of the tanh form of GELU.
const (
	geluScale = 0.7978845608028654
	geluCubic = 0.044715
)

// GELU applies the Gaussian error linear unit in its tanh form, GPT-2's "gelu_new":
//
//	y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
//
//	y, x, tanh [n]     tanh receives the hyperbolic tangents, for GELUGrad
//
// Source: Hendrycks and Gimpel 2016.
func GELU(y, tanh, x []float32) {
	sameLength("GELU", len(x), len(y), len(tanh))
	for i, v := range x {
		t := Tanh(geluScale * (v + geluCubic*v*v*v))
		tanh[i] = t
		y[i] = 0.5 * v * (1 + t)
	}
}

// GELUGrad writes dx = dy dGELU/dx from the input and the tangents that GELU kept.
//
//	dx, dy, x, tanh [n]
func GELUGrad(dx, dy, x, tanh []float32) {
	sameLength("GELUGrad", len(x), len(dx), len(dy), len(tanh))
	for i, v := range x {
		t := tanh[i]
		inner := geluScale * (1 + 3*geluCubic*v*v)
		dx[i] = dy[i] * (0.5*(1+t) + 0.5*v*(1-t*t)*inner)
	}
}

// ReLU writes y = max(x, 0); NaN stays NaN.
//
//	y, x [n]
func ReLU(y, x []float32) {
	sameLength("ReLU", len(x), len(y))
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		y[i] = v
	}
}

// ReLUGrad writes dx = dy where x > 0, else 0.
//
//	dx, dy, x [n]
func ReLUGrad(dx, dy, x []float32) {
	sameLength("ReLUGrad", len(x), len(dx), len(dy))
	for i, v := range x {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}
