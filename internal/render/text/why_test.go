package text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/prose"
)

// answer is an answer in which zebra has an effect, and removing the attention to "the" has an effect that replacing it has not.
func answer() attention.Why {
	y := attention.Why{ContextText: "<s> the zebra", Unit: "word", Encoded: attention.Encoded{Tokens: []string{"<s>", "the", "zebra", "in"}}, Target: "ran", Probability: 0.875, NoiseFloor: attention.NoiseFloor{Removed: 0.25, Replaced: 0.125},
		Words: []attention.WordEffect{
			{Position: 0, Word: "<s>", Attention: 0.25, ByHead: [][]float64{{0.5, 0}}, AttentionRemoved: new(-0.125)},
			{Position: 1, Word: "the", Attention: 0.25, ByHead: [][]float64{{0, 0.5}}, AttentionRemoved: new(1.5), Replaced: new(0.0625), Seen: "after", Replacements: []attention.Replacement{{Word: "a"}}},
			{Position: 2, Word: "zebra", Attention: 0.375, ByHead: [][]float64{{0.5, 0.25}}, Norm: 1.75, AttentionRemoved: new(7.25), Replaced: new(2.5), Deviation: new(0.5), Kind: "animal", Replacements: []attention.Replacement{{Word: "lion", Effect: 2}, {Word: "hyena", Effect: 3}}},
			{Position: 3, Word: "in", Attention: 0.125, ByHead: [][]float64{{0, 0.25}}, AttentionRemoved: new(0.0), Replaced: new(4.0), Seen: "between", Replacements: []attention.Replacement{{Word: "at"}, {Word: "on"}}},
		},
		Heads: []attention.HeadAblation{{Layer: 0, Head: 0, Mean: -0.25, Resample: 0.5, Deviation: new(0.25)}, {Layer: 0, Head: 1, Mean: 1.5, Resample: 2, Deviation: new(1.0)}},
	}
	settle(&y)
	return y
}

// settle sets what follows from the effects; all replacements of a word have the same unless it is set.
func settle(y *attention.Why) {
	for i := range y.Words {
		if w := &y.Words[i]; w.NineInTen == nil && w.Replaced != nil {
			w.NineInTen = w.Replaced
		}
	}
	y.WithEffect, y.SomeOthers, y.RemovalOnly = y.Affecting(), y.Sensitive(), y.RemovedOnly()
}

func TestWhyText(t *testing.T) {
	var b bytes.Buffer
	if err := Why(&b, answer(), Options{Width: 120}); err != nil {
		t.Fatal(err)
	}
	want := `Why "ran" is predicted after: <s> the zebra
P(ran) = 0.875. Attention is that of the last token, the mean and by head. Norm is the length of the vector that it
adds: weight times value times output projection. An effect is the decrease of log P(ran), in nats; 0.69 halves a
probability. Removed: without the attention to the word, in all layers. Replaced: with another word in its place, the
mean over several. 9 in 10: the effect that about nine in ten of them have at least.

word   attention         h1   h2  norm  removed  replaced  ±     9 in 10              by
zebra       0.38  ███▊  .50  .25  1.75     7.25      2.50  0.50     2.50  ██████▎     2 of its kind (animal)
in          0.12  █▎    .00  .25  0.00     0.00      4.00           4.00  ██████████  2 seen between the same two
<s>         0.25  ██▌   .50  .00  0.00    -0.12         -              -
the         0.25  ██▌   .00  .50  0.00     1.50      0.06           0.06  ▏           1 seen after the same

Heads: the effect on log P(ran) of replacing their output by its mean over held-out text (mean ablation), and by its
outputs at random tokens of it (resample ablation: mean and standard deviation over the draws):
head              mean  resample  ±
layer 1, head 2   1.50      2.00  1.00  █████
layer 1, head 1  -0.25      0.50  0.25  ▉

1 word has an effect on "ran": "zebra" (removed 7.25, replaced 2.50). So has the last word, which the model predicts
from: "in" (replaced 4.00). The word with the most attention, "zebra" (0.38), is among them. Nothing else matters: no
other word has an effect above the noise floor when it is replaced (0.12 nats).

Removing the attention to "the" (1.50) has an effect above its noise floor (0.25 nats), but no other word put there has
one above 0.25, twice the noise floor: the effect is that of the weight, which goes to the other tokens.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// What is said follows from the numbers.
func TestWhyConclusions(t *testing.T) {
	for name, c := range map[string]struct {
		change func(y *attention.Why)
		want   []string
		not    []string
	}{
		"as it is": {func(*attention.Why) {},
			[]string{`1 word has an effect on "ran": "zebra" (removed 7.25, replaced 2.50).`, `So has the last word, which the model predicts from: "in" (replaced 4.00).`,
				`Nothing else matters: no other word has an effect above the noise floor when it is replaced (0.12 nats).`, `"zebra" (0.38), is among them`,
				`Removing the attention to "the" (1.50) has an effect above its noise floor (0.25 nats), but no other word put there has one above 0.25, twice the noise floor`},
			[]string{"Rank correlation", "cause word", "Almost nothing"}},
		"a small effect": {func(y *attention.Why) {
			*y.Words[2].Replaced, y.Words[2].Replacements = 0.08, []attention.Replacement{{Effect: 0.1}}
			y.Words[3].Replaced, y.Words[3].NineInTen = nil, nil
			y.Words[1].AttentionRemoved = nil
		},
			[]string{"Almost nothing matters here: no word has an effect above the noise floor when it is replaced (0.12 nats)."}, []string{"1 word has", "more attention"}},
		"the last word alone": {func(y *attention.Why) { *y.Words[2].Replaced, y.Words[2].Replacements = 0, []attention.Replacement{{}} },
			[]string{`Only the last word has an effect, which the model predicts from: "in" (replaced 4.00).`, `The most attention goes to "zebra" (0.38), which has an effect only when the attention to it is removed.`}, []string{"So has"}},
		"less likely": {func(y *attention.Why) { *y.Words[1].Replaced = -2 }, []string{`1 word makes "ran" less likely: "the" (replaced -2.00).`}, nil},
		"only less likely": {func(y *attention.Why) { *y.Words[1].Replaced, *y.Words[2].Replaced, *y.Words[3].Replaced = -2, 0, 0 },
			[]string{`1 word makes "ran" less likely: "the" (replaced -2.00). The most attention`}, []string{`an effect on "ran`, "So has"}},
		"less likely, and the last word": {func(y *attention.Why) { *y.Words[1].Replaced, *y.Words[2].Replaced = -2, 0 },
			[]string{`The last word, which the model predicts from, has an effect: "in" (replaced 4.00). 1 word makes "ran" less likely`}, []string{"So has"}},
		"less likely than another": {func(y *attention.Why) {
			y.Against = &attention.Against{Word: "sat"}
			y.Words[1].DifferenceNine, y.Words[1].DifferenceReplaced = new(-2.0), new(-2.5)
		}, []string{`1 word makes the logit difference of "ran" and "sat" smaller: "the" (replaced -2.50).`}, []string{"less likely"}},
		"some others against another": {func(y *attention.Why) {
			w := &y.Words[2]
			y.Against = &attention.Against{Word: "sat"}
			w.DifferenceNine, w.DifferenceReplaced = new(0.0), new(2.0)
			w.Replacements = []attention.Replacement{{Difference: new(6.0)}, {Effect: 5, Difference: new(0.0)}, {Effect: 5, Difference: new(0.0)}}
		}, []string{`In the place of "zebra" (1 of 3) some other words would change the prediction`}, nil},
		"without replacements": {func(y *attention.Why) {
			for i := range y.Words {
				y.Words[i].Replaced, y.Words[i].NineInTen = nil, nil
			}
		}, []string{`2 words have an effect on "ran": "zebra" (removed 7.25) and "the" (removed 1.50).`, "when it is removed (0.25 nats)"}, []string{"replaced"}},
		"known causes": {func(y *attention.Why) { y.Rule, y.Words[1].Cause, y.Words[2].Cause = "place", true, true },
			[]string{`The cause words of the rule place: "the" and "zebra". Without an effect above the noise floor: "the".`}, nil},
		"a significant correlation": {func(y *attention.Why) {
			*y.Words[1].Replaced = 1
			y.Correlation = &attention.Correlation{Rho: 0.9, P: 0.03}
		}, []string{"Rank correlation of attention and effect: 0.90 (p = 0.030, effects below the noise floor as ties): the more attention, the larger the effect."}, nil},
		"a correlation of chance": {func(y *attention.Why) {
			*y.Words[1].Replaced = 1
			y.Correlation = &attention.Correlation{Rho: 0.9, P: 0.06}
		}, nil, []string{"Rank correlation"}},
		"a correlation of two effects": {func(y *attention.Why) { y.Correlation = &attention.Correlation{Rho: 1, P: 0.01} }, nil, []string{"Rank correlation"}},
		"some others": {func(y *attention.Why) {
			w := &y.Words[2]
			w.NineInTen, w.Replacements = new(0.0), []attention.Replacement{{Effect: 5}, {Effect: 0}, {Effect: 2.5}}
		}, []string{`In the place of "zebra" (2 of 3) some other words would change the prediction, but not nine in ten of them in the same direction.`}, []string{`1 word has an effect`}},
		"not replaced": {func(y *attention.Why) { y.Words[1].Replaced, y.Words[1].NineInTen = nil, nil },
			[]string{`No other word was put in its place, so it is not known whether it is that of the word`}, []string{"have none"}},
		"a long sentence": {func(y *attention.Why) {
			for len(y.Words) <= attention.MostReplaced {
				y.Words, y.Tokens = append(y.Words, attention.WordEffect{Position: len(y.Words)}), append(y.Tokens, "x")
			}
		}, []string{`no other word of the 3 that were measured has an effect`}, nil},
		"a pair with one alone": {func(y *attention.Why) {
			*y.Words[2].AttentionRemoved, *y.Words[1].AttentionRemoved = 0, 1.5
			y.Redundancy = &attention.Redundancy{Position: 2, Reasons: []string{attention.PairNeeded}, Pairs: []attention.PairRemoved{{Positions: [2]int{1, 2}, Effect: 5}}}
		}, []string{`Removing the attention to "the" as well has an effect of 5.00: that of "the" alone is 1.50.`}, []string{"is enough"}},
		"a pair": {func(y *attention.Why) {
			*y.Words[2].AttentionRemoved, *y.Words[1].AttentionRemoved = 0, 0.25
			y.Redundancy = &attention.Redundancy{Position: 2, Reasons: []string{attention.PairNeeded}, Pairs: []attention.PairRemoved{{Positions: [2]int{0, 2}, Effect: 0.25}, {Positions: [2]int{1, 2}, Effect: 5}}}
		}, []string{`Removing the attention to "zebra", which has the most (0.38), has no effect above the noise floor (0.25 nats). Removing the attention to "the" as well has an effect of 5.00: one of the two is enough.`}, nil},
		"a certain prediction": {func(y *attention.Why) {
			y.Redundancy = &attention.Redundancy{Position: 2, Reasons: []string{attention.Certain}, RunnerUp: "sat", Margin: 9.5, Difference: 3}
		}, []string{`the logit difference to "sat" falls from 9.50 by 3.00`}, nil},
	} {
		y := answer()
		c.change(&y)
		settle(&y)
		got := strings.Join(prose.Why(y), "\n")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
		for _, not := range c.not {
			if strings.Contains(got, not) {
				t.Errorf("%s: %q in\n%s", name, not, got)
			}
		}
	}
}

// A long sentence has lines for the words that matter and those with the most attention.
func TestWhyOfALongSentence(t *testing.T) {
	y := attention.Why{Target: "x", Unit: "word", NoiseFloor: attention.NoiseFloor{Removed: 0.1, Replaced: 0.1}}
	for i := range 200 {
		y.Tokens = append(y.Tokens, fmt.Sprintf("w%d", i))
		y.Words = append(y.Words, attention.WordEffect{Position: i, Word: y.Tokens[i], Attention: float64(i%50) / 5000, ByHead: [][]float64{{0}}, Replaced: new(0.0)})
	}
	*y.Words[150].Replaced, *y.Words[7].Replaced = 3, 2
	settle(&y)
	var b strings.Builder
	if err := Why(&b, y, Options{}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	first, second, third := strings.Index(got, "\nw150 "), strings.Index(got, "\nw7 "), strings.Index(got, "\nw49 ")
	if first < 0 || !(first < second && second < third) || strings.Contains(got, "\nw8 ") || !strings.Contains(got, "and 188 more words") {
		t.Errorf("%s", got)
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

// The words of any answer agree with its numbers.
func TestWhyAgreesWithItsNumbers(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		effect := func(name string) float64 {
			return rapid.OneOf(rapid.Float64Range(-0.2, 0.2), rapid.Float64Range(-3, 12)).Draw(t, name)
		}
		y := attention.Why{Target: "ran", Unit: rapid.SampledFrom([]string{"word", "character"}).Draw(t, "unit"), Probability: 0.5,
			NoiseFloor:  attention.NoiseFloor{Removed: 0.1, Replaced: 0.125, DifferenceRemoved: 0.2, DifferenceReplaced: 0.25},
			Correlation: &attention.Correlation{Rho: rapid.SampledFrom([]float64{-0.9, -0.5, 0.5, 1}).Draw(t, "rho"), P: rapid.Float64Range(0, 0.1).Draw(t, "p")}}
		if rapid.Bool().Draw(t, "against") {
			y.Against = &attention.Against{Word: "sat", Automatic: rapid.Bool().Draw(t, "automatic")}
		}
		if rapid.Bool().Draw(t, "rule") {
			y.Rule = "place"
		}
		for i := range rapid.IntRange(2, 9).Draw(t, "words") {
			word := rapid.SampledFrom([]string{"the", "cat", "dog", "sat", "on"}).Draw(t, "word")
			w := attention.WordEffect{Position: i, Word: word, Attention: rapid.Float64Range(0, 1).Draw(t, "attention"), ByHead: [][]float64{{0}},
				Cause: y.Rule != "" && rapid.IntRange(0, 3).Draw(t, "cause") == 0}
			if rapid.IntRange(0, 4).Draw(t, "removed") > 0 {
				w.AttentionRemoved, w.DifferenceRemoved = new(effect("attention removed")), new(effect("difference removed"))
			}
			same := rapid.Bool().Draw(t, "same") // all replacements have the same effect
			var effects, differences []float64
			for k := range rapid.IntRange(0, 6).Draw(t, "replacements") {
				if k == 0 || !same {
					effects, differences = append(effects, effect("replaced")), append(differences, effect("difference"))
				} else {
					effects, differences = append(effects, effects[0]), append(differences, differences[0])
				}
				w.Replacements = append(w.Replacements, attention.Replacement{Word: "x", Effect: effects[k], Difference: new(differences[k])})
			}
			if len(effects) > 0 {
				w.Replaced, w.NineInTen = new(stat.Mean(effects, nil)), new(attention.NineInTen(effects))
				w.DifferenceReplaced, w.DifferenceNine = new(stat.Mean(differences, nil)), new(attention.NineInTen(differences))
			}
			y.Tokens, y.Words = append(y.Tokens, word), append(y.Words, w)
		}
		settle(&y)
		if i := y.Unexplained(); i >= 0 {
			_, nine := y.Replaced(y.Words[i])
			mean := slices.Contains(y.SomeOthers, i)
			reason := attention.NotUsed
			switch {
			case y.Words[i].Replaced == nil:
				reason = attention.NoOther
			case nine:
				reason = attention.SameAnswer
			case mean:
				reason = attention.Several
			}
			y.Redundancy = &attention.Redundancy{Position: i, Reasons: []string{reason}}
		}
		var b strings.Builder
		if err := Why(&b, y, Options{}); err != nil {
			t.Fatal(err)
		}
		if faults := attentiontest.WhyFaults(y, b.String()); faults != nil {
			t.Fatalf("%q of\n%s", faults, &b)
		}
	})
}
