package analysis

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// deep is a short training with two layers on the small text.
func deep(t *testing.T) *run.Run {
	s := small()
	s.Layers, s.Steps, s.LR = 2, 40, 3e-2
	return trained(t, s, runtest.Text())
}

// after returns ln P of a word after ids in a graph of one sentence, with something ablated.
func after(t *testing.T, r *run.Run, ids []int, word string, intervene func(f *layers.Inference) error) float64 {
	t.Helper()
	f, err := layers.NewInference(r.Config, r.Parameters, 1, len(ids))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := intervene(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Run(ids); err != nil {
		t.Fatal(err)
	}
	id, known := r.Vocabulary.ID(word)
	if !known {
		t.Fatalf("%s is not in the vocabulary", word)
	}
	return math.Log(softmax(f.LogitsAt(0, len(ids)-1))[id])
}

// referenceOf measures a reference on the small text.
func referenceOf(t *testing.T, r *run.Run) *Reference {
	t.Helper()
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := NewReference(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

func TestWhyTakesOneThingAwayAtATime(t *testing.T) {
	r := deep(t)
	reference := referenceOf(t, r)
	means := reference.outputs.Means
	const text = "The otter likes the dog near"
	y, err := Why(r, Question{Text: text, Word: "Rocks", Against: "likes"}, reference)
	if err != nil {
		t.Fatal(err)
	}
	m, err := session(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.Encode(text)
	nothing := func(*layers.Inference) error { return nil }
	logP := func(ids []int, word string, intervene func(f *layers.Inference) error) float64 {
		return after(t, r, ids, word, intervene)
	}
	plain, other := logP(e.IDs, "rocks", nothing), logP(e.IDs, "likes", nothing)
	near(t, "probability", y.Probability, math.Exp(plain), 1e-6)
	if y.Target != "rocks" || y.Against.Word != "likes" || !slices.Equal(y.Tokens, m.Tokens) || len(y.Words) != len(e.IDs) {
		t.Errorf("target %q against %q, tokens %q, %d words", y.Target, y.Against.Word, y.Tokens, len(y.Words))
	}
	near(t, "probability of the other", y.Against.Probability, math.Exp(other), 1e-6)
	near(t, "logit difference", y.Against.LogitDifference, plain-other, 1e-5)
	query := len(e.IDs) - 1
	mean := m.Mean(attention.All, attention.All)
	for key, w := range y.Words {
		if w.Position != key || w.Word != m.Tokens[key] || w.ByHead[1][3] != float64(m.Attention[1][3][query][key]) {
			t.Errorf("word %d is %+v", key, w)
		}
		near(t, "attention to "+w.Word, w.Attention, mean[query][key], 1e-9)
		without := func(in ...int) func(f *layers.Inference) error {
			return func(f *layers.Inference) error {
				for _, layer := range in {
					if err := f.Attention[layer].RemoveAttention(layers.Link{Head: layers.AllHeads, Query: query, Key: key}); err != nil {
						return err
					}
				}
				return nil
			}
		}
		near(t, "removal of the attention to "+w.Word, *w.AttentionRemoved, plain-logP(e.IDs, "rocks", without(0, 1)), 1e-6)
		near(t, "its effect on the logit difference", *w.DifferenceRemoved,
			plain-other-logP(e.IDs, "rocks", without(0, 1))+logP(e.IDs, "likes", without(0, 1)), 1e-5)
		near(t, "removal in the first layer", w.AttentionRemovedByLayer[0], plain-logP(e.IDs, "rocks", without(0)), 1e-6)
		near(t, "removal in the second layer", w.AttentionRemovedByLayer[1], plain-logP(e.IDs, "rocks", without(1)), 1e-6)
		if key == 0 {
			if w.Replaced != nil || len(w.Replacements) > 0 {
				t.Errorf("the boundary token was replaced: %+v", w)
			}
			continue
		}
		var effects, differences []float64
		for _, x := range w.Replacements {
			changed := slices.Clone(e.IDs)
			known := false
			if changed[key], known = r.Vocabulary.ID(x.Word); !known || x.Word == data.UnknownToken || changed[key] == e.IDs[key] {
				t.Errorf("%s is replaced by %q", w.Word, x.Word)
			}
			effects = append(effects, plain-logP(changed, "rocks", nothing))
			differences = append(differences, plain-other-logP(changed, "rocks", nothing)+logP(changed, "likes", nothing))
			near(t, w.Word+" replaced by "+x.Word, x.Effect, effects[len(effects)-1], 1e-6)
		}
		if len(effects) == 0 {
			if w.Replaced != nil || w.Seen != "" {
				t.Errorf("%s: replaced %v, %q", w.Word, *w.Replaced, w.Seen)
			}
			continue
		}
		near(t, w.Word+" replaced", *w.Replaced, stat.Mean(effects, nil), 1e-6)
		near(t, "its effect on the logit difference", *w.DifferenceReplaced, stat.Mean(differences, nil), 1e-5)
		if len(effects) > 1 {
			near(t, "deviation", *w.Deviation, stat.StdDev(effects, nil), 1e-6)
		}
	}
	if y.NoiseFloor != reference.floor || len(y.Heads) != 8 {
		t.Fatalf("floor %+v, %d heads", y.NoiseFloor, len(y.Heads))
	}
	for i, h := range y.Heads {
		if h.Layer != i/4 || h.Head != i%4 {
			t.Errorf("head %d is %+v", i, h)
		}
		near(t, "mean ablation", h.Mean, plain-logP(e.IDs, "rocks", func(f *layers.Inference) error {
			return f.Attention[h.Layer].SetZ(0, h.Head, means[h.Layer][h.Head])
		}), 1e-6)
		var effects []float64
		for draw := range mostDraws {
			effects = append(effects, plain-logP(e.IDs, "rocks", func(f *layers.Inference) error {
				return reference.outputs.resample(h.Layer, h.Head, draw)(f, 0)
			}))
		}
		near(t, "resample ablation", h.Resample, stat.Mean(effects, nil), 1e-6)
		near(t, "its deviation", *h.Deviation, stat.StdDev(effects, nil), 1e-6)
	}

	// Without the text there are no heads and no replacements, and all else is the same.
	without, err := Why(r, Question{Text: text, Word: "rocks"}, nil)
	if err != nil || len(without.Heads) > 0 || without.Replaceable() || *without.Words[3].AttentionRemoved != *y.Words[3].AttentionRemoved ||
		without.Words[3].DifferenceRemoved != nil || without.NoiseFloor.Removed != attention.LeastEffect {
		t.Errorf("without the text: %+v, error %v", without, err)
	}
}

// A word is replaced by those that the training text has between the same words.
func TestWhyReplacesByWordsInTheSamePlace(t *testing.T) {
	r := deep(t)
	y, err := Why(r, Question{Text: "The otter likes the dog near"}, referenceOf(t, r))
	if err != nil {
		t.Fatal(err)
	}
	otter := y.Words[2]
	if otter.Seen != data.SeenBetween || len(otter.Replacements) < 2 {
		t.Errorf("otter: %+v", otter)
	}
	for _, x := range otter.Replacements {
		if !strings.Contains(strings.ToLower(runtest.Text()), "the "+x.Word+" likes") {
			t.Errorf("the text has no %q between the and likes", x.Word)
		}
	}
}

// Removed together, and by all tokens after it, as a graph of one sentence has it.
func TestRedundancyTests(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near"
	a, err := encodeQuestion(r, Question{Text: text, Word: "rocks"})
	if err != nil {
		t.Fatal(err)
	}
	p := newPrediction(r, a)
	words := make([]attention.WordEffect, len(a.IDs))
	p.measure(func(out run.ForwardResult) { p.attention(out, words) })
	p.removeEach(words)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	const at = 2
	d := attention.Redundancy{Position: at}
	p.testRedundancy(attention.Why{Words: words}, &d)
	if err := p.run(); err != nil {
		t.Fatal(err)
	}
	query := len(a.IDs) - 1
	plain := after(t, r, a.IDs, "rocks", func(*layers.Inference) error { return nil })
	removed := func(queries []int, keys ...int) float64 {
		return plain - after(t, r, a.IDs, "rocks", func(f *layers.Inference) error {
			for _, layer := range f.Attention {
				for _, q := range queries {
					for _, key := range keys {
						if err := layer.RemoveAttention(layers.Link{Head: layers.AllHeads, Query: q, Key: key}); err != nil {
							return err
						}
					}
				}
			}
			return nil
		})
	}
	if len(d.Pairs) != 15 {
		t.Fatalf("%d pairs of 6 words", len(d.Pairs))
	}
	with := 0
	for _, pair := range d.Pairs {
		near(t, "a pair", pair.Effect, removed([]int{query}, pair.Positions[0], pair.Positions[1]), 1e-6)
		if slices.Contains(pair.Positions[:], at) {
			with++
		}
	}
	if with != 5 {
		t.Errorf("%d pairs with the word in question, want 5", with)
	}
	near(t, "removed by all", *d.AllQueries, removed([]int{3, 4, 5, query}, at), 1e-6)
}

func TestRedundancyReasons(t *testing.T) {
	r := deep(t)
	answer := func(change func(y *attention.Why, d *attention.Redundancy)) attention.Why {
		d := attention.Redundancy{Position: 1}
		y := attention.Why{Probability: 0.95, NoiseFloor: attention.NoiseFloor{Removed: 0.25, Replaced: 0.25}, Redundancy: &d,
			Words: []attention.WordEffect{{AttentionRemoved: new(0.0)}, {AttentionRemoved: new(0.125), Replaced: new(0.125), NineInTen: new(0.125)}, {AttentionRemoved: new(0.0)}}}
		change(&y, &d)
		return y
	}
	for want, change := range map[string]func(y *attention.Why, d *attention.Redundancy){
		attention.NotUsed:     func(*attention.Why, *attention.Redundancy) {},
		attention.SameAnswer:  func(y *attention.Why, _ *attention.Redundancy) { *y.Words[1].NineInTen = 2 },
		attention.Sink:        func(_ *attention.Why, d *attention.Redundancy) { d.Position = 0 },
		attention.Certain:     func(_ *attention.Why, d *attention.Redundancy) { d.Difference = 1 },
		attention.OtherTokens: func(_ *attention.Why, d *attention.Redundancy) { d.AllQueries = new(1.0) },
		attention.PairNeeded: func(_ *attention.Why, d *attention.Redundancy) {
			d.Pairs = []attention.PairRemoved{{Positions: [2]int{1, 2}, Effect: 2}}
		},
		attention.Itself: func(_ *attention.Why, d *attention.Redundancy) { d.Position = 2 },
		attention.NoOther: func(y *attention.Why, _ *attention.Redundancy) {
			y.Words[1].Replaced, y.NoiseFloor.Predictions = nil, 9
		},
		"": func(y *attention.Why, d *attention.Redundancy) { // not certain, another pair, and nothing in its place
			y.Probability, d.Difference, y.Words[1].Replaced = 0.5, 1, nil
			d.Pairs = []attention.PairRemoved{{Positions: [2]int{0, 2}, Effect: 2}}
		},
	} {
		if got := strings.Join(redundancyReasons(r, answer(change)), "+"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhyQuestions(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near"
	y, err := Why(r, Question{Text: text, Position: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y.Target != "likes" || !slices.Equal(y.Tokens, []string{data.BoundaryToken, "The", "otter"}) {
		t.Errorf("position 3: target %q after %q", y.Target, y.Tokens)
	}
	y, err = Why(r, Question{Text: text, Position: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y.Target != "the" || len(y.Words) != 1 || y.Words[0].AttentionRemoved != nil || y.Correlation != nil {
		t.Errorf("position 1: %+v", y)
	}
	m, err := session(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	if y, err = Why(r, Question{Text: text}, nil); err != nil || y.Target != m.Next[0].Word || math.Abs(y.Probability-m.Next[0].Probability) > 1e-6 {
		t.Errorf("the likeliest: %q with %g, error %v, want %+v", y.Target, y.Probability, err, m.Next[0])
	}
	if y, err = Why(r, Question{Text: text, Word: data.UnknownToken}, nil); err != nil || y.Target != data.UnknownToken {
		t.Errorf("the unknown word: %q, error %v", y.Target, err)
	}
	if y, err = Why(r, Question{Text: text, Word: data.BoundaryToken}, nil); err != nil || y.Target != data.BoundaryToken {
		t.Errorf("the end of the sentence: %q, error %v", y.Target, err)
	}
	if y, err = Why(r, Question{Text: text, Against: RunnerUp}, nil); err != nil || y.Against.Word == y.Target || y.Against.LogitDifference < 0 {
		t.Errorf("against the runner-up: %+v, error %v", y.Against, err)
	}
	for _, c := range []struct {
		q    Question
		want string
	}{
		{Question{Text: text, Position: 7}, "the sentence has no word 7 to predict: choose 1 to 6"},
		{Question{Text: text, Position: -1}, "no word -1"},
		{Question{Text: text, Word: "spoon"}, "\"spoon\" is not one word of this run's vocabulary"},
		{Question{Text: text, Word: "the dog"}, "\"the dog\" is not one word"},
		{Question{Text: " "}, "the sentence is empty"},
		{Question{Text: text, Against: "spoon"}, "\"spoon\" is not one word of this run's vocabulary"},
		{Question{Text: text, Word: "rocks", Against: "Rocks"}, "\"Rocks\" is the word that is explained: compare it with another, or with the runner-up"},
	} {
		_, err := Why(r, c.q, nil)
		wantError(t, err, c.want)
	}
}

// In the built-in corpus a word is replaced by each other of its kind.
func TestWhyReplacesBySubstitutes(t *testing.T) {
	r, _ := savannaRun(t, 0)
	y, err := Why(r, Question{Text: "The lion saw the zebra near"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	zebra := y.Words[5]
	if zebra.Kind != "animal" || len(zebra.Replacements) != 7 || !slices.ContainsFunc(zebra.Replacements, func(x attention.Replacement) bool { return x.Word == "rhino" }) {
		t.Errorf("zebra is replaced by %+v", zebra)
	}
	var sum float64
	for _, x := range zebra.Replacements {
		sum += x.Effect / 7
	}
	near(t, "mean over replacements", *zebra.Replaced, sum, 1e-9)
	if the := y.Words[4]; the.Kind != "" || the.Replaced != nil || len(the.Replacements) > 0 {
		t.Errorf("without the text, the is replaced by %+v", the)
	}
}
