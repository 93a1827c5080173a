package kernel

import (
	"math"
	"testing"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// nans are the bits of some of the many numbers that are none: those of processors, of Go, others.
var nans = []uint32{0x7fc00000, 0xffc00000, 0x7fc00001, 0x7fffffff, 0xffffffff, 0x7fc12345, guardBits}

// sweep calls f for each step-th float32 between low and high, both of one sign.
func sweep(low, high float32, step uint32, f func(x float32)) {
	from, to := math.Float32bits(low), math.Float32bits(high)
	from, to = min(from, to), max(from, to)
	for bits := from; bits < to; bits += step {
		f(math.Float32frombits(bits))
	}
	f(math.Float32frombits(to))
}

func TestExpIsWithinTwoUlps(t *testing.T) {
	step, evenly := uint32(997), 1_000_000
	if testing.Short() {
		step, evenly = 9973, 100_000
	}
	var x []float32
	add := func(v float32) { x = append(x, v) }
	sweep(1e-10, 88.72, step, add)
	sweep(-1e-10, -87.33, step, add)
	// Evenly spaced too, since half of the floating-point numbers lie below 1.
	for i := range evenly {
		add(-87.33 + float32(i)*(88.72+87.33)/float32(evenly))
	}
	want := make([]float64, len(x))
	for i, v := range x {
		want[i] = math.Exp(float64(v))
	}
	eachSet(t, func(t *testing.T, _ *instructions) {
		y := make([]float32, len(x))
		exps(y, x)
		worst, place := 0.0, 0
		for i, w := range want {
			if u := ulps(y[i], w); !(u <= worst) {
				worst, place = u, i
			}
		}
		t.Logf("worst error %.3f ulps at %g", worst, x[place])
		if !(worst <= 2) {
			t.Errorf("e^%g is %g, %.2f ulps from %g", x[place], y[place], worst, want[place])
		}
	})
}

func TestExpOfSpecialNumbers(t *testing.T) {
	smallest := math.Float32frombits(1)
	eachSet(t, func(t *testing.T, _ *instructions) {
		// In whole registers and at the end of a slice.
		x, y := make([]float32, 16+8+3), make([]float32, 16+8+3)
		all := func(v float32) []float32 {
			for i := range x {
				x[i] = v
			}
			exps(y, x)
			return y
		}
		for _, c := range []struct{ x, low, high float32 }{
			{0, 1, 1}, {float32(math.Copysign(0, -1)), 1, 1}, {smallest, 1, 1}, {-smallest, 1, 1}, {1e-20, 1, 1},
			{inf, inf, inf}, {-inf, 0, 0}, {88.73, inf, inf}, {math.MaxFloat32, inf, inf},
			{-87.34, 0, 0}, {-103.5, 0, 0}, {-math.MaxFloat32, 0, 0},
			{expHighest, 3.4e38, math.MaxFloat32}, {math.Nextafter32(expHighest, inf), inf, inf},
			// No number between the last normal one and 0: the step down is at one place.
			{expLowest, 1.17e-38, 1.18e-38}, {math.Nextafter32(expLowest, -inf), 0, 0},
		} {
			for i, got := range all(c.x) {
				if !(c.low <= got && got <= c.high) {
					t.Errorf("e^%g is %g in lane %d, want %g to %g", c.x, got, i, c.low, c.high)
				}
			}
		}
		for _, bits := range nans {
			for i, got := range all(math.Float32frombits(bits)) {
				if got == got {
					t.Errorf("e^NaN is %g in lane %d for NaN of bits %x", got, i, bits)
				}
			}
		}
	})
}
