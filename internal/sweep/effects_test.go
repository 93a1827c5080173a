package sweep

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// goldenVariance is an analysis of variance by statsmodels.
type goldenVariance struct {
	Axes  map[string][]string
	Cells []struct {
		Point  []string
		Values []float64
	}
	Mean, Total float64
	Noise       *float64
	Effects     map[string]struct {
		goldenSquares
		F, P *float64
	}
	Error, Higher goldenSquares
	Levels        map[string][]struct {
		Mean  float64
		Error *float64
	}
}

type goldenSquares struct {
	Sum     float64
	Freedom int
}

// goldenVariances are the grids of internal/statistics/testdata/make.py.
func goldenVariances(t *testing.T) []goldenVariance {
	t.Helper()
	b, err := os.ReadFile("../statistics/testdata/statistics.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Variance []goldenVariance }
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	return golden.Variance
}

// near reports whether two numbers are equal but for rounding. least is a size below which only the absolute difference counts.
func near(x, y, least float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(y), least) }

func nearOrNil(x, y *float64, least float64) bool {
	return x == nil && y == nil || x != nil && y != nil && near(*x, *y, least)
}

// The analysis of each grid is that of statsmodels.
func TestVarianceGolden(t *testing.T) {
	all := goldenVariances(t)
	if len(all) != 5 {
		t.Fatalf("%d grids, want 5", len(all))
	}
	for i, want := range all {
		var list []Axis
		for _, name := range []string{"lr", "dim", "layers", "tied"} { // the order in the points
			if values := want.Axes[name]; values != nil {
				list = append(list, axes(t, name, strings.Join(values, ","))...)
			}
		}
		var cells []cell
		for _, c := range want.Cells {
			cells = append(cells, cell{c.Point, c.Values})
		}
		got := effects(list, cells)
		v := got.Variance
		if v == nil || got.Correlations != nil || (got.Note == "") != (want.Noise != nil) || got.Cells != len(cells) {
			t.Fatalf("grid %d: %+v", i, got)
		}
		if !nearOrNil(got.Noise, want.Noise, 0) || !near(v.Mean, want.Mean, 0) || !near(v.Total, want.Total, 0) {
			t.Errorf("grid %d: noise, mean or total of %s, want %s", i, toJSON(t, got), toJSON(t, want))
		}
		check := func(name string, got Squares, want goldenSquares) {
			t.Helper()
			if !near(got.Sum, want.Sum, v.Total) || got.Freedom != want.Freedom || !near(got.Share, want.Sum/v.Total, 1) {
				t.Errorf("grid %d, %s: %+v, want %+v", i, name, got, want)
			}
		}
		check("error", v.Error, want.Error)
		check("higher interactions", v.Higher, want.Higher)
		if len(v.Effects) != len(want.Effects) {
			t.Errorf("grid %d: %d effects, want %d", i, len(v.Effects), len(want.Effects))
		}
		for _, e := range v.Effects {
			name := strings.Join(e.Settings, " ")
			w := want.Effects[name]
			check(name, e.Squares, w.goldenSquares)
			if !nearOrNil(e.F, w.F, 1e-3) || !nearOrNil(e.P, w.P, 0) {
				t.Errorf("grid %d, %s: F and p %s, want %s", i, name, toJSON(t, e), toJSON(t, w))
			}
			low, high := math.Inf(1), math.Inf(-1)
			for k, level := range e.Levels {
				w := want.Levels[name][k]
				if !near(level.Mean, w.Mean, 0) || !nearOrNil(level.StandardError, w.Error, 0) ||
					level.Value != want.Axes[name][k] {
					t.Errorf("grid %d: level %s, want %s", i, toJSON(t, level), toJSON(t, w))
				}
				low, high = min(low, w.Mean), max(high, w.Mean)
			}
			if len(e.Levels) != len(want.Levels[name]) || len(e.Levels) > 0 && !near(e.Range, high-low, 1) {
				t.Errorf("grid %d: levels of %s are %s", i, name, toJSON(t, e))
			}
		}
	}
}

func toJSON(t *testing.T, x any) string {
	t.Helper()
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// gridOf returns the cells of a full grid with n seeds each, in a random order; loss gets the indices of the values.
func gridOf(t *rapid.T, axes []Axis, n int, loss func(at []int, seed int) float64) (cells []cell) {
	indices := [][]int{{}}
	for _, a := range axes {
		var longer [][]int
		for _, at := range indices {
			for i := range a.Values {
				longer = append(longer, append(slices.Clone(at), i))
			}
		}
		indices = longer
	}
	for _, at := range indices {
		var c cell
		for k, i := range at {
			c.point = append(c.point, axes[k].Values[i])
		}
		for seed := range n {
			c.values = append(c.values, loss(at, seed))
		}
		cells = append(cells, c)
	}
	return rapid.Permutation(cells).Draw(t, "cells")
}

// The shares of all effects, of higher interactions and of the error sum to 1, and the degrees of freedom to the number of
// results less one. Results that are a sum of a term for each setting have no interactions, and equal seeds no error.
func TestSharesOfVariance(t *testing.T) {
	all := axes(t, "lr", "0.001,0.01,0.1", "layers", "1,2", "tied", "true,false", "batch", "8", "dim", "8,16,32,64")
	rapid.Check(t, func(rt *rapid.T) {
		axes := all[:rapid.IntRange(1, len(all)).Draw(rt, "axes")]
		seeds := rapid.IntRange(1, 11).Draw(rt, "seeds")
		additive := rapid.Bool().Draw(rt, "additive")
		term := rapid.Float64Range(-2, 2)
		terms := map[[2]int]float64{}
		cells := gridOf(rt, axes, seeds, func(at []int, seed int) (x float64) {
			if !additive {
				return term.Draw(rt, "loss")
			}
			for k, i := range at {
				if _, ok := terms[[2]int{k, i}]; !ok {
					terms[[2]int{k, i}] = term.Draw(rt, "term")
				}
				x += terms[[2]int{k, i}]
			}
			return x
		})
		got := effects(axes, cells)
		v := got.Variance
		if v == nil || (got.Noise == nil) != (seeds == 1) || v.Seeds != seeds {
			rt.Fatalf("%+v", got)
		}
		share, freedom := v.Higher.Share+v.Error.Share, v.Higher.Freedom+v.Error.Freedom
		for _, e := range v.Effects {
			share += e.Share
			freedom += e.Freedom
			if additive && (len(e.Settings) > 1 && !near(e.Sum, 0, max(v.Total, 1e-9)) || e.F != nil) {
				rt.Fatalf("interaction or test of results without both: %+v", e)
			}
			if slices.Contains(e.Settings, "batch") {
				rt.Fatalf("effect of a setting with one value: %+v", e)
			}
		}
		if results := len(cells) * seeds; freedom != results-1 {
			rt.Fatalf("%d degrees of freedom of %d results: %+v", freedom, results, v)
		}
		if v.Total > 0 && !near(share, 1, 1) || additive && v.Error.Sum != 0 {
			rt.Fatalf("shares sum to %g: %+v", share, v)
		}
	})
}

// Where the grid is not full there are rank correlations, and the note says why.
func TestRankCorrelationsOfEachSetting(t *testing.T) {
	grid := axes(t, "lr", "0.1,0.01", "positions", "none,learned,sinusoidal", "tied", "true,false", "norm", "layernorm")
	score := map[string]float64{"none": 5, "learned": 1, "sinusoidal": 3, "true": 0.25}
	var cells []cell
	for _, lr := range grid[0].Values {
		for _, positions := range grid[1].Values {
			for _, tied := range grid[2].Values {
				x := score[positions] + number(lr) + score[tied]
				cells = append(cells, cell{[]string{lr, positions, tied, "layernorm"}, []float64{x, x + 0.02}})
			}
		}
	}
	if e := effects(grid, cells); e.Variance == nil || !near(*e.Noise, 0.02/math.Sqrt2, 0) {
		t.Errorf("full grid: %+v", e)
	}
	broken := func(change func([]cell) []cell) Effects {
		changed := slices.Clone(cells)
		for i := range changed {
			changed[i].values = slices.Clone(changed[i].values)
		}
		return effects(grid, change(changed))
	}
	for _, test := range []struct {
		note   string
		cells  int
		change func([]cell) []cell
	}{
		{"11 of the 12 points of the grid have a result", 11, func(c []cell) []cell { return c[1:] }},
		{"11 of the 12 points of the grid have a result", 11, func(c []cell) []cell { c[3].values = nil; return c }},
		{"11 of the 12 points of the grid have a result", 11, func(c []cell) []cell {
			c[3].values = []float64{math.NaN(), math.Inf(1)}
			return c
		}},
		{"its points have the results of 1 to 2 seeds", 12, func(c []cell) []cell { c[3].values[0] = math.Inf(1); return c }},
		{"0 of the 12 points of the grid have a result", 0, func([]cell) []cell { return nil }},
	} {
		e := broken(test.change)
		if e.Variance != nil || e.Cells != test.cells || !strings.HasSuffix(e.Note, ": "+test.note) || len(e.Correlations) != 3 {
			t.Errorf("want a note %q: %+v", test.note, e)
		}
	}
	e := broken(func(c []cell) []cell { c[0].values = c[0].values[:1]; return c })
	for i, want := range []struct {
		setting, method string
		sign            float64
	}{{"lr", Spearman, 1}, {"positions", KruskalWallis, 1}, {"tied", Spearman, 1}} {
		got := e.Correlations[i]
		if got.Setting != want.setting || got.Method != want.method || got.Test == nil || !(got.Test.Statistic*want.sign > 0) {
			t.Errorf("%s: %s", want.setting, toJSON(t, got))
		}
	}
	if p := e.Correlations[1].Test.P; p > 0.02 {
		t.Errorf("p of positions is %g", p)
	}
}

// The points of a random search have rank correlations, of single results as of several.
func TestRankCorrelationsOfASearch(t *testing.T) {
	axes := axes(t, "lr", "1e-4..1", "layers", "1..4", "positions", "none,learned")
	var cells []cell
	for i := range 30 {
		p := randomPoint(axes, 1, i)
		cells = append(cells, cell{p, []float64{-number(p[0])}})
	}
	e := effects(axes, cells)
	if e.Noise != nil || e.Variance != nil || !strings.Contains(e.Note, "lr is a range") {
		t.Errorf("%+v", e)
	}
	if got := e.Correlations[0]; got.Test.Statistic != -1 || got.Test.P != 0 || got.Method != Spearman {
		t.Errorf("lr: %s", toJSON(t, got))
	}
	for _, got := range e.Correlations[1:] {
		if !(math.Abs(got.Test.Statistic) < 0.5) || got.Method != Spearman {
			t.Errorf("no effect: %s", toJSON(t, got))
		}
	}
}

// Results that are all equal have no effects, and no number that JSON lacks.
func TestEffectsOfEqualResults(t *testing.T) {
	all := axes(t, "lr", "0.1,0.01,0.001", "dim", "8,16,32,64,128")
	rapid.Check(t, func(rt *rapid.T) {
		x := rapid.Float64Range(-9, 9).Draw(rt, "x")
		seeds := rapid.IntRange(2, 5).Draw(rt, "seeds")
		cells := gridOf(rt, all, seeds, func([]int, int) float64 { return x })
		for _, c := range [][]cell{cells, cells[:3], nil} {
			e := effects(all, c)
			toJSON(t, e)
			if e.Variance != nil && (e.Variance.Total != 0 || *e.Noise != 0 || e.Variance.Effects[0].F != nil) {
				rt.Fatalf("%g: %s", x, toJSON(t, e))
			}
			for _, c := range e.Correlations {
				if c.Test != nil {
					rt.Fatalf("%g: %s", x, toJSON(t, c))
				}
			}
		}
	})
}
