package picture

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// twoWords is a figure of one panel over two words.
func twoWords() figure {
	return figure{
		title: "layer 1, head 1", source: attention.Source{Run: "runs/lion", Step: 120},
		words:  attention.Map{Encoded: attention.Encoded{Text: "lion saw", Tokens: []string{"lion", "saw"}}},
		panels: [][]render.View{{{Title: "layer 1, head 1", Weights: [][]float64{{1, 0}, {0.25, 0.75}}}}},
	}
}

// drawn is the picture of a figure.
func (f figure) drawn(t testing.TB, o Options) Drawing {
	t.Helper()
	d, err := f.layout(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What is wrong with a map or its baseline is an error, and nothing is drawn.
func TestBadMapsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*attention.Map)
		want   string
	}{
		"no words":      {func(m *attention.Map) { m.Tokens = nil }, "no tokens"},
		"unknown":       {func(m *attention.Map) { m.Unknown = make([]bool, 3) }, "3 unknown marks for 2 tokens"},
		"no layers":     {func(m *attention.Map) { m.Attention = nil }, "no layers"},
		"no heads":      {func(m *attention.Map) { m.Attention[1] = nil }, "layer 2 has 0 heads"},
		"rows":          {func(m *attention.Map) { m.Attention[0][0] = m.Attention[0][0][:1] }, "1 query rows for 2 tokens"},
		"keys":          {func(m *attention.Map) { m.Attention[0][0][1] = []float32{1} }, "query 2 has 1 keys for 2 tokens"},
		"not a number":  {func(m *attention.Map) { m.Attention[0][0][1][0] = float32(math.NaN()) }, "query 2, key 1: weight NaN is not in 0 to 1"},
		"infinite":      {func(m *attention.Map) { m.Attention[0][0][1][0] = float32(math.Inf(1)) }, "not in 0 to 1"},
		"below 0":       {func(m *attention.Map) { m.Attention[0][0][1][0] = -0.5 }, "not in 0 to 1"},
		"the future":    {func(m *attention.Map) { m.Attention[0][0][0][1] = 0.5 }, "query 1, key 2: weight 0.5, but a later key must weigh 0"},
		"sum":           {func(m *attention.Map) { m.Attention[0][0][1] = []float32{0.5, 0.25} }, "sum to 0.75"},
		"another shape": {func(m *attention.Map) { m.Attention = m.Attention[:1] }, ""},
	} {
		whole := render.Selection{Layer: attention.All, Head: attention.All}
		m, other := attentiontest.Halves(), attentiontest.Halves()
		c.change(&m)
		if d, err := Map(m, nil, attention.Source{}, whole, Options{}); c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || d.width > 0) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if c.want == "" {
			c.want = "has 1 layers, 2 heads and 2 tokens; want 2, 2 and 2"
		}
		_, err := Map(other, &attention.Baseline{Name: "uniform", Map: m}, attention.Source{}, whole, Options{})
		if err == nil || !strings.Contains(err.Error(), "baseline") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, as a baseline: error %v, want %q", name, err, c.want)
		}
	}
}

// arrangement is the titles of a figure's panels.
func arrangement(f figure) string {
	var rows []string
	for _, row := range f.panels {
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
		{2, 2, render.Selection{Layer: -1, Head: -1}, "attention, mean of 2 layers, 2 heads each", "mean of 2 layers, 2 heads each"},
		{2, 2, render.Selection{Layer: 1, Head: 0}, "attention, layer 2, head 1", "layer 2, head 1"},
		{2, 2, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 layers of 2 heads", "layer 1, head 1 | layer 1, head 2\nlayer 2, head 1 | layer 2, head 2"},
		{2, 3, render.Selection{Layer: 1, Head: -1, All: true}, "attention, layer 2, 3 heads", "layer 2, head 1 | layer 2, head 2 | layer 2, head 3"},
		{1, 2, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 heads", "layer 1, head 1 | layer 1, head 2"},
		{1, 5, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 5 heads", "layer 1, head 1 | layer 1, head 2 | layer 1, head 3\nlayer 1, head 4 | layer 1, head 5"},
		{1, 4, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 4 heads", "layer 1, head 1 | layer 1, head 2\nlayer 1, head 3 | layer 1, head 4"},
		{2, 1, render.Selection{Layer: -1, Head: -1, All: true}, "attention, 2 layers of 1 head", "layer 1, head 1\nlayer 2, head 1"},
	} {
		m := attentiontest.Made("the lion saw", words, c.layers, c.heads)
		f, err := newFigure(m, nil, attention.Source{Run: "runs/lion", Step: 120}, c.selection)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if f.title != c.title || arrangement(f) != c.panels {
			t.Errorf("%d layers, %d heads, %+v: %q with panels\n%s\nwant %q and\n%s", c.layers, c.heads, c.selection, f.title, arrangement(f), c.title, c.panels)
		}
	}
	m := attentiontest.Made("the lion saw", words, 2, 2)
	f, err := newFigure(m, nil, attention.Source{}, render.Selection{Layer: -1, Head: -1, All: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Mean(1, 0), f.panels[1][0].Weights); diff != "" {
		t.Errorf("the panel of layer 2, head 1: %s", diff)
	}
	for _, s := range []render.Selection{{Layer: 2, Head: -1}, {Layer: -1, Head: 2}, {Layer: 2, Head: -1, All: true}, {Layer: -2, Head: -1}} {
		if _, err := newFigure(m, nil, attention.Source{}, s); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
}

// A picture of what an analysis made of the attention has its name in the place of "attention", in the title and in the legend.
func TestFigureOfANamedMap(t *testing.T) {
	m := attentiontest.Made("the lion saw", []string{"the", "lion", "saw"}, 1, 1)
	m.Name = "rollout over 2 layers"
	for want, baseline := range map[string]*attention.Baseline{
		"rollout over 2 layers":                                  nil,
		"rollout over 2 layers, compared with uniform attention": {Name: "uniform", Map: attentiontest.Made("", m.Tokens, 1, 1)},
	} {
		for _, all := range []bool{false, true} {
			selection := render.Selection{Layer: -1, Head: -1, All: all}
			f, err := newFigure(m, baseline, attention.Source{}, selection)
			if err != nil || f.title != want {
				t.Errorf("title %q, error %v, want %q", f.title, err, want)
			}
			d, err := f.layout(Options{})
			if err != nil || !slices.ContainsFunc(d.texts, func(t text) bool { return t.s == m.Name }) {
				t.Errorf("error %v, or the legend lacks %q", err, m.Name)
			}
			if slices.ContainsFunc(d.texts, func(t text) bool { return t.s == "attention" }) {
				t.Error("the legend calls it attention")
			}
		}
	}
}

func TestNewFigureBesideABaseline(t *testing.T) {
	m, base := attentiontest.Halves(), attentiontest.Halves()
	base.Attention[0][0][1] = []float32{0, 1}
	f, err := newFigure(m, &attention.Baseline{Name: "untrained", Map: base}, attention.Source{}, render.Selection{Layer: 0, Head: 0})
	if err != nil {
		t.Fatal(err)
	}
	if want := "layer 1, head 1 | baseline: untrained | difference"; arrangement(f) != want {
		t.Errorf("panels %q, want %q", arrangement(f), want)
	}
	got, before, difference := f.panels[0][0], f.panels[0][1], f.panels[0][2]
	for k := range 2 {
		if d := got.Weights[1][k] - before.Weights[1][k]; d == 0 || difference.Weights[1][k] != d || !difference.Signed {
			t.Errorf("key %d: %v less %v is %v, signed %v", k, got.Weights[1][k], before.Weights[1][k], difference.Weights[1][k], difference.Signed)
		}
	}
	if _, err := newFigure(m, &attention.Baseline{Name: "untrained", Map: attentiontest.Lion()}, attention.Source{}, render.Selection{Layer: 0, Head: 0}); err == nil {
		t.Error("a baseline of another shape: no error")
	}
}

// A figure that no picture holds is refused before its matrices are made.
func TestTooLargeIsRefusedEarly(t *testing.T) {
	words := make([]string, 300)
	m := attention.Map{Encoded: attention.Encoded{Tokens: words}}
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
		_, err := newFigure(m, nil, attention.Source{}, render.Selection{Layer: -1, Head: -1, All: true})
		if want := "too large for one picture: 48 maps of 300 words; show one layer or head, or a shorter sentence"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	})
	if allocations > 100 {
		t.Errorf("%v allocations before the error", allocations)
	}
	if _, err := newFigure(m, nil, attention.Source{}, render.Selection{Layer: 0, Head: 0}); err != nil {
		t.Errorf("one of the maps: %v", err)
	}
}

// The advice of a picture that is too large is one that helps: a map that an analysis computed has no heads to choose from.
func TestTooLargeAdvice(t *testing.T) {
	words := make([]string, 800)
	head := make([][]float32, len(words))
	for q := range head {
		head[q] = append([]float32{1}, make([]float32, len(words)-1)...)
	}
	m := attention.Map{Name: "rollout over 2 layers", Encoded: attention.Encoded{Tokens: words}, Attention: [][][][]float32{{head}}}
	for _, baseline := range []*attention.Baseline{nil, {Map: m}} {
		_, err := newFigure(m, baseline, attention.Source{}, render.Selection{Layer: -1, Head: -1, All: true})
		if err == nil || !strings.HasSuffix(err.Error(), "of 800 words; show a shorter sentence") {
			t.Errorf("error %v", err)
		}
	}
}

func TestColumns(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 3, 10: 5, 12: 4, 16: 4, 32: 7} {
		if got := columns(n); got != want {
			t.Errorf("%d panels in %d columns, want %d", n, got, want)
		}
	}
}

// The column of an attention sink is grey, with its reason in the legend; that of another first word is not.
func TestSinkIsGrey(t *testing.T) {
	for _, first := range []string{"<s>", "the"} {
		f := twoWords()
		f.words.Tokens = []string{first, "lion"}
		weights := [][]float64{{1, 0}, {0.8, 0.2}}
		f.panels[0][0] = render.View{Weights: weights, Sink: render.Sink(f.words, weights)}
		d := f.drawn(t, Options{})
		want := render.OnLight().Weight(0.8)
		if first == "<s>" {
			want = render.OnLight().Sink(0.8)
		}
		if got := d.rects[3].fill; got != want {
			t.Errorf("%s: the cell is %v, want %v", first, got, want)
		}
		if got := d.rects[4].fill; got != render.OnLight().Weight(0.2) {
			t.Errorf("%s: the cell of lion is %v", first, got)
		}
		if explained := strings.Contains(svgOf(t, d), "attention sink"); explained != (first == "<s>") {
			t.Errorf("%s: the legend explains a sink: %v", first, explained)
		}
	}
}

// In a picture with so many small cells that not all words fit, those that are there do not touch, and the legend says so.
func TestWordsOfATexture(t *testing.T) {
	d := drawn(t, attentiontest.Made("", slices.Repeat([]string{"word"}, 300), 1, 1), false)
	checkApart(t, "300 words", d, new(typeface))
	if d.width > 1200 {
		t.Errorf("%d pixels wide", d.width)
	}
	if !strings.Contains(svgOf(t, d), "one word in 4 is named") {
		t.Error("the legend does not say which words are named")
	}
}
