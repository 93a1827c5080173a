package run

import (
	"math"
	"slices"
	"testing"

	"attend/data"
	"attend/internal/render"
	"attend/layers"
)

// deep is a short training with two layers on the small text.
func deep(t *testing.T) *Run {
	s := small()
	s.Layers, s.Steps, s.LR = 2, 40, 3e-2
	return trained(t, s, smallText())
}

// after returns ln P of a word after ids in a graph of one sentence, with something taken away.
func after(t *testing.T, r *Run, ids []int, word string, intervene func(f *layers.Inference) error) float64 {
	t.Helper()
	f, err := layers.NewInference(r.Config, r.Weights, 1, len(ids))
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
	means, err := r.HeadMeans(corpus)
	if err != nil {
		t.Fatal(err)
	}
	const text = "The otter likes the dog near"
	y, err := r.Why(Question{Text: text, Word: "Rocks"}, means)
	if err != nil {
		t.Fatal(err)
	}
	m, err := reader(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.encode(text)
	nothing := func(*layers.Inference) error { return nil }
	plain := after(t, r, e.IDs, "rocks", nothing)
	near(t, "probability", y.Probability, math.Exp(plain), 1e-6)
	if y.Target != "rocks" || !slices.Equal(y.Tokens, m.Tokens) || len(y.Words) != len(e.IDs) {
		t.Errorf("target %q, tokens %q, %d words", y.Target, y.Tokens, len(y.Words))
	}
	query := len(e.IDs) - 1
	mean := m.Mean()
	for key, w := range y.Words {
		if w.Place != key || w.Word != m.Tokens[key] || w.ByHead[1][3] != float64(m.Attention[1][3][query][key]) {
			t.Errorf("word %d is %+v", key, w)
		}
		near(t, "attention to "+w.Word, w.Attention, mean[query][key], 1e-9)
		cut := func(in ...int) float64 {
			return plain - after(t, r, e.IDs, "rocks", func(f *layers.Inference) error {
				for _, layer := range in {
					if err := f.Layers[layer].Cut(layers.Edge{Head: layers.AllHeads, Query: query, Key: key}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		near(t, "cut of "+w.Word, *w.Cut, cut(0, 1), 1e-6)
		near(t, "cut in the first layer", w.CutLayer[0], cut(0), 1e-6)
		near(t, "cut in the second layer", w.CutLayer[1], cut(1), 1e-6)
		if key == 0 {
			if w.Replaced != nil || len(w.Replacements) > 0 {
				t.Errorf("the boundary token was replaced: %+v", w)
			}
			continue
		}
		changed := slices.Clone(e.IDs)
		changed[key] = r.Vocabulary.Unknown()
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
			return f.Layers[h.Layer].Fix(0, h.Head, means[h.Layer][h.Head])
		}), 1e-6)
	}

	// Without the text there are no heads, and all else is the same.
	without, err := r.Why(Question{Text: text, Word: "rocks"}, nil)
	if err != nil || len(without.Heads) > 0 || *without.Words[3].Cut != *y.Words[3].Cut {
		t.Errorf("without means: %d heads, error %v", len(without.Heads), err)
	}
}

func TestHeadMeansAreMeansOfOutputs(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	means, err := r.HeadMeans(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var sum, tokens float64
	one := reader(t, r, 1)
	for _, sentence := range corpus.HeldOut.Sequences {
		err := one.Read([][]int{sentence[:len(sentence)-1]}, func(_ int, reading Reading) error {
			for place := range len(sentence) - 1 {
				sum += float64(reading.Output(1, 2, place)[1])
				tokens++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	near(t, "mean", float64(means[1][2][1]), sum/tokens, 1e-6)
}

func TestWhyQuestions(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near"
	y, err := r.Why(Question{Text: text, Place: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y.Target != "likes" || !slices.Equal(y.Tokens, []string{data.BoundaryToken, "The", "otter"}) {
		t.Errorf("place 3: target %q after %q", y.Target, y.Tokens)
	}
	y, err = r.Why(Question{Text: text, Place: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y.Target != "the" || len(y.Words) != 1 || y.Words[0].Cut != nil || y.Correlation != nil {
		t.Errorf("place 1: %+v", y)
	}
	m, err := reader(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	if y, err = r.Why(Question{Text: text}, nil); err != nil || y.Target != m.Next[0].Word || math.Abs(y.Probability-m.Next[0].Probability) > 1e-6 {
		t.Errorf("the likeliest: %q with %g, error %v, want %+v", y.Target, y.Probability, err, m.Next[0])
	}
	if y, err = r.Why(Question{Text: text, Word: data.UnknownToken}, nil); err != nil || y.Target != data.UnknownToken {
		t.Errorf("the unknown word: %q, error %v", y.Target, err)
	}
	if y, err = r.Why(Question{Text: text, Word: data.BoundaryToken}, nil); err != nil || y.Target != data.BoundaryToken {
		t.Errorf("the end of the sentence: %q, error %v", y.Target, err)
	}
	for _, c := range []struct {
		q    Question
		want string
	}{
		{Question{Text: text, Place: 7}, "no word 7 to predict in it: choose 1 to 6"},
		{Question{Text: text, Place: -1}, "no word -1"},
		{Question{Text: text, Word: "spoon"}, "\"spoon\" is not one word of this run's vocabulary"},
		{Question{Text: text, Word: "the dog"}, "\"the dog\" is not one word"},
		{Question{Text: " "}, "the sentence is empty"},
	} {
		_, err := r.Why(c.q, nil)
		wantError(t, err, c.want)
	}
}

// In the built-in corpus a word is replaced by each other of its kind.
func TestWhyReplacesByKin(t *testing.T) {
	r, _ := savannaRun(t, 0)
	y, err := r.Why(Question{Text: "The lion saw the zebra near"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	zebra := y.Words[5]
	if zebra.Kind != "animal" || len(zebra.Replacements) != 7 || !slices.ContainsFunc(zebra.Replacements, func(x render.Replacement) bool { return x.Word == "rhino" }) {
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

// The way of many variants through one graph is the same for few at a time.
func TestVariantsInParts(t *testing.T) {
	r := deep(t)
	e, err := r.encode("The otter likes the dog near")
	if err != nil {
		t.Fatal(err)
	}
	var many []variant
	for i := range 2*mostVariantRows/len(e.IDs) + 5 {
		v := variant{ids: e.IDs}
		if i%4 > 0 {
			v.intervene = cutAll(5, []int{i % 5})
		}
		many = append(many, v)
	}
	read := func(variants []variant) (all []float64) {
		err := r.readVariants(variants, func(i int, reading Reading) error {
			if i != len(all) {
				t.Fatalf("variant %d comes at place %d", i, len(all))
			}
			all = append(all, logProbability(reading.Logits(5), 2))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	together := read(many)
	for _, i := range []int{0, 1, 2, 7, len(many) / 2, len(many) - 1} {
		if alone := read(many[i : i+1]); alone[0] != together[i] {
			t.Errorf("variant %d: %g, alone %g", i, together[i], alone[0])
		}
	}
	if together[0] == together[1] || together[1] == together[2] || together[0] != together[4] {
		t.Errorf("the first are %v", together[:5])
	}
}
