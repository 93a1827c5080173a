package random

import (
	"math"
	"testing"
)

func TestSameKeySameNumbers(t *testing.T) {
	a, b := New(7, "batch", 3, 1), New(7, "batch", 3, 1)
	for i := range 100 {
		if x, y := a.Uint64(), b.Uint64(); x != y {
			t.Fatalf("draw %d: %d and %d from equal keys", i, x, y)
		}
	}
	pcg := Source(0, "")
	Reseed(pcg, 7, "batch", 3, 1)
	if got, want := pcg.Uint64(), Source(7, "batch", 3, 1).Uint64(); got != want {
		t.Errorf("Reseed starts at %d, Source at %d", got, want)
	}
}

func TestEveryPartOfTheKeyCounts(t *testing.T) {
	seen := map[uint64]string{}
	for _, k := range []struct {
		name  string
		seed  uint64
		what  string
		place []uint64
	}{
		{"base", 1, "batch", []uint64{2, 3}},
		{"seed", 2, "batch", []uint64{2, 3}},
		{"what", 1, "dropout", []uint64{2, 3}},
		{"order", 1, "batch", []uint64{3, 2}},
		{"shorter", 1, "batch", []uint64{2}},
		{"zero appended", 1, "batch", []uint64{2, 3, 0}},
		{"none", 1, "batch", nil},
	} {
		x := New(k.seed, k.what, k.place...).Uint64()
		if other, ok := seen[x]; ok {
			t.Errorf("%s and %s start alike", k.name, other)
		}
		seen[x] = k.name
	}
}

// The first draws at neighbouring places must look independent: mean 1/2,
// and no correlation from one place to the next.
func TestNeighbouringPlacesAreUncorrelated(t *testing.T) {
	const n = 20000
	var sum, product, last float64
	for i := range uint64(n) {
		x := New(1, "place", i).Float64() - 0.5
		sum += x
		product += x * last
		last = x
	}
	// One standard deviation: 1/sqrt(12n) of the mean, 1/(12 sqrt(n)) of the product.
	if mean := sum / n; math.Abs(mean) > 5/math.Sqrt(12*n) {
		t.Errorf("mean %g", mean)
	}
	if c := product / n; math.Abs(c) > 5.0/12/math.Sqrt(n) {
		t.Errorf("correlation of neighbours %g", c)
	}
}
