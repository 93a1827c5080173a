package analysis

import (
	"math"
	"slices"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
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

func TestWhyTakesOneThingAwayAtATime(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	means, err := NewHeadMeans(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	const text = "The otter likes the dog near"
	y, err := Why(r, Question{Text: text, Word: "Rocks"}, means)
	if err != nil {
		t.Fatal(err)
	}
	m, err := session(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.Encode(text)
	nothing := func(*layers.Inference) error { return nil }
	plain := after(t, r, e.IDs, "rocks", nothing)
	near(t, "probability", y.Probability, math.Exp(plain), 1e-6)
	if y.Target != "rocks" || !slices.Equal(y.Tokens, m.Tokens) || len(y.Words) != len(e.IDs) {
		t.Errorf("target %q, tokens %q, %d words", y.Target, y.Tokens, len(y.Words))
	}
	query := len(e.IDs) - 1
	mean := m.Mean(attention.All, attention.All)
	for key, w := range y.Words {
		if w.Position != key || w.Word != m.Tokens[key] || w.ByHead[1][3] != float64(m.Attention[1][3][query][key]) {
			t.Errorf("word %d is %+v", key, w)
		}
		near(t, "attention to "+w.Word, w.Attention, mean[query][key], 1e-9)
		removed := func(in ...int) float64 {
			return plain - after(t, r, e.IDs, "rocks", func(f *layers.Inference) error {
				for _, layer := range in {
					if err := f.Attention[layer].RemoveAttention(layers.Link{Head: layers.AllHeads, Query: query, Key: key}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		near(t, "ablation of the attention to "+w.Word, *w.AttentionRemoved, removed(0, 1), 1e-6)
		near(t, "ablation in the first layer", w.AttentionRemovedByLayer[0], removed(0), 1e-6)
		near(t, "ablation in the second layer", w.AttentionRemovedByLayer[1], removed(1), 1e-6)
		if key == 0 {
			if w.Replaced != nil || len(w.Replacements) > 0 {
				t.Errorf("the boundary token was replaced: %+v", w)
			}
			continue
		}
		changed := slices.Clone(e.IDs)
		changed[key], _ = r.Vocabulary.Unknown()
		near(t, w.Word+" replaced", *w.Replaced, plain-after(t, r, changed, "rocks", nothing), 1e-6)
		if w.Kind != "" || len(w.Replacements) != 1 || w.Replacements[0].Word != data.UnknownToken || w.Replacements[0].Effect != *w.Replaced {
			t.Errorf("%s: replacements %+v", w.Word, w.Replacements)
		}
	}
	if len(y.Heads) != 8 || y.Correlation == nil {
		t.Fatalf("%d heads, correlation %v", len(y.Heads), y.Correlation)
	}
	for i, h := range y.Heads {
		if h.Layer != i/4 || h.Head != i%4 {
			t.Errorf("head %d is %+v", i, h)
		}
		near(t, "head off", h.Effect, plain-after(t, r, e.IDs, "rocks", func(f *layers.Inference) error {
			return f.Attention[h.Layer].SetZ(0, h.Head, means[h.Layer][h.Head])
		}), 1e-6)
	}

	// Without the text there are no heads, and all else is the same.
	without, err := Why(r, Question{Text: text, Word: "rocks"}, nil)
	if err != nil || len(without.Heads) > 0 || *without.Words[3].AttentionRemoved != *y.Words[3].AttentionRemoved {
		t.Errorf("without means: %d heads, error %v", len(without.Heads), err)
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
	for _, c := range []struct {
		q    Question
		want string
	}{
		{Question{Text: text, Position: 7}, "the sentence has no word 7 to predict: choose 1 to 6"},
		{Question{Text: text, Position: -1}, "no word -1"},
		{Question{Text: text, Word: "spoon"}, "\"spoon\" is not one word of this run's vocabulary"},
		{Question{Text: text, Word: "the dog"}, "\"the dog\" is not one word"},
		{Question{Text: " "}, "the sentence is empty"},
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
	if the := y.Words[4]; the.Kind != "" || len(the.Replacements) != 1 || the.Replacements[0].Word != data.UnknownToken {
		t.Errorf("the is replaced by %+v", the)
	}
}
