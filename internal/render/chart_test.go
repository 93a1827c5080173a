package render_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// anySeries draws a curve whose numbers may be of any size.
func anySeries(t *rapid.T) render.Series {
	s := render.Series{Style: rapid.IntRange(0, 9).Draw(t, "style"), Thin: rapid.Bool().Draw(t, "thin")}
	x := rapid.OneOf(rapid.Float64Range(-10, 10), rapid.Float64Range(0, 1e-290)).Draw(t, "first x")
	for range rapid.IntRange(0, 30).Draw(t, "points") {
		y := rapid.OneOf(rapid.Float64Range(0, 5), rapid.Float64Range(-1e38, 1e38), rapid.Just(0.0), rapid.Just(1e-300)).Draw(t, "y")
		s.Points = append(s.Points, render.Point{X: x, Y: y})
		x += rapid.Float64Range(0.01, 1e6).Draw(t, "step")
	}
	return s
}

// anyChart draws a valid chart.
func anyChart(t *rapid.T) render.Chart {
	c := render.Chart{X: render.Axis{Title: "x", Log: rapid.Bool().Draw(t, "log x")}, Y: render.Axis{Title: "y", Log: rapid.Bool().Draw(t, "log y")}}
	for range rapid.IntRange(1, 4).Draw(t, "curves") {
		c.Series = append(c.Series, anySeries(t))
	}
	c.Series = append(c.Series, render.Series{Points: []render.Point{{X: 1, Y: 1}, {X: 2, Y: 2}}})
	return c
}

func TestExtentsHoldTheCurves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyChart(t)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		x, y := c.Extents()
		for _, e := range []render.Extent{x, y} {
			if !(e.Low < e.High) || e.Log && e.Low <= 0 || len(e.Ticks) > 12 {
				t.Fatalf("extent %+v", e)
			}
			for i, tick := range e.Ticks {
				if part := e.Part(tick.At); !(part >= -1e-6 && part <= 1+1e-6) || i > 0 && tick.At <= e.Ticks[i-1].At || tick.Text == "" {
					t.Fatalf("tick %d of %+v is at %v", i, e, part)
				}
			}
		}
		if len(y.Ticks) < 2 {
			t.Fatalf("y has the ticks %v", y.Ticks)
		}
		for _, s := range c.Series {
			last := -1.0
			for _, piece := range s.Pieces(x, y) {
				for _, p := range piece {
					if !(p.X >= -1e-9 && p.X <= 1+1e-9 && p.Y >= 0 && p.Y <= 1) || p.X < last-1e-9 {
						t.Fatalf("the curve is at %v, of %v in %+v and %+v", p, s.Points, x, y)
					}
					last = p.X
				}
			}
			for _, p := range s.Points {
				if p.Y > y.High && !slices.ContainsFunc(c.Captions(y), func(s string) bool { return strings.HasSuffix(s, ", above the picture") }) {
					t.Fatalf("%v leaves the picture, and no caption says so: %q", p, c.Captions(y))
				}
			}
		}
	})
}

// A training that diverges leaves the others as they are drawn without it.
func TestDivergedDoNotSquash(t *testing.T) {
	_, alone := rendertest.Losses().Extents()
	c := rendertest.Diverging()
	_, y := c.Extents()
	if y.Low != alone.Low || y.High != alone.High {
		t.Errorf("y is %v to %v, without the diverging run %v to %v", y.Low, y.High, alone.Low, alone.High)
	}
	if captions := c.Captions(y); !slices.Contains(captions, "slow rises to 1e+24 at step 400, above the picture") {
		t.Errorf("captions %q", captions)
	}
	c.Series = c.Series[2:] // alone it is shown as a whole
	if _, y := c.Extents(); y.High < 1e24 {
		t.Errorf("y is %v to %v", y.Low, y.High)
	}
	if s := c.Spread(); s < 1e23 {
		t.Errorf("the spread is %g", s)
	}
}

func TestPieces(t *testing.T) {
	x, y := render.Extent{Low: 0, High: 10}, render.Extent{Low: 0, High: 4}
	s := render.Series{Points: []render.Point{{X: 0, Y: 2}, {X: 2, Y: 6}, {X: 4, Y: 2}, {X: 6, Y: -2}, {X: 8, Y: 6}, {X: 10, Y: 4}}}
	want := [][]render.Point{{{X: 0, Y: 0.5}, {X: 0.1, Y: 1}}, {{X: 0.3, Y: 1}, {X: 0.4, Y: 0.5}, {X: 0.5, Y: 0}}, {{X: 0.65, Y: 0}, {X: 0.75, Y: 1}}, {{X: 1, Y: 1}}}
	got := s.Pieces(x, y)
	if len(got) != len(want) {
		t.Fatalf("pieces %v, want %v", got, want)
	}
	for i := range want {
		for j := range want[i] {
			if len(got[i]) != len(want[i]) || math.Hypot(got[i][j].X-want[i][j].X, got[i][j].Y-want[i][j].Y) > 1e-12 {
				t.Errorf("piece %d is %v, want %v", i, got[i], want[i])
				break
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		log       bool
		want      string
	}{
		{0.93, 4.76, false, "0 1 2 3 4 5"}, {1.4, 4.76, false, "1 2 3 4 5"}, {0.9, 1.02, false, "0.9 0.92 0.94 0.96 0.98 1 1.02"},
		{0.93, 4.76, true, "0.5 1 2 5"}, {0.003, 4.76, true, "0.001 0.01 0.1 1 10"}, {1, 1e30, true, "1 10,000 1e+08 1e+12 1e+16 1e+20 1e+24 1e+28 1e+32"},
		{3, 3, false, "1 2 3 4 5"}, {-2, 3, false, "-2 -1 0 1 2 3"},
	} {
		chart := render.Chart{Y: render.Axis{Log: c.log}, Series: []render.Series{{Points: []render.Point{{X: 0, Y: c.low}, {X: 1500, Y: c.high}}}}}
		x, y := chart.Extents()
		var texts []string
		for _, tick := range y.Ticks {
			texts = append(texts, tick.Text)
		}
		if got := strings.Join(texts, " "); got != c.want {
			t.Errorf("%v to %v, log %v: %s, want %s", c.low, c.high, c.log, got, c.want)
		}
		if len(x.Ticks) != 4 || x.Ticks[3].Text != "1,500" {
			t.Errorf("x has the ticks %v", x.Ticks)
		}
	}
}

func TestLevelsThatAreNotReached(t *testing.T) {
	c := rendertest.Losses()
	for i := range c.Series {
		c.Series[i].Points = c.Series[i].Points[4:]
	}
	_, y := c.Extents()
	var names []string
	for _, l := range c.ShownLevels(y) {
		names = append(names, l.Text())
	}
	if got := strings.Join(names, ", "); got != "bigram 1.500, grammar 1.400" {
		t.Errorf("levels %s in %v to %v", got, y.Low, y.High)
	}
}

func TestChartIsRefused(t *testing.T) {
	nan, points := math.NaN(), []render.Point{{X: 0, Y: 1}, {X: 1, Y: 2}}
	for name, c := range map[string]render.Chart{
		"nothing": {}, "one point": {Series: []render.Series{{Points: points[:1]}}}, "NaN": {Series: []render.Series{{Points: []render.Point{{X: 0, Y: nan}, {X: 1}}}}},
		"infinite x": {Series: []render.Series{{Points: []render.Point{{X: 0}, {X: math.Inf(1)}}}}}, "x that falls": {Series: []render.Series{{Points: []render.Point{{X: 1}, {X: 1}}}}},
		"a band of another length": {Series: []render.Series{{Points: points, Band: make([]render.Interval, 1)}}},
		"a band upside down":       {Series: []render.Series{{Points: points, Band: []render.Interval{{Low: 1}, {}}}}},
		"a level":                  {Series: []render.Series{{Points: points}}, Levels: []render.Level{{Y: nan}}},
		"a mark":                   {Series: []render.Series{{Points: points, Marks: []render.Mark{{Point: render.Point{X: nan}}}}}},
		"a style":                  {Series: []render.Series{{Points: points, Style: -1}}},
		"zeros on a log axis":      {Y: render.Axis{Log: true}, Series: []render.Series{{Points: []render.Point{{X: 0}, {X: 1}}}}},
	} {
		if err := c.Validate(); err == nil {
			t.Errorf("%s: the chart is drawn", name)
		}
	}
	for _, c := range []render.Chart{rendertest.Losses(), rendertest.Banded(), rendertest.Diverging(), {Series: []render.Series{{Points: points}, {}}}} {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.Title, err)
		}
	}
}

// A thinned curve keeps its ends and its extremes, in order.
func TestThinned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s render.Series
		for i := range rapid.IntRange(2, 500).Draw(t, "points") {
			s.Points = append(s.Points, render.Point{X: float64(i), Y: rapid.Float64Range(-9, 9).Draw(t, "y")})
			s.Band = append(s.Band, render.Interval{Low: float64(i), High: float64(i)})
		}
		n := rapid.IntRange(1, 50).Draw(t, "n")
		thin := s.Thinned(n)
		last := len(thin.Points) - 1
		y := func(a, b render.Point) int { return int(math.Copysign(1, a.Y-b.Y)) }
		if len(thin.Points) > 2*n+2 || thin.Points[0] != s.Points[0] || thin.Points[last] != s.Points[len(s.Points)-1] ||
			slices.MaxFunc(thin.Points, y).Y != slices.MaxFunc(s.Points, y).Y || slices.MinFunc(thin.Points, y).Y != slices.MinFunc(s.Points, y).Y {
			t.Fatalf("%d of %d points for %d", len(thin.Points), len(s.Points), n)
		}
		for i, p := range thin.Points {
			if i > 0 && p.X <= thin.Points[i-1].X || thin.Band[i].Low != p.X {
				t.Fatalf("point %d: %v, band %v", i, p, thin.Band[i])
			}
		}
	})
}

// Each colour of curves can be seen on its background and be told from the others; curves of one colour differ in their dashes.
func TestCurveColors(t *testing.T) {
	for _, dark := range []bool{false, true} {
		background := render.OnLight().Weight(0)
		if dark {
			background = render.OnDark().Weight(0)
		}
		colors := render.CurveColors(dark)
		for i, c := range colors {
			if contrast := render.Contrast(c, background); contrast < 3 {
				t.Errorf("dark %v: colour %d has a contrast of %.2f", dark, i, contrast)
			}
			for j := range i {
				if apart := rendertest.Apart(c, colors[j]); apart < 0.08 {
					t.Errorf("dark %v: colours %d and %d are %.3f apart", dark, j, i, apart)
				}
			}
		}
	}
	n := len(render.CurveColors(false))
	for style := range 5 * n {
		for _, other := range []int{style % n, style - 1} {
			if other >= 0 && other != style && slices.Equal(render.CurveDashes(style), render.CurveDashes(other)) {
				t.Errorf("styles %d and %d have the same dashes", other, style)
			}
		}
	}
}

func TestShortPaths(t *testing.T) {
	for _, c := range []struct{ paths, want []string }{
		{[]string{"/x/runs/a"}, []string{"a"}}, {[]string{"runs/a", "runs/b"}, []string{"a", "b"}},
		{[]string{"x/runs/a", "y/runs/a", "runs/b"}, []string{"x/runs/a", "y/runs/a", "b"}}, {[]string{"a", "x/a"}, []string{"a", "x/a"}},
	} {
		if got := render.ShortPaths(c.paths); !slices.Equal(got, c.want) {
			t.Errorf("%v are %v, want %v", c.paths, got, c.want)
		}
	}
}

func TestStepsOfTicks(t *testing.T) {
	for _, c := range []struct{ length, want float64 }{{1, 0.5}, {2, 1}, {5, 2}, {10, 5}, {0.02, 0.01}, {80, 50}} {
		if got := render.TickStep(c.length); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("a range of %g has ticks %g apart, want %g", c.length, got, c.want)
		}
	}
}
