package text

import (
	"strings"
	"testing"

	"attend/internal/attention"
)

func patching() attention.Patching {
	parts := attention.PatchParts{
		Residual: [][]float64{{0, 1, 0}, {0, 0.25, 0.75}, {0, 0, 1}}, Attention: [][]float64{{0, 0, 0.5}, {0, 0, 0.25}},
		FeedForward: [][]float64{{0, 0.004, -0.125}, {0, 0, 1.5}}, Heads: [][]float64{{0.25, 0.5}, {0, 0.125}}, Patterns: [][]float64{{0, -0.25}, {0, 0}},
		HeadsAt: [][][]float64{{{0, 0.25, 0}, {0, 0.004, 0.5}}, {{0, 0, 0}, {0, 0, 0.125}}},
	}
	noising := parts
	noising.Heads = [][]float64{{0.25, 0.375}, {0, 0.125}}
	noising.Residual = [][]float64{{0, 1, 0}, {0, 0.25, 0.375}, {0, 0, 1}}
	return attention.Patching{Clean: attention.Patched{Encoded: attention.Encoded{Text: "the lion in", Tokens: []string{"the", "lion", "in"}}, Difference: 9.25},
		Corrupted: attention.Patched{Encoded: attention.Encoded{Text: "the zebra in", Tokens: []string{"the", "zebra", "in"}}, Difference: -8.5},
		Word:      "cave", Against: "river", Differ: []int{1}, Denoising: parts, Noising: noising}
}

func TestPatchingText(t *testing.T) {
	var b strings.Builder
	if err := Patching(&b, patching(), Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `Activation patching: where is the difference between "cave" and "river"?
clean: the lion in (logit difference 9.25)
corrupted: the zebra in (logit difference -8.50)
The logit difference is logit("cave") - logit("river") at the last token. Each number is the part of
it that one patch changes: 0 nothing, 1 all.

Denoising: an activation of the clean sentence in the corrupted one. A large part: it is sufficient
there.

token       stream 1  stream 2    end  attn 1  mlp 1  attn 2  mlp 2
lion|zebra     █1.00      ▒.25      ·       ·      ·       ·      ·
in                 ·      █.75  █1.00    ▓.50  ░-.12    ▒.25  █1.50

head             z at all tokens  weights alone  at lion|zebra  at in
layer 1, head 1             ▒.25              ·           ▒.25      ·
layer 1, head 2             ▓.50          ▒-.25              ·   ▓.50
layer 2, head 1                ·              ·              ·      ·
layer 2, head 2             ░.12              ·              ·   ░.12

The residual stream of one token restores at least half of the difference: before layer 1
"lion|zebra"; before layer 2 "in"; after the last layer "in". So does one head: layer 1, head 2
(0.50).

Noising: an activation of the corrupted sentence in the clean one. A large part: it is necessary
there.

token       stream 1  stream 2    end  attn 1  mlp 1  attn 2  mlp 2
lion|zebra     █1.00      ▒.25      ·       ·      ·       ·      ·
in                 ·      ▒.38  █1.00    ▓.50  ░-.12    ▒.25  █1.50

head             z at all tokens  weights alone  at lion|zebra  at in
layer 1, head 1             ▒.25              ·           ▒.25      ·
layer 1, head 2             ▒.38          ▒-.25              ·   ▓.50
layer 2, head 1                ·              ·              ·      ·
layer 2, head 2             ░.12              ·              ·   ░.12

The residual stream of one token removes at least half of the difference: before layer 1
"lion|zebra"; before layer 2 no single token; after the last layer "in". No single head does; the
most is 0.38, of layer 1, head 2.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
	// On a narrow terminal the outputs of the layers are left out, and nothing is wider than it.
	b.Reset()
	if err := Patching(&b, patching(), Options{Width: 40}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "mlp 2") || !strings.Contains(b.String(), "stream 1") {
		t.Errorf("on 40 columns\n%s", &b)
	}
}
