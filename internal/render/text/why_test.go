package text

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/attention"
)

func TestWhyText(t *testing.T) {
	cut, replaced, against, rho := 7.25, 2.5, -0.5, 0.75
	y := attention.Why{ContextText: "<s> the zebra", Tokens: []string{"<s>", "the", "zebra"}, Target: "ran", Probability: 0.875, Correlation: &rho,
		Words: []attention.WordEffect{
			{Position: 0, Word: "<s>", Attention: 0.25, ByHead: [][]float64{{0.5, 0}}, AttentionRemoved: &against},
			{Position: 1, Word: "the", Attention: 0.25, ByHead: [][]float64{{0, 0.5}}},
			{Position: 2, Word: "zebra", Attention: 0.5, ByHead: [][]float64{{0.5, 0.5}}, AttentionRemoved: &cut, Replaced: &replaced, Kind: "animal", Replacements: []attention.Replacement{{Word: "lion", Effect: 2}, {Word: "hyena", Effect: 3}}},
		},
		Heads: []attention.HeadEffect{{Layer: 0, Head: 0, Effect: -0.25}, {Layer: 0, Head: 1, Effect: 1.5}},
	}
	var b bytes.Buffer
	if err := Why(&b, y, Options{Width: 120}); err != nil {
		t.Fatal(err)
	}
	want := `Why "ran" is predicted after: <s> the zebra
P(ran) = 0.875. Attention is that of the last token, the mean and by head; an effect is the decrease of log P(ran), in
nats, when the attention to the word is removed in all layers, or the word is replaced.

word   attention          h1   h2  removed              replaced  by
zebra       0.50  █████  .50  .50     7.25  ██████████      2.50  each of 2 of its kind (animal)
<s>         0.25  ██▌    .50  .00    -0.50                     -
the         0.25  ██▌    .00  .50        -                     -

Mean ablation: the output of one head is replaced by its mean over held-out text:
head             effect
layer 1, head 2    1.50  ██████████
layer 1, head 1   -0.25

Rank correlation of attention and effect of removal: 0.75: the more attention, the larger the effect here.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// A sentence without a word before the prediction has no rows: the text says so much, and does not panic.
func TestWhyWithoutWords(t *testing.T) {
	var b strings.Builder
	if err := Why(&b, attention.Why{ContextText: "<s>", Target: "the", Probability: 0.5}, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "P(the) = 0.500") {
		t.Errorf("%s", &b)
	}
}
