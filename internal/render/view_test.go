package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestTitle(t *testing.T) {
	words := []string{"a", "b"}
	for _, c := range []struct {
		layers, heads, layer, head int
		want                       string
	}{
		{2, 3, 0, 1, "layer 1, head 2"},
		{2, 3, -1, -1, "mean of 2 layers, 3 heads each"},
		{2, 3, 1, -1, "layer 2, mean of 3 heads"},
		{2, 3, -1, 2, "head 3, mean of 2 layers"},
		{1, 2, -1, -1, "mean of 2 heads"},
		{1, 2, 0, -1, "layer 1, mean of 2 heads"},
		{1, 2, -1, 1, "layer 1, head 2"},
		{1, 1, -1, -1, "layer 1, head 1"},
		{2, 1, -1, -1, "head 1, mean of 2 layers"},
	} {
		if got := Title(attentiontest.Made("", words, c.layers, c.heads), c.layer, c.head); got != c.want {
			t.Errorf("%d layers, %d heads: title(%d, %d) = %q, want %q", c.layers, c.heads, c.layer, c.head, got, c.want)
		}
	}
}

// What an analysis made of the attention is called by its name, whatever is selected.
func TestTitleOfANamedMap(t *testing.T) {
	m := attentiontest.Made("", []string{"a", "b"}, 1, 1)
	m.Name = "rollout\nover 2 layers"
	for _, layer := range []int{-1, 0} {
		if got, want := Title(m, layer, -1), "rollout↵over 2 layers"; got != want {
			t.Errorf("layer %d: %q, want %q", layer, got, want)
		}
	}
}

func TestViews(t *testing.T) {
	m := attentiontest.Halves()
	for _, c := range []struct {
		layer, head int
		want        []float64 // the second row
	}{
		{-1, -1, []float64{0.4375, 0.5625}},
		{0, -1, []float64{0.375, 0.625}},
		{-1, 0, []float64{0.75, 0.25}},
		{1, 1, []float64{0, 1}},
	} {
		list, err := Views(m, Selection{Layer: c.layer, Head: c.head})
		if err != nil || len(list) != 1 {
			t.Fatalf("layer %d, head %d: %d views, error %v", c.layer, c.head, len(list), err)
		}
		if diff := cmp.Diff(c.want, list[0].Weights[1]); diff != "" {
			t.Errorf("layer %d, head %d: %s", c.layer, c.head, diff)
		}
	}
	list, err := Views(m, Selection{All: true, Layer: -1, Head: 99})
	if err != nil || len(list) != 4 {
		t.Fatalf("all: %d views, error %v; want 4", len(list), err)
	}
	if list[2].Title != "layer 2, head 1" || list[2].Weights[1][0] != 1 {
		t.Errorf("third view is %+v", list[2])
	}
	list, err = Views(m, Selection{All: true, Layer: 1})
	if err != nil || len(list) != 2 || list[0].Title != "layer 2, head 1" {
		t.Errorf("the heads of layer 2: %+v, error %v", list, err)
	}
	for _, o := range []Selection{{Layer: 2}, {Layer: 2, All: true}, {Head: 2}, {Layer: -2}, {Head: -2}} {
		if _, err := Views(m, o); err == nil {
			t.Errorf("layer %d, head %d: no error", o.Layer, o.Head)
		}
	}
}

// Without a choice the head with the largest effect is shown; the mean where no effect is large enough or none was measured.
func TestSelectionByEffect(t *testing.T) {
	m := attentiontest.Made("", []string{"a", "b"}, 2, 3)
	m.Next = []attention.Prediction{{Word: "sea", Probability: 0.5}}
	mean := Selection{Layer: attention.All, Head: attention.All}
	chosenMean := Selection{Layer: attention.All, Head: attention.All, Mean: true}
	for _, c := range []struct {
		effects   [][]float64
		selection Selection
		shown     Selection
		title     string
	}{
		{nil, mean, mean, "mean of 2 layers, 3 heads each"},
		{[][]float64{{0.2, -3, 0}, {0.1, 0.2, 0}}, chosenMean, chosenMean, "mean of 2 layers, 3 heads each"},
		{[][]float64{{0.2, -3, 0}, {0.1, 0.2, 0}}, mean, Selection{Layer: 0, Head: 0}, `layer 1, head 1, which matters most for "sea"`},
		{[][]float64{{0.2, -3, 0}, {0.1, 2, 0}}, mean, Selection{Layer: 1, Head: 1}, `layer 2, head 2, which matters most for "sea"`},
		{[][]float64{{-3, 0, 0}, {0, 0.099, 0}}, mean, mean, "mean of 2 layers, 3 heads each"},
		{[][]float64{{0.2, 0, 0}, {0, 9, 0}}, Selection{Layer: 0, Head: attention.All}, Selection{Layer: 0, Head: attention.All},
			"layer 1, mean of 3 heads"},
	} {
		m.Effects = c.effects
		shown, byEffect := c.selection.Of(m)
		if shown != c.shown || byEffect != (shown != c.selection) {
			t.Errorf("effects %v: %+v, %v, want %+v", c.effects, shown, byEffect, c.shown)
		}
		views, err := Views(m, c.selection)
		if err != nil {
			t.Fatal(err)
		}
		want := m.Mean(c.shown.Layer, c.shown.Head)
		if views[0].Title != c.title || !cmp.Equal(views[0].Weights, want) {
			t.Errorf("effects %v: %q, want %q, weights equal: %v", c.effects, views[0].Title, c.title, cmp.Equal(views[0].Weights, want))
		}
	}
}

// The boundary token is a sink where most queries after it give it at least 1.5 times the uniform weight.
func TestSink(t *testing.T) {
	for _, c := range []struct {
		first string
		onto  []float64 // the weights of the first key
		want  bool
	}{
		{"<s>", []float64{1, 0.76, 0.51, 0.38}, true},
		{"<s>", []float64{1, 0.76, 0.51, 0.2}, true},
		{"<s>", []float64{1, 0.76, 0.4, 0.3}, false}, // more than the uniform weight, but not by much
		{"<s>", []float64{1, 0.76, 0.2}, false},      // a half is not most
		{"<s>", []float64{1}, false},
		{"the", []float64{1, 0.76, 0.51, 0.38}, false},
	} {
		m := attention.Map{Encoded: attention.Encoded{Tokens: []string{c.first, "a", "b", "c"}[:len(c.onto)]}}
		var weights [][]float64
		for q, w := range c.onto {
			row := make([]float64, len(c.onto))
			row[q], row[0] = 1-w, w
			weights = append(weights, row)
		}
		if got := Sink(m, weights); got != c.want {
			t.Errorf("%q with %v: %v, want %v", c.first, c.onto, got, c.want)
		}
	}
}

// Norms are shown as shares of their row, under a title that says so, and the first token is then no attention sink.
func TestViewsOfNorms(t *testing.T) {
	m := attentiontest.Halves()
	if _, err := Views(m, Selection{Layer: -1, Head: -1, Norm: true}); err == nil {
		t.Error("a map without norms shows them")
	}
	m.Attention = [][][][]float32{{{{1, 0}, {0.75, 0.25}}, {{1, 0}, {0.5, 0.5}}}, {{{1, 0}, {0.25, 0.75}}, {{1, 0}, {0, 1}}}}
	m.Products = [][][][]float64{{{{4, 0}, {0, 0}}, {{4, 0}, {0, 3}}}, {{{4, -2}, {-2, 1}}, {{1, 2}, {2, 4}}}}
	for _, c := range []struct {
		layer, head int
		want        []float64 // the second row
	}{
		{0, 0, []float64{0.75, 0.25}}, {0, 1, []float64{0, 1}}, {0, -1, []float64{0.6, 0.4}}, {1, -1, []float64{0.5 / 3.25, 2.75 / 3.25}},
		{-1, -1, []float64{1 / 2.875, 1.875 / 2.875}}, {-1, 0, []float64{1 / 1.625, 0.625 / 1.625}},
	} {
		list, err := Views(m, Selection{Layer: c.layer, Head: c.head, Norm: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, list[0].Weights[1], cmpopts.EquateApprox(0, 1e-12)); diff != "" || list[0].Sink || !strings.HasSuffix(list[0].Title, NormTitle) {
			t.Errorf("layer %d, head %d, %q: %s", c.layer, c.head, list[0].Title, diff)
		}
	}
	if list, err := Views(m, Selection{Layer: -1, All: true, Norm: true}); err != nil || len(list) != 4 || list[3].Weights[1][1] != 1 || list[1].Weights[0][0] != 0 {
		t.Errorf("all heads: %+v, error %v", list, err)
	}
}
