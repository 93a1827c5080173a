package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
		selection     Selection
		title, panels string
	}{
		{2, 2, Selection{-1, -1, false}, "attention, mean of 2 layers, 2 heads each", "mean of 2 layers, 2 heads each"},
		{2, 2, Selection{1, 0, false}, "attention, layer 2, head 1", "layer 2, head 1"},
		{2, 2, Selection{-1, -1, true}, "attention, 2 layers of 2 heads", "layer 1, head 1 | layer 1, head 2\nlayer 2, head 1 | layer 2, head 2"},
		{2, 3, Selection{1, -1, true}, "attention, layer 2, 3 heads", "layer 2, head 1 | layer 2, head 2 | layer 2, head 3"},
		{1, 2, Selection{-1, -1, true}, "attention, 2 heads", "layer 1, head 1 | layer 1, head 2"},
		{1, 5, Selection{-1, -1, true}, "attention, 5 heads", "layer 1, head 1 | layer 1, head 2 | layer 1, head 3\nlayer 1, head 4 | layer 1, head 5"},
		{2, 1, Selection{-1, -1, true}, "attention, 2 layers of 1 head", "layer 1, head 1\nlayer 2, head 1"},
	} {
		m := made("the lion saw", words, c.layers, c.heads)
		f, err := NewFigure(m, Source{"runs/lion", 120}, c.selection)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if f.Title != c.title || arrangement(f) != c.panels {
			t.Errorf("%d layers, %d heads, %+v: %q with panels\n%s\nwant %q and\n%s", c.layers, c.heads, c.selection, f.Title, arrangement(f), c.title, c.panels)
		}
	}
	m := made("the lion saw", words, 2, 2)
	f, err := NewFigure(m, Source{}, Selection{-1, -1, true})
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Head(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, f.Panels[1][0].Weights); diff != "" {
		t.Errorf("the panel of layer 2, head 1: %s", diff)
	}
	for _, s := range []Selection{{2, -1, false}, {-1, 2, false}, {2, -1, true}, {-2, -1, false}} {
		if _, err := NewFigure(m, Source{}, s); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
}

func TestNewFigureBeside(t *testing.T) {
	m, base := halves(), halves()
	base.Attention[0][0][1] = []float32{0, 1}
	f, err := NewFigureBeside(m, Baseline{"untrained", base}, Source{}, Selection{0, 0, false})
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
	if _, err := NewFigureBeside(m, Baseline{"untrained", lion()}, Source{}, Selection{0, 0, false}); err == nil {
		t.Error("a baseline of another shape: no error")
	}
}

// A figure that no picture holds is refused before its matrices are made.
func TestTooLargeIsRefusedEarly(t *testing.T) {
	words := make([]string, 300)
	m := Map{Tokens: words}
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
		_, err := NewFigure(m, Source{}, Selection{-1, -1, true})
		if want := "48 maps of 300 words are too large"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	})
	if allocations > 100 {
		t.Errorf("%v allocations before the error", allocations)
	}
	if _, err := NewFigure(m, Source{}, Selection{0, 0, false}); err != nil {
		t.Errorf("one of the maps: %v", err)
	}
}
