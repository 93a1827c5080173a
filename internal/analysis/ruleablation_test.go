package analysis

import (
	"math"
	"reflect"
	"testing"

	"attend/layers"
)

func TestChoices(t *testing.T) {
	if got, want := choices([]int{1, 4, 6}, 2), [][]int{{1, 4}, {1, 6}, {4, 6}}; !reflect.DeepEqual(got, want) {
		t.Errorf("choices %v, want %v", got, want)
	}
	if got, want := without(6, []int{2, 0, 5}), []int{1, 3, 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("without %v, want %v", got, want)
	}
	if got, want := spread([]int{0, 1, 2, 3, 4, 5, 6}, 3), []int{0, 2, 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("spread %v, want %v", got, want)
	}
	if got := spread([]int{3, 1}, 3); len(got) != 2 {
		t.Errorf("few become %v", got)
	}
}

// The effect of cutting, once more with one graph for each case.
func TestCutEffects(t *testing.T) {
	r, corpus := savannaRun(t, 60)
	effects, err := AblateRules(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if len(effects) != 3 {
		t.Fatalf("effects of %d rules", len(effects))
	}
	cases, err := ruleCases(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	few := cases["echo"][:3] // one cause each
	got, err := ablateRule(r, few, corpus.HeldOut.Rows(r.Config.Context, 0))
	if err != nil {
		t.Fatal(err)
	}
	var want RuleAblation
	for _, c := range few {
		ids := corpus.HeldOut.Sequence(c.sentence).Ints()[:c.query+1]
		word := r.Vocabulary.Key(c.correct[0])
		cut := func(key int) float64 {
			return after(t, r, ids, word, func(*layers.Inference) error { return nil }) - after(t, r, ids, word, func(f *layers.Inference) error {
				return f.Layers[0].Cut(layers.Edge{Head: layers.AllHeads, Query: c.query, Key: key})
			})
		}
		want.Causes += cut(c.causes[0]) / 3
		others := spread(without(c.query+1, c.causes), mostChoices)
		for _, key := range others {
			want.Others += cut(key) / 3 / float64(len(others))
		}
	}
	near(t, "causes", got.Causes, want.Causes, 1e-5)
	near(t, "others", got.Others, want.Others, 1e-5)
	if none, err := ablateRule(r, nil, nil); err != nil || none != (RuleAblation{}) {
		t.Errorf("of no case: %v, error %v", none, err)
	}
}

func TestLogProbability(t *testing.T) {
	logits := []float32{1, 2, -1000, 2000}
	near(t, "certain", logProbability(logits, 3), 0, 0)
	near(t, "impossible, but finite", logProbability(logits, 2), -3000, 1e-9)
	near(t, "of several", logProbability([]float32{0, 0, float32(math.Log(2))}, 0, 2), math.Log(0.75), 1e-7)
}
