package data

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// The losses of three texts are those that testdata/baselines/make.py computes by itself, in exact fractions.
func TestBaselinesGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/baselines/baselines.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts []struct {
		Vocab          int
		Train, HeldOut [][]int
		Baselines
	}
	if err := json.Unmarshal(b, &texts); err != nil {
		t.Fatal(err)
	}
	if len(texts) != 3 {
		t.Fatalf("%d texts, want 3", len(texts))
	}
	for i, text := range texts {
		heldOut := newSet(sentences{}, text.HeldOut...)
		got := NewCounts(newSet(sentences{}, text.Train...), heldOut, text.Vocab).Losses(heldOut)
		for name, x := range map[string][2]float64{
			"uniform": {got.Uniform, text.Uniform}, "unigram": {got.Unigram, text.Unigram},
			"bigram": {got.Bigram, text.Bigram}, "trigram": {got.Trigram, text.Trigram},
		} {
			if !(math.Abs(x[0]-x[1]) < 1e-12) || x[1] == 0 {
				t.Errorf("text %d: %s is %g, want %g", i, name, x[0], x[1])
			}
		}
	}
}

func TestBaselinesOfNothingHeldOut(t *testing.T) {
	nothing := newSet(sentences{})
	got := NewCounts(newSet(sentences{}, []int{0, 2, 1, 0}), nothing, 5).Losses(nothing)
	if want := (Baselines{Uniform: math.Log(5)}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What is predicted with a probability must sum to 1 over the vocabulary, after any context.
func TestBaselinesAreProbabilities(t *testing.T) {
	const vocab = 5
	train, contexts := newSet(sentences{}, []int{0, 2, 1, 0}, []int{0, 2, 0}), [][]int{{2}, {0, 2}, {4}, {3, 2}, {2, 1}}
	var heldOut [][]int
	for _, context := range contexts {
		for w := range vocab {
			heldOut = append(heldOut, append(slices.Clone(context), w))
		}
	}
	counts := NewCounts(train, newSet(sentences{}, heldOut...), vocab)
	for _, context := range contexts {
		// The loss of a sequence is the sum over its tokens: that of the last is what it adds to the context's.
		last := func(w int) (p [3]float64) {
			all := counts.Losses(newSet(sentences{}, append(context[:len(context):len(context)], w)))
			n := float64(len(context))
			before := Baselines{}
			if n > 1 {
				before = counts.Losses(newSet(sentences{}, context))
			}
			for i, x := range [3][2]float64{{all.Unigram, before.Unigram}, {all.Bigram, before.Bigram}, {all.Trigram, before.Trigram}} {
				p[i] = math.Exp(-(n*x[0] - (n-1)*x[1]))
			}
			return p
		}
		var sum [3]float64
		for w := range vocab {
			for i, p := range last(w) {
				sum[i] += p
			}
		}
		for i, s := range sum {
			if math.Abs(s-1) > 1e-12 {
				t.Errorf("after %v, context of %d: the probabilities sum to %g", context, i, s)
			}
		}
	}
}
