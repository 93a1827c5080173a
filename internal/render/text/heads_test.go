package text

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/attention"
)

// some returns a pointer to a value.
func some[T any](x T) *T { return &x }

func TestHeadsText(t *testing.T) {
	heads := []attention.Head{
		{Layer: 1, Head: 2, Role: "place", Named: 2, NormalizedEntropy: 0.59, Tokens: 4213, AblatedTokens: 950, CostlyTokens: 120, MeasuredTokens: 800,
			Effect: some(0.384), EffectError: some(0.021), Resample: some(0.5), ResampleError: some(0.03),
			Scores: []attention.RoleScore{
				{Role: attention.RolePrevious, Score: 0.27, Weighted: some(0.1), WeightedUniform: some(0.2)},
				{Role: attention.RoleOffset, Offset: some(2), Weighted: some(0.5), WeightedUniform: some(0.1)},
				{Role: "place", Rule: true, Score: 0.8, Share: 0.09, Weighted: some(0.9), WeightedUniform: some(0.21), WeightedRandom: some(0.3)},
				{Role: attention.RoleFirst, Score: 0.5, Weighted: some(0.01), WeightedUniform: some(0.1)},
			},
			ByOffset: []float64{0.1, 0.2, 0.5}, Copying: &attention.Copying{Share: 0.25, Mean: -0.5, Tokens: 100},
			Examples: []attention.HeadExample{{Text: "the lion saw the \x1b[31mzebra near the", Query: "the", Key: "\x1b[31mzebra", Weight: 0.999, Cost: some(3.2)}}},
		{Role: attention.RoleOffset, Named: 0, Effect: some(-0.004), NormalizedEntropy: 0.3,
			Scores: []attention.RoleScore{{Role: attention.RoleOffset, Offset: some(7), Score: 0.88, Uniform: 0.1, Random: some(0.2), Cases: 1200, Share: 0.4}}},
		{Role: attention.RoleWords, Named: 0, Scores: []attention.RoleScore{{Role: attention.RoleWords, Words: []string{".", ","}, Score: 0.9, Uniform: 0.2, Cases: 1, Share: 0.5}}},
		{Role: attention.RoleBroad, Named: -1, NormalizedEntropy: 0.9},
		{Role: attention.RoleMixed, Named: -1, NormalizedEntropy: 0.4,
			Scores: []attention.RoleScore{{Role: attention.RoleCurrent, Score: 0.2}, {Role: attention.RolePosition, Position: some(4), Score: 0.25}}},
	}
	var b bytes.Buffer
	if err := Heads(&b, heads, Tokens{Noun: "word", Sentences: true}, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `layer 2, head 3: attends to the cause words of the rule place
  0.90 of its attention where ablating it costs most (at 120 of 800 words); 0.09 over all tokens;
  uniform attention 0.21, random words 0.30
  also the word two before 0.50
  effect of ablation on the loss: 0.38 ± 0.02 (mean) or 0.50 ± 0.03 (resample) nats per token
  "the lion saw the ␛[31mzebra near the": "the" -> "␛[31mzebra" 1.00 (ablation costs 3.20)
  attention 0, 1, 2 words before: 0.10 0.20 0.50
  copying: raises the logit of the word attended to for 25 % of 100 words (by -0.50 standard
  deviations in the mean)
  other scores: the word before 0.10; normalized entropy 0.59

layer 1, head 1: attends to the word seven before (fixed offset 7)
  0.88 of its attention in 1,200 cases; 0.40 over all tokens; uniform attention 0.10, random words
  0.20: the words matter, not the position alone
  effect of ablation on the loss: 0.00 (mean) nats per token
  other scores: normalized entropy 0.30

layer 1, head 1: attends to the punctuation marks "." and ","
  0.90 of its attention in 1 case; 0.50 over all tokens; uniform attention 0.20
  other scores: normalized entropy 0.00

layer 1, head 1: spreads its attention broadly
  other scores: normalized entropy 0.90

layer 1, head 1: has no single pattern
  its largest parts: word 4 of the sentence 0.25; the word itself 0.20
  other scores: normalized entropy 0.40

Scores: over 4,213 words. Ablation: over 950 predicted tokens; ± is the standard error over
sentences.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for width := 1; width < 60; width++ {
		b.Reset()
		if err := Heads(&b, heads, Tokens{Noun: "word", Sentences: true}, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > max(width, leastWidth) {
				t.Fatalf("width %d: a line of %d: %q", width, n, line)
			}
		}
	}
}

// Characters are called characters, and positions in a text without <s> count from its first.
func TestHeadsOfCharactersText(t *testing.T) {
	scores := []attention.RoleScore{
		{Role: attention.RolePosition, Position: some(4), Score: 0.9}, {Role: attention.RoleInduction, Score: 0.8},
		{Role: attention.RoleWords, Words: []string{"e"}, Score: 0.7}, {Role: attention.RoleWords, Words: strings.Split("abcdefg", ""), Score: 0.6},
	}
	for i, want := range []string{"character 5 of the text (a fixed position)", "what followed an earlier mention of the same character (induction)",
		`the character "e"`, `the characters "a", "b", "c", "d", "e" and 2 more`} {
		var b bytes.Buffer
		if err := Heads(&b, []attention.Head{{Named: i, Scores: scores}}, Tokens{Noun: "character"}, Options{Width: 100}); err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(b.String(), "\n"); first != "layer 1, head 1: attends to "+want {
			t.Errorf("%s, want %s", first, want)
		}
		if strings.Contains(b.String(), "word") {
			t.Errorf("characters are called words: %s", b.String())
		}
	}
}
