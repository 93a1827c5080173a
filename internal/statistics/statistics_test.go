package statistics

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// golden are the values of SciPy and statsmodels, see testdata/make.py.
type golden struct {
	Summaries []struct {
		Values    []float64
		N         int
		Mean      float64
		Deviation *float64
		Min, Max  float64
	}
	Paired []struct {
		A, B []float64
		T, P float64
	}
	Spearman []struct {
		X, Y   []float64
		Rho, P float64
	}
	Kruskal []struct {
		Groups [][]float64
		H, P   float64
	}
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	b, err := os.ReadFile("testdata/statistics.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// near reports whether two numbers are equal but for rounding. least is a size below which only the absolute difference counts.
func near(x, y, least float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(y), least) }

func TestStatisticsGolden(t *testing.T) {
	g := readGolden(t)
	if len(g.Summaries) < 4 || len(g.Paired) < 4 || len(g.Spearman) < 6 || len(g.Kruskal) < 4 {
		t.Fatal("there are cases missing")
	}
	for i, want := range g.Summaries {
		got := Summarise(want.Values)
		if got.N != want.N || got.Min != want.Min || got.Max != want.Max || !near(got.Mean, want.Mean, 0) ||
			(got.Deviation == nil) != (want.Deviation == nil) || got.Deviation != nil && !near(*got.Deviation, *want.Deviation, 0) {
			t.Errorf("summary %d: %+v, want %+v", i, got, want)
		}
	}
	check := func(what string, i int, got *Test, statistic, p float64) {
		t.Helper()
		if got == nil || !near(got.Statistic, statistic, 0) || !near(got.P, p, 0) {
			t.Errorf("%s %d: %+v, want %g and p %g", what, i, got, statistic, p)
		}
	}
	for i, want := range g.Paired {
		check("paired", i, PairedT(want.A, want.B), want.T, want.P)
	}
	for i, want := range g.Spearman {
		check("Spearman", i, spearman(want.X, want.Y), want.Rho, want.P)
	}
	for i, want := range g.Kruskal {
		check("Kruskal-Wallis", i, KruskalWallis(want.Groups), want.H, want.P)
	}
}

// Where a statistic is not defined, there is none.
func TestUndefinedStatistics(t *testing.T) {
	for name, got := range map[string]*Test{
		"no pair":              PairedT(nil, nil),
		"one pair":             PairedT([]float64{1}, []float64{2}),
		"equal differences":    PairedT([]float64{1, 2, 4}, []float64{2, 3, 5}),
		"no points":            spearman(nil, nil),
		"two points":           spearman([]float64{1, 2}, []float64{1, 2}),
		"a constant":           spearman([]float64{1, 1, 1}, []float64{1, 2, 3}),
		"the other a constant": spearman([]float64{1, 2, 3}, []float64{1, 1, 1}),
		"no groups":            KruskalWallis(nil),
		"one group":            KruskalWallis([][]float64{{1, 2}, {}}),
		"equal values":         KruskalWallis([][]float64{{1, 1}, {1}}),
	} {
		if got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Summarise([]float64{3}); got.Deviation != nil || got.Mean != 3 || got.N != 1 {
		t.Errorf("one value: %+v", got)
	}
}

// Infinite values have the highest rank.
func TestRanksOfFailedTrials(t *testing.T) {
	x, finite, failed := []float64{1, 2, 3, 4, 5}, []float64{2, 1, 3, 9, 9}, []float64{2, 1, 3, math.Inf(1), math.Inf(1)}
	if a, b := spearman(x, finite), spearman(x, failed); *a != *b {
		t.Errorf("%+v, and %+v with infinite values", a, b)
	}
	a, b := KruskalWallis([][]float64{{2, 1}, {3, 9, 9}}), KruskalWallis([][]float64{{2, 1}, {3, math.Inf(1), math.Inf(1)}})
	if *a != *b {
		t.Errorf("%+v, and %+v with infinite values", a, b)
	}
}

// Ranks sum to n (n+1) / 2 whatever the ties. Rank statistics do not change if the values are transformed and keep their order,
// and a paired test changes its sign if the two sides are exchanged.
func TestStatisticsInvariances(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(3, 20).Draw(rt, "n")
		list := func(name string) (values []float64) {
			for _, i := range rapid.SliceOfN(rapid.IntRange(-8, 8), n, n).Draw(rt, name) {
				values = append(values, float64(i))
			}
			return values
		}
		x, y := list("x"), list("y")
		r, _ := ranks(x)
		sum, cubed := 0.0, make([]float64, n)
		for i := range x {
			sum += r[i]
			cubed[i] = x[i]*x[i]*x[i] - 5
		}
		if sum != float64(n*(n+1)/2) {
			rt.Fatalf("ranks %v sum to %g", r, sum)
		}
		same := func(a, b *Test, sign float64) {
			if (a == nil) != (b == nil) || a != nil && (!near(a.Statistic, sign*b.Statistic, 1) || !near(a.P, b.P, 1)) {
				rt.Fatalf("%v, %v: %+v and %+v", x, y, a, b)
			}
		}
		same(spearman(x, y), spearman(cubed, y), 1)
		same(spearman(x, y), spearman(y, x), 1)
		same(KruskalWallis([][]float64{x[:1], x[1:]}), KruskalWallis([][]float64{cubed[1:], cubed[:1]}), 1)
		same(PairedT(x, y), PairedT(y, x), -1)
		if reversed := slices.Clone(x); len(reversed) > 0 {
			for i := range reversed {
				reversed[i] = -x[i]
			}
			same(spearman(reversed, y), spearman(x, y), -1)
		}
	})
}

// The p-value of a rank correlation of few points is that of all orders of them: of n! orders, two are perfect.
func TestCorrelationOfFewPoints(t *testing.T) {
	for n, want := range map[int]float64{3: 2.0 / 6, 4: 2.0 / 24, 5: 2.0 / 120} {
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = float64(i), -float64(i*i)
		}
		if p := RankCorrelation(x, y).P; math.Abs(p-want) > 1e-12 {
			t.Errorf("%d points in order: p %v, want %v", n, p, want)
		}
	}
	x, y := []float64{1, 2, 3, 4}, []float64{1, 2, 4, 3} // rho 0.8, which 8 of 24 orders reach in either direction
	if p := RankCorrelation(x, y).P; math.Abs(p-8.0/24) > 1e-12 {
		t.Errorf("p %v, want 1/3", p)
	}
}
