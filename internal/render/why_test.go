package render

import (
	"bytes"
	"math"
	"testing"
)

func TestRankCorrelation(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
		ok   bool
	}{
		{[]float64{1, 2, 3, 4}, []float64{10, 20, 30, 400}, 1, true},
		{[]float64{1, 2, 3, 4}, []float64{-1, -2, -3, -40}, -1, true},
		// d = 1, -1, 1, -1: 1 - 6*4/(4*15)
		{[]float64{1, 2, 3, 4}, []float64{2, 1, 4, 3}, 0.6, true},
		// Ranks 0.5 0.5 2 and 0 1 2: the mean of equals.
		{[]float64{5, 5, 7}, []float64{1, 2, 3}, 1.5 / math.Sqrt(1.5*2), true},
		{[]float64{1, 2}, []float64{1, 2}, 0, false},
		{[]float64{1, 1, 1}, []float64{1, 2, 3}, 0, false},
		{[]float64{1, 2, 3}, []float64{1, 2}, 0, false},
	} {
		if got, ok := RankCorrelation(c.x, c.y); ok != c.ok || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v with %v: %v %v, want %v %v", c.x, c.y, got, ok, c.want, c.ok)
		}
	}
}

func TestRankedPutsTheLargestEffectFirst(t *testing.T) {
	small, large, against := 0.5, 7.0, -1.0
	y := Why{Words: []Cause{{Word: "a", Cut: &small}, {Word: "b"}, {Word: "c", Cut: &large}, {Word: "d", Cut: &against}, {Word: "e", Cut: &small}}}
	var order string
	for _, c := range y.Ranked() {
		order += c.Word
	}
	if order != "caedb" || y.Words[0].Word != "a" {
		t.Errorf("order %s, first of the original %s", order, y.Words[0].Word)
	}
}

func TestWhyText(t *testing.T) {
	cut, replaced, against, rho := 7.25, 2.5, -0.5, 0.75
	y := Why{Seen: "<s> the zebra", Tokens: []string{"<s>", "the", "zebra"}, Target: "ran", Probability: 0.875, Correlation: &rho,
		Words: []Cause{
			{Place: 0, Word: "<s>", Attention: 0.25, ByHead: [][]float64{{0.5, 0}}, Cut: &against},
			{Place: 1, Word: "the", Attention: 0.25, ByHead: [][]float64{{0, 0.5}}},
			{Place: 2, Word: "zebra", Attention: 0.5, ByHead: [][]float64{{0.5, 0.5}}, Cut: &cut, Replaced: &replaced, Kind: "animal", Replacements: []Replacement{{"lion", 2}, {"hyena", 3}}},
		},
		Heads: []HeadEffect{{0, 0, -0.25}, {0, 1, 1.5}},
	}
	var b bytes.Buffer
	if err := WhyText(&b, y, TextOptions{Width: 120}); err != nil {
		t.Fatal(err)
	}
	want := `Why ran after: <s> the zebra
P(ran) = 0.875. Attention is that of the last token, the mean and by head; an effect is what log P(ran) loses, in nats,
when the edge to the word is cut in all layers, or the word is replaced.

word   attention          h1   h2  edge cut              replaced  by
zebra       0.50  █████  .50  .50      7.25  ██████████      2.50  each of 2 of its kind (animal)
<s>         0.25  ██▌    .50  .00     -0.50                     -
the         0.25  ██▌    .00  .50         -                     -

Each head switched off, its output replaced by its mean over held-out text:
head             effect
layer 1, head 2    1.50  ██████████
layer 1, head 1   -0.25

Rank correlation of attention and effect of the cut: 0.75: the more attended, the more it mattered here.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
