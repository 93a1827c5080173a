package page

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// The page of a chart holds its numbers and words, whatever the words are, and no other element.
func TestPageHoldsItsChart(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error { return Chart(b, rendertest.Losses()) })
	rapid.Check(t, func(t *rapid.T) {
		c := rendertest.Losses()
		word := func(name string) string { return attentiontest.Token().Draw(t, name) }
		c.Title, c.X.Title, c.Y.Title, c.Series[0].Name, c.Series[0].Detail = word("title"), word("x"), word("y"), word("name"), word("detail")
		c.Levels[0].Name = word("level")
		c.X.Log, c.Y.Log = rapid.Bool().Draw(t, "log x"), rapid.Bool().Draw(t, "log y")
		p := pageOf(t, func(b *bytes.Buffer) error { return Chart(b, c) }, like)
		var got pageChart
		if err := json.Unmarshal(p.json, &got); err != nil {
			t.Fatal(err)
		}
		x, y := c.Extents()
		if got.X.Low != x.Low || got.X.High != x.High || got.Y.Low != y.Low || got.Y.High != y.High || got.Y.Log != c.Y.Log || len(got.Y.Ticks) != len(y.Ticks) {
			t.Fatalf("axes %+v and %+v, want %+v and %+v", got.X, got.Y, x, y)
		}
		for i, s := range c.Series {
			for j, point := range s.Points {
				if got.Series[i].Points[j] != [2]float64{point.X, point.Y} || got.Series[i].Style != s.Style || got.Series[i].Thin != s.Thin {
					t.Fatalf("curve %d: %+v, want %+v", i, got.Series[i], s)
				}
			}
		}
	})
}

func TestChartPageIsRefused(t *testing.T) {
	var b bytes.Buffer
	wrong := rendertest.Losses()
	wrong.Series[0].Points[1].Y = math.NaN()
	for _, c := range []render.Chart{{}, wrong} {
		if err := Chart(&b, c); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, wrote %d bytes", c.Title, err, b.Len())
		}
	}
}

// A band, a mark that is kept, a caption and the dashes arrive, and a style beyond the colours has one of them.
func TestPageChartHoldsTheRest(t *testing.T) {
	c := rendertest.Diverging()
	c.Series[2].Style = curveColors + 1
	c.Series = append(c.Series, rendertest.Banded().Series...)
	p := newPageChart(c)
	band := p.Series[len(p.Series)-1].Band
	if len(band) != 11 || math.Abs(band[0][0]-2.8) > 1e-9 || math.Abs(band[0][1]-5.2) > 1e-9 {
		t.Errorf("the band is %v", band)
	}
	if s := p.Series[2]; s.Style != 1 || !slices.Equal(s.Dashes, render.CurveDashes(curveColors+1)) {
		t.Errorf("style %d, dashes %v", s.Style, s.Dashes)
	}
	if m := p.Series[0].Marks; len(m) != 1 || m[0].Name != "kept" || m[0].X != 400 {
		t.Errorf("marks %v", m)
	}
	if !slices.Contains(p.Notes, "slow rises to 1e+24 at step 400, above the picture") {
		t.Errorf("notes %q", p.Notes)
	}
}
