package sweep

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/run"
)

// Points of a seed are the same in every version, so that a search that an earlier version began can be continued.
func TestRandomPointsArePinned(t *testing.T) {
	axes := axes(t, "lr", "1e-4..1e-1", "dim", "16,32,64", "layers", "1..4", "dropout", "0..0.5", "tied", "true,false")
	for i, want := range []string{
		"0.000275 32 3 0.232 true", "0.00718 32 1 0.147 false", "0.00115 32 3 0.438 false",
	} {
		if got := strings.Join(randomPoint(axes, 1, i), " "); got != want {
			t.Errorf("point %d is %s, want %s", i, got, want)
		}
	}
	if slices.Equal(randomPoint(axes, 1, 0), randomPoint(axes, 2, 0)) {
		t.Error("two seeds give one point")
	}
}

// Values of a list, whole numbers of a range, and parts of a range of equal width, in the logarithm for a rate, are equally
// likely.
func TestRandomPointsAreUniform(t *testing.T) {
	const n = 8000
	for _, test := range []struct {
		name, values string
		bins         int
		bin          func(value string) float64 // nil: one for each value
	}{
		{"positions", "learned,sinusoidal,none", 3, nil},
		{"dim", "64,16", 2, nil},
		{"layers", "1..5", 5, nil},
		{"hidden", "0..2", 3, nil},
		{"lr", "0.001..10", 4, func(v string) float64 { return min(math.Floor(math.Log10(number(v))+1e-9), 0) }},
		{"dropout", "0.2..0.6", 4, func(v string) float64 { return min(math.Floor(number(v)*10+1e-9), 5) }},
	} {
		axes := axes(t, test.name, test.values)
		counts := map[any]int{}
		for i := range n {
			v := randomPoint(axes, 3, i)[0]
			if test.bin != nil {
				counts[test.bin(v)]++
			} else {
				counts[v]++
			}
		}
		mean := n / float64(test.bins)
		for bin, count := range counts {
			if deviation := math.Sqrt(mean * (1 - 1/float64(test.bins))); math.Abs(float64(count)-mean) > 5*deviation {
				t.Errorf("%s %s: %d of %d are %v, want about %.0f", test.name, test.values, count, n, bin, mean)
			}
		}
		if len(counts) != test.bins {
			t.Errorf("%s %s: %v, want %d of them", test.name, test.values, counts, test.bins)
		}
	}
}

// drawAxes draws axes, among them ranges that a grid cannot list.
func drawAxes(t *rapid.T, outer testing.TB, grid bool) []Axis {
	texts := []string{"layers 1..3", "layers 4,1,2", "dim 8,32", "positions learned,none", "tied true,false", "lr 0.1,0.001,0.01",
		"batch 1"}
	if !grid {
		texts = append(texts, "lr 1e-5..1", "dropout 0..0.9", "hidden 0..65536", "weight-decay 0.1..0.11", "beta2 0.9..0.999")
	}
	name := func(text string) string { return strings.Fields(text)[0] }
	chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 1, 4, name).Draw(t, "axes")
	return axes(outer, strings.Fields(strings.Join(chosen, " "))...)
}

// Every value that a search proposes is in its axis, and written as the setting writes it.
func TestProposedValuesAreOfTheirAxes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		axes := drawAxes(rt, t, false)
		var observed []observation
		for i := range 13 {
			point := tpePoint(axes, rapid.Uint64().Draw(rt, "seed"), i, observed)
			if point == nil {
				return
			}
			for k, a := range axes {
				var s run.Settings
				if err := a.Setting.Parse(&s, point[k]); err != nil || a.Setting.Text(&s) != point[k] {
					rt.Fatalf("--%s %s: %s is not a value that the setting writes: %v", a.Setting.Name, a, point[k], err)
				}
				x, listed := number(point[k]), slices.Contains(a.Values, point[k])
				if a.IsRange() && (x < a.Low || x > a.High) || !a.IsRange() && !listed {
					rt.Fatalf("--%s %s: proposed %s", a.Setting.Name, a, point[k])
				}
			}
			observed = append(observed, observation{point, rapid.Float64().Draw(rt, "loss")})
		}
	})
}

// A search of a grid proposes each of its points exactly once, whatever their losses, then none.
func TestSearchOfAGridEnds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		axes := drawAxes(rt, t, true)
		size := 1
		for _, a := range axes {
			values, _ := a.Listed()
			size *= len(values)
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		var observed []observation
		seen := map[string]bool{}
		for i := range size {
			point := tpePoint(axes, seed, i, observed)
			if point == nil || seen[pointKey(point)] {
				rt.Fatalf("point %d of %d is %q after %v", i, size, point, observed)
			}
			seen[pointKey(point)] = true
			loss := rapid.SampledFrom([]float64{0, 1, math.Inf(1), math.NaN()}).Draw(rt, "loss")
			observed = append(observed, observation{point, loss})
		}
		if point := tpePoint(axes, seed, size, observed); point != nil {
			rt.Fatalf("proposed %q, but all of %d were observed", point, size)
		}
	})
}

// The odometer finds the one point that is left, from wherever it starts.
func TestNextUnobserved(t *testing.T) {
	axes := axes(t, "dim", "64,8", "layers", "1..3", "positions", "none,learned")
	var points [][]string
	for i := 0; len(points) < 12; i++ {
		if p := randomPoint(axes, 1, i); !slices.ContainsFunc(points, func(q []string) bool { return slices.Equal(p, q) }) {
			points = append(points, p)
		}
	}
	for _, left := range points {
		observed := map[string]bool{}
		for _, p := range points {
			if !slices.Equal(p, left) {
				observed[pointKey(p)] = true
			}
		}
		for _, from := range points {
			if got := nextUnobserved(axes, from, observed); !slices.Equal(got, left) {
				t.Fatalf("from %q: %q, want %q", from, got, left)
			}
		}
	}
}

// A narrow range has enough digits for a hundred values or more, so that most points differ.
func TestPointsOfANarrowRangeDiffer(t *testing.T) {
	for setting, text := range map[string]string{"weight-decay": "0.1..0.11", "beta2": "0.99..0.9999",
		"beta1": "0.9..0.9001", "lr": "0.01..0.02"} {
		axes := axes(t, setting, text)
		points := map[string]bool{}
		for i := range 50 {
			points[pointKey(randomPoint(axes, 1, i))] = true
		}
		if len(points) < 30 {
			t.Errorf("%s %s: %d points of 50 differ: %v", setting, text, len(points), points)
		}
	}
}
