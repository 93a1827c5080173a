package picture

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// drawn is the layout of one panel or, with all, of every head.
func drawn(t testing.TB, m attention.Map, all bool) Drawing {
	t.Helper()
	d, err := Map(m, nil, attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: all}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// extent is the rectangle that a text takes up: left, top, right, bottom.
func extent(f *typeface, s text) [4]float64 {
	w := f.width(s.s, s.size, s.bold)
	before := w * float64(s.anchor) / 2
	// Capitals and figures rise by less than 0.75 of the size, and the tail of a g falls by less than 0.22.
	if s.upward {
		return [4]float64{s.x - 0.75*s.size, s.y + before - w, s.x + 0.22*s.size, s.y + before}
	}
	return [4]float64{s.x - before, s.y - 0.75*s.size, s.x - before + w, s.y + 0.22*s.size}
}

// Whatever the words and however many, no text runs into another or off the picture.
func TestNothingOverlaps(t *testing.T) {
	words := strings.Fields("<s> The lion internationalization достопримечательность 狮子看见斑马在河边 a zebra WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW i éléphant")
	f := new(typeface)
	for _, seq := range []int{1, 2, 3, 5, 9, 14, 22, 40, 64, 100} {
		for _, shape := range [][2]int{{1, 1}, {1, 3}, {2, 2}, {3, 8}} {
			if seq > 40 && shape[1] > 3 {
				continue
			}
			tokens := make([]string, seq)
			for i := range tokens {
				tokens[i] = words[i%len(words)]
			}
			m := attentiontest.Made(strings.Join(tokens, " "), tokens, shape[0], shape[1])
			m.Unknown = make([]bool, seq)
			m.Unknown[seq/2] = true
			d := drawn(t, m, true)
			name := fmt.Sprintf("%d words, %d x %d heads", seq, shape[0], shape[1])
			checkApart(t, name, d, f)
		}
	}
	for seq := 1; seq <= 60; seq++ {
		m, base := attentiontest.Made("a sentence", make([]string, seq), 1, 1), attentiontest.Made("", make([]string, seq), 1, 1)
		d, err := Map(m, &attention.Baseline{Name: "b", Map: base}, attention.Source{Run: "r", Step: 1}, render.Selection{Layer: 0, Head: 0}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkApart(t, fmt.Sprintf("%d words and a baseline", seq), d, f)
	}
}

func checkApart(t *testing.T, name string, d Drawing, f *typeface) {
	t.Helper()
	extents := make([][4]float64, len(d.texts))
	const bin = 100
	at := map[[2]int][]int{} // texts that touch a square of 100 pixels
	for i, s := range d.texts {
		e := extent(f, s)
		extents[i] = e
		if e[0] < 0 || e[1] < 0 || e[2] > float64(d.width) || e[3] > float64(d.height) {
			t.Fatalf("%s: %q runs off the picture: %v of %d x %d", name, s.s, e, d.width, d.height)
		}
		if s.size < 9 {
			t.Fatalf("%s: %q has size %v", name, s.s, s.size)
		}
		for x := int(e[0]) / bin; x <= int(e[2])/bin; x++ {
			for y := int(e[1]) / bin; y <= int(e[3])/bin; y++ {
				for _, j := range at[[2]int{x, y}] {
					o := extents[j]
					if e[0] < o[2] && o[0] < e[2] && e[1] < o[3] && o[1] < e[3] {
						t.Fatalf("%s: %q and %q overlap: %v and %v", name, s.s, d.texts[j].s, e, o)
					}
				}
				at[[2]int{x, y}] = append(at[[2]int{x, y}], i)
			}
		}
	}
	for _, r := range d.rects {
		if r.x < 0 || r.y < 0 || r.width < 1 || r.height < 1 || r.x+r.width > d.width || r.y+r.height > d.height {
			t.Fatalf("%s: a rectangle off the picture or without area: %+v", name, r)
		}
	}
	for _, l := range d.lines {
		if min(l.x1, l.x2, l.y1, l.y2) < 0 || max(l.x1, l.x2) > float64(d.width) || max(l.y1, l.y2) > float64(d.height) {
			t.Fatalf("%s: a line off the picture: %+v", name, l)
		}
	}
}

// A long word is cut, and the whole of it is there to point at.
func TestCutWordsHaveATip(t *testing.T) {
	word := strings.Repeat("long", 20)
	d := drawn(t, attentiontest.Made("", []string{"<s>", word, "x"}, 1, 1), false)
	cut := 0
	for _, s := range d.texts {
		if strings.HasPrefix(s.s, "long") {
			cut++
			if s.s == word || s.tip != word {
				t.Errorf("%q has the tip %q", s.s, s.tip)
			}
		} else if s.tip != "" {
			t.Errorf("%q is whole and has the tip %q", s.s, s.tip)
		}
	}
	if cut != 2 {
		t.Errorf("the word is there %d times, want 2", cut)
	}
}

// Each cell that a query sees is drawn in the colour of its weight, whether cells are one by one or run together;
// no colour lies where it cannot see.
func TestCellsAreTheWeights(t *testing.T) {
	for seq, root := range map[int]float64{2: 1, 9: 1, 40: 0.5, 90: 0.5, 150: 1. / 3} {
		m := attentiontest.Made("", make([]string, seq), 1, 1)
		f, err := newFigure(m, nil, attention.Source{}, render.Selection{Layer: 0, Head: 0})
		if err != nil {
			t.Fatal(err)
		}
		d := f.drawn(t, Options{})
		size := sheet{Drawing: &d, figure: f, words: render.Labels(m.Encoded)}
		size.measure()
		grid := d.rects[0]
		if grid.fill != d.grid {
			t.Errorf("%d words: the first rectangle is %v, want the grid", seq, grid.fill)
		}
		left, top := grid.x+1, grid.y+1
		bottom := top + seq*size.cellHeight
		colors := map[[2]int]color.RGBA{}
		for _, r := range d.rects {
			if r.y >= bottom || r.fill == d.grid { // of the legend, or behind cells
				continue
			}
			for k := (r.x - left) / size.cellWidth; left+k*size.cellWidth < r.x+r.width; k++ {
				colors[[2]int{(r.y - top) / size.cellHeight, k}] = r.fill
			}
		}
		if want := seq * (seq + 1) / 2; len(colors) != want {
			t.Errorf("%d words: %d cells, want %d", seq, len(colors), want)
		}
		for at, got := range colors {
			if at[1] > at[0] {
				t.Fatalf("%d words: query %d has a colour for the later key %d", seq, at[0], at[1])
			}
			weight := f.panels[0][0].Weights[at[0]][at[1]]
			if want := render.OnLight().Weight(math.Pow(weight, root)); got != want {
				t.Fatalf("%d words: query %d, key %d is %v, want %v", seq, at[0], at[1], got, want)
			}
		}
	}
}

// On cells too small for numbers, each difference below 0 that counts carries a dash.
func TestDashesTellTheSign(t *testing.T) {
	const seq = 90
	m, base := attentiontest.Made("", make([]string, seq), 1, 1), attentiontest.Made("", make([]string, seq), 1, 1)
	base.Attention[0][0] = attentiontest.Causal(seq, func(int, int) float64 { return 0 })
	f, err := newFigure(m, &attention.Baseline{Name: "uniform", Map: base}, attention.Source{}, render.Selection{Layer: 0, Head: 0})
	if err != nil {
		t.Fatal(err)
	}
	d := f.drawn(t, Options{})
	want, dashes := 0, 0
	for q, row := range f.panels[0][2].Weights {
		for _, x := range row[:q+1] {
			if render.PrintedDifference(x) <= -0.05 {
				want++
			}
		}
	}
	for _, l := range d.lines {
		if l.y1 == l.y2 {
			dashes++
		}
	}
	if want == 0 || dashes != want {
		t.Errorf("%d dashes, want %d", dashes, want)
	}
}

func TestTooLargeForAPage(t *testing.T) {
	words := make([]string, 8)
	m := attentiontest.Made("", words, 1, 1)
	weights := m.Mean(0, 0)
	f := figure{words: attention.Map{Encoded: attention.Encoded{Tokens: words}}, panels: make([][]render.View, 1000)}
	for i := range f.panels {
		f.panels[i] = make([]render.View, 8)
		for j := range f.panels[i] {
			f.panels[i][j].Weights = weights
		}
	}
	_, err := f.layout(Options{})
	if err == nil || !strings.Contains(err.Error(), "too large for one picture: 8,000 maps of 8 words") {
		t.Errorf("error %v", err)
	}
}
