package layers

import (
	"math"
	"testing"

	"attend/internal/param"
)

// With its scale fixed, LayerNorm is linear: the direction gives the product of its output with a vector.
func TestLayerNormDirection(t *testing.T) {
	var set param.Set
	norm := newLayerNorm(set.Scope(), 3).(LayerNorm)
	norm.Gain.Data, norm.Bias.Data = []float32{1, 2, 0.5}, []float32{0.25, -1, 3}
	x, u := []float32{1, 4, 7}, []float64{0.5, -1, 2}
	direction, constant := norm.Direction(&set, x, u)
	// The mean is 4, the variance 6: (x - mean) / sqrt(6) is -3, 0 and 3 divided by sqrt(6).
	scale := 1 / math.Sqrt(6+LayerNormEpsilon)
	want := (1*-3*0.5 + 2*0*-1 + 0.5*3*2) * scale
	got := 0.0
	for i := range x {
		got += direction[i] * float64(x[i])
	}
	if math.Abs(got-want) > 1e-12 || math.Abs(constant-(0.25*0.5+1+3*2)) > 1e-12 {
		t.Errorf("%g + %g, want %g + %g", got, constant, want, 0.25*0.5+1+3*2)
	}
	// A constant that is added to x changes nothing.
	shifted := 0.0
	for i := range x {
		shifted += direction[i] * float64(x[i]+5)
	}
	if math.Abs(shifted-want) > 1e-9 {
		t.Errorf("%g after a shift, want %g", shifted, want)
	}
}
