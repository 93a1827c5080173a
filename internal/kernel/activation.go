package kernel

// sqrt(2/pi) and the cubic coefficient of the tanh form of GELU.
const (
	geluScale = 0.7978845608028654
	geluCubic = 0.044715
)

// geluFarthest limits the magnitude of the exponent: e^80 is finite, and a gate of e^-80 or 1 / (1 + e^-80) is 0 or 1 in float32
// arithmetic.
const geluFarthest = 80

// geluWide limits x where the gate is 0 or 1 already, so that a very large |x| does not turn a factor of 0 into NaN.
const geluWide = 100

// GELU applies the Gaussian error linear unit in its tanh form, GPT-2's "gelu_new", and its derivative:
//
//	y = x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)
//	slope = dy/dx
//
// With z = e^-2u, the factor (1 + tanh u)/2 is gate = 1 / (1 + z), and 1 - gate = z gate, so that
//
//	y = x gate,  slope = gate (1 + x z gate 2 du/dx)
//
//	y, slope, x [n]     y may be x; backward: dx = dy slope
//
// The error of both is at most 1e-6 for |x| <= 10. Source: Hendrycks and Gimpel 2016.
func GELU(y, slope, x []float32) {
	sameLength("GELU", len(x), len(y), len(slope))
	if active.gelu != nil && len(x) > 0 {
		active.gelu(&y[0], &slope[0], &x[0], len(x))
		return
	}
	for i, v := range x {
		w := v
		if w > geluWide {
			w = geluWide
		} else if w < -geluWide {
			w = -geluWide
		}
		square := w * w
		inner := w * (-2*geluScale - 2*geluScale*geluCubic*square)
		if inner > geluFarthest {
			inner = geluFarthest
		} else if inner < -geluFarthest {
			inner = -geluFarthest
		}
		z := Exp(inner)
		gate := 1 / (1 + z)
		if v < -geluWide {
			v = -geluWide
		}
		y[i] = v * gate
		slope[i] = gate * (1 + w*gate*z*(2*geluScale+2*3*geluScale*geluCubic*square))
	}
}

// ReLU writes y = max(x, 0) and its derivative, 1 for x > 0 and otherwise 0. NaN stays NaN.
//
//	y, slope, x [n]     y may be x; backward: dx = dy slope
func ReLU(y, slope, x []float32) {
	sameLength("ReLU", len(x), len(y), len(slope))
	if active.relu != nil && len(x) > 0 {
		active.relu(&y[0], &slope[0], &x[0], len(x))
		return
	}
	for i, v := range x {
		slope[i] = 1
		if !(v > 0) {
			slope[i] = 0
		}
		if v < 0 {
			v = 0
		}
		y[i] = v
	}
}
