package data

import (
	"math"
	"testing"
)

func TestBaselines(t *testing.T) {
	// Predicted in training: 2 1 0, 2 0. Pairs: 02 21 10, 02 20.
	train := newSet(sentences{}, []int{0, 2, 1, 0}, []int{0, 2, 0})
	heldOut := newSet(sentences{}, []int{0, 2, 2})
	const vocab = 5
	two := 3.0 / (5 + vocab) // (2 + 1) / (N + vocab)
	want := Baselines{
		Uniform: math.Log(vocab),
		Unigram: -math.Log(two),
		Bigram:  -(math.Log((2+two)/(2+1)) + math.Log((0+two)/(2+1))) / 2,
	}
	got := NewBaselines(train, heldOut, vocab)
	for name, x := range map[string][2]float64{
		"uniform": {got.Uniform, want.Uniform}, "unigram": {got.Unigram, want.Unigram}, "bigram": {got.Bigram, want.Bigram},
	} {
		if math.Abs(x[0]-x[1]) > 1e-12 {
			t.Errorf("%s is %g, want %g", name, x[0], x[1])
		}
	}
	// In a text of characters a token is not read as often as it is predicted: 1 is
	// read twice and predicted once.
	chars := NewBaselines(newSet(stream{}, []int{1, 1, 2}), newSet(stream{}, []int{1, 2}), vocab)
	if want := -math.Log((1 + 2.0/(2+vocab)) / (2 + 1)); math.Abs(chars.Bigram-want) > 1e-12 {
		t.Errorf("bigram of characters is %g, want %g", chars.Bigram, want)
	}
	// A vocabulary too large for the table of pairs must not change the counts.
	const large = 5000
	two = 3.0 / (5 + large)
	if got, want := NewBaselines(train, heldOut, large).Bigram, -(math.Log((2+two)/3)+math.Log(two/3))/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("bigram over %d ids is %g, want %g", large, got, want)
	}
	if got := NewBaselines(train, newSet(sentences{}), vocab); got.Unigram != 0 || got.Bigram != 0 {
		t.Errorf("nothing held out: %v", got)
	}
}

// What is predicted with a probability must sum to 1 over the vocabulary.
func TestBaselinesAreProbabilities(t *testing.T) {
	train := newSet(sentences{}, []int{0, 2, 1, 0}, []int{0, 2, 0})
	const vocab = 5
	var unigram, bigram float64
	for w := range vocab {
		b := NewBaselines(train, newSet(sentences{}, []int{2, w}), vocab)
		unigram += math.Exp(-b.Unigram)
		bigram += math.Exp(-b.Bigram)
	}
	if math.Abs(unigram-1) > 1e-12 || math.Abs(bigram-1) > 1e-12 {
		t.Errorf("unigram sums to %g, bigram to %g", unigram, bigram)
	}
}
