package layers

import (
	"math"
	"slices"
	"testing"
)

func TestNotFinite(t *testing.T) {
	for _, n := range []int{0, 1, 7, 16, 33, 1000} {
		values := slices.Repeat([]float32{math.MaxFloat32}, n)
		if x, found := notFinite(values); found {
			t.Errorf("%d largest numbers: found %g", n, x)
		}
		for _, x := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())} {
			for _, at := range []int{0, n / 2, n - 1} {
				if n == 0 {
					continue
				}
				values[at] = x
				if got, found := notFinite(values); !found || math.Float32bits(got) != math.Float32bits(x) {
					t.Errorf("%d numbers, %g at %d: %g, %v", n, x, at, got, found)
				}
				values[at] = -math.MaxFloat32
			}
		}
	}
}
