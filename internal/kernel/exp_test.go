package kernel

import (
	"math"
	"testing"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

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
	var worst float64
	var place float32
	check := func(x float32) {
		if u := ulps(Exp(x), math.Exp(float64(x))); u > worst {
			worst, place = u, x
		}
	}
	sweep(1e-10, 88.72, 997, check)
	sweep(-1e-10, -87.33, 997, check)
	// Evenly spaced too, since half of the floating-point numbers lie below 1.
	for i := range 1_000_000 {
		check(-87.33 + float32(i)*(88.72+87.33)/1_000_000)
	}
	t.Logf("worst error %.3f ulps at %g", worst, place)
	if worst > 2 {
		t.Errorf("Exp(%g) is %g, %.2f ulps from %g", place, Exp(place), worst, math.Exp(float64(place)))
	}
}

func TestExpOfSpecialNumbers(t *testing.T) {
	smallest := math.Float32frombits(1)
	for _, c := range []struct{ x, want float32 }{
		{0, 1}, {float32(math.Copysign(0, -1)), 1}, {smallest, 1}, {-smallest, 1}, {1e-20, 1},
		{inf, inf}, {-inf, 0}, {88.73, inf}, {math.MaxFloat32, inf},
		{-87.34, 0}, {-103.5, 0}, {-math.MaxFloat32, 0},
	} {
		if got := Exp(c.x); got != c.want {
			t.Errorf("Exp(%g) is %g, want %g", c.x, got, c.want)
		}
	}
	if got := Exp(nan); got == got {
		t.Errorf("Exp(NaN) is %g", got)
	}
	if got := Exp(88.72); got > math.MaxFloat32 || got < 3e38 {
		t.Errorf("Exp(88.72) is %g, want the largest numbers", got)
	}
	// No number between the last normal one and 0: the step down is at one place.
	if got := Exp(-87.336); got < 1.17e-38 {
		t.Errorf("Exp(-87.336) is %g, want a normal number", got)
	}
}

func TestTanhIsWithinThreeUlps(t *testing.T) {
	var worst float64
	var place float32
	check := func(x float32) {
		if u := ulps(Tanh(x), math.Tanh(float64(x))); u > worst {
			worst, place = u, x
		}
		if Tanh(-x) != -Tanh(x) {
			t.Fatalf("Tanh is not odd at %g", x)
		}
		if y := Tanh(x); y > 1 || y < -1 {
			t.Fatalf("Tanh(%g) is %g", x, y)
		}
	}
	sweep(1e-30, 12, 499, check)
	for i := range 400_000 {
		check(-10 + float32(i)*20/400_000)
	}
	t.Logf("worst error %.3f ulps at %g", worst, place)
	if worst > 3 {
		t.Errorf("Tanh(%g) is %g, %.2f ulps from %g", place, Tanh(place), worst, math.Tanh(float64(place)))
	}
}

func TestTanhOfSpecialNumbers(t *testing.T) {
	for _, c := range []struct{ x, want float32 }{{0, 0}, {inf, 1}, {-inf, -1}, {50, 1}, {-math.MaxFloat32, -1}} {
		if got := Tanh(c.x); got != c.want {
			t.Errorf("Tanh(%g) is %g, want %g", c.x, got, c.want)
		}
	}
	if got := Tanh(nan); got == got {
		t.Errorf("Tanh(NaN) is %g", got)
	}
}

func BenchmarkExp(b *testing.B) {
	x := normals(generator(1), 4096)
	y := make([]float32, len(x))
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		for i, v := range x {
			y[i] = Exp(v)
		}
	}
	b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mexp/s")
}
