package picture

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// twoWords is a figure of one panel over two words.
func twoWords() Figure {
	return Figure{
		Title: "layer 1, head 1", Source: attention.Source{Run: "runs/lion", Step: 120}, Text: "lion saw", Words: []string{"lion", "saw"},
		Panels: [][]Panel{{{"layer 1, head 1", [][]float64{{1, 0}, {0.25, 0.75}}, false}}},
	}
}

func TestFigureValidate(t *testing.T) {
	if err := twoWords().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Figure)
		want   string
	}{
		"no words":       {func(f *Figure) { f.Words = nil }, "no words"},
		"unknown":        {func(f *Figure) { f.Unknown = make([]bool, 3) }, "3 unknown marks for 2 words"},
		"no panels":      {func(f *Figure) { f.Panels = nil }, "no panels"},
		"an empty row":   {func(f *Figure) { f.Panels = append(f.Panels, nil) }, "row 1 of the figure has no panels"},
		"rows":           {func(f *Figure) { f.Panels[0][0].Weights = f.Panels[0][0].Weights[:1] }, "panel 0 of row 0: 1 query rows for 2 words"},
		"keys":           {func(f *Figure) { f.Panels[0][0].Weights[1] = []float64{1} }, "query 1 has 1 keys for 2 words"},
		"not a number":   {func(f *Figure) { f.Panels[0][0].Weights[1][0] = math.NaN() }, "query 1, key 0: weight NaN is not in 0 to 1"},
		"infinite":       {func(f *Figure) { f.Panels[0][0].Weights[1][0] = math.Inf(1) }, "not in 0 to 1"},
		"below 0":        {func(f *Figure) { f.Panels[0][0].Weights[1][0] = -0.5 }, "not in 0 to 1"},
		"below -1":       {func(f *Figure) { f.Panels[0][0].Signed = true; f.Panels[0][0].Weights[1][0] = -1.5 }, "difference -1.5 is not in -1 to 1"},
		"the future":     {func(f *Figure) { f.Panels[0][0].Weights[0][1] = 0.5 }, "query 0, key 1: weight 0.5, but a later key must weigh 0"},
		"too many cells": {func(f *Figure) { f.Words = make([]string, 1000) }, "1 map of 1,000 words are too large for one picture"},
	} {
		f := twoWords()
		c.change(&f)
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	f := twoWords()
	f.Panels[0][0].Signed, f.Panels[0][0].Weights[1][0] = true, -0.75
	if err := f.Validate(); err != nil {
		t.Errorf("a difference: %v", err)
	}
}

// arrangement is the titles of a figure's panels.
func arrangement(f Figure) string {
	var rows []string
	for _, row := range f.Panels {
		var titles []string
		for _, p := range row {
			titles = append(titles, p.Title)
		}
		rows = append(rows, strings.Join(titles, " | "))
	}
	return strings.Join(rows, "\n")
}

func TestNewFigure(t *testing.T) {
	words := strings.Fields("the lion saw")
	for _, c := range []struct {
		layers, heads int
		selection     render.Selection
		title, panels string
	}{
		{2, 2, render.Selection{Layer: -1, Head: -1, All: false}, "attention, mean of 2 layers, 2 heads each", "mean of 2 layers, 2 heads each"},
		{2, 2, render.Selection{Layer: 1, Head: 0, All: false}, "attention, layer 2, head 1", "layer 2, head 1"},
		{2, 2, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 layers of 2 heads", "layer 1, head 1 | layer 1, head 2\nlayer 2, head 1 | layer 2, head 2"},
		{2, 3, render.Selection{Layer: 1, Head: -1, All: true}, "attention, layer 2, 3 heads", "layer 2, head 1 | layer 2, head 2 | layer 2, head 3"},
		{1, 2, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 heads", "layer 1, head 1 | layer 1, head 2"},
		{1, 5, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 5 heads", "layer 1, head 1 | layer 1, head 2 | layer 1, head 3\nlayer 1, head 4 | layer 1, head 5"},
		{2, 1, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 layers of 1 head", "layer 1, head 1\nlayer 2, head 1"},
	} {
		m := attentiontest.Made("the lion saw", words, c.layers, c.heads)
		f, err := NewFigure(m, attention.Source{Run: "runs/lion", Step: 120}, c.selection)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if f.Title != c.title || arrangement(f) != c.panels {
			t.Errorf("%d layers, %d heads, %+v: %q with panels\n%s\nwant %q and\n%s", c.layers, c.heads, c.selection, f.Title, arrangement(f), c.title, c.panels)
		}
	}
	m := attentiontest.Made("the lion saw", words, 2, 2)
	f, err := NewFigure(m, attention.Source{}, render.Selection{Layer: -1, Head: -1, All: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Mean(1, 0), f.Panels[1][0].Weights); diff != "" {
		t.Errorf("the panel of layer 2, head 1: %s", diff)
	}
	for _, s := range []render.Selection{{Layer: 2, Head: -1, All: false}, {Layer: -1, Head: 2, All: false}, {Layer: 2, Head: -1, All: true}, {Layer: -2, Head: -1, All: false}} {
		if _, err := NewFigure(m, attention.Source{}, s); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
}

func TestNewFigureWithBaseline(t *testing.T) {
	m, base := attentiontest.Halves(), attentiontest.Halves()
	base.Attention[0][0][1] = []float32{0, 1}
	f, err := NewFigureWithBaseline(m, attention.Baseline{Name: "untrained", Map: base}, attention.Source{}, render.Selection{Layer: 0, Head: 0, All: false})
	if err != nil {
		t.Fatal(err)
	}
	if want := "layer 1, head 1 | baseline: untrained | difference"; arrangement(f) != want {
		t.Errorf("panels %q, want %q", arrangement(f), want)
	}
	got, before, difference := f.Panels[0][0], f.Panels[0][1], f.Panels[0][2]
	for k := range 2 {
		if d := got.Weights[1][k] - before.Weights[1][k]; d == 0 || difference.Weights[1][k] != d || !difference.Signed {
			t.Errorf("key %d: %v less %v is %v, signed %v", k, got.Weights[1][k], before.Weights[1][k], difference.Weights[1][k], difference.Signed)
		}
	}
	if _, err := NewFigureWithBaseline(m, attention.Baseline{Name: "untrained", Map: attentiontest.Lion()}, attention.Source{}, render.Selection{Layer: 0, Head: 0, All: false}); err == nil {
		t.Error("a baseline of another shape: no error")
	}
}

// A figure that no picture holds is refused before its matrices are made.
func TestTooLargeIsRefusedEarly(t *testing.T) {
	words := make([]string, 300)
	m := attention.Map{Tokens: words}
	row := make([]float32, 300)
	row[0] = 1
	head := make([][]float32, 300)
	for q := range head {
		head[q] = row
	}
	for range 12 { // all heads share one matrix
		m.Attention = append(m.Attention, [][][]float32{head, head, head, head})
	}
	allocations := testing.AllocsPerRun(1, func() {
		_, err := NewFigure(m, attention.Source{}, render.Selection{Layer: -1, Head: -1, All: true})
		if want := "48 maps of 300 words are too large"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	})
	if allocations > 100 {
		t.Errorf("%v allocations before the error", allocations)
	}
	if _, err := NewFigure(m, attention.Source{}, render.Selection{Layer: 0, Head: 0, All: false}); err != nil {
		t.Errorf("one of the maps: %v", err)
	}
}
