package data

import (
	"math"
	"testing"
)

var (
	threeSentences = newSet(sentences{}, []int{0, 2, 3, 0}, []int{0, 4, 0}, []int{0, 5, 6, 7, 8, 0})
	tenCharacters  = newSet(stream{}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
)

// newSet makes a set of sequences whose ids are below 1000.
func newSet(l Layout, sequences ...[]int) Set {
	s := Set{Layout: l, ids: makeIDs(0, 1000)}
	for _, sequence := range sequences {
		for _, id := range sequence {
			s.ids.add(id)
		}
		s.ends = append(s.ends, s.ids.Len())
	}
	return s
}

// sequencesOf returns the ids of a set.
func sequencesOf(s Set) [][]int {
	var all [][]int
	for i := range s.Len() {
		all = append(all, s.Sequence(i).Ints())
	}
	return all
}

func TestSetSizes(t *testing.T) {
	for _, c := range []struct {
		set                  Set
		predictions, longest int
	}{{threeSentences, 3 + 2 + 5, 5}, {tenCharacters, 9, 9}, {newSet(sentences{}), 0, 0}} {
		if got := c.set.Predictions(); got != c.predictions {
			t.Errorf("%v: %d predictions, want %d", c.set, got, c.predictions)
		}
		if got := c.set.LongestInput(); got != c.longest {
			t.Errorf("%v: longest input %d, want %d", c.set, got, c.longest)
		}
	}
}

func TestSetErrors(t *testing.T) {
	for _, c := range []struct {
		set        Set
		batch, seq int
		want       string
	}{
		{threeSentences, 2, 4, "sentence 3 has 5 tokens with its boundary but the context is 4: raise the context to 5 or split the sentence"},
		{threeSentences, 0, 5, "the batch is 0 and the context 5, want 1 or more of each"},
		{threeSentences, 2, -1, "the batch is 2 and the context -1, want 1 or more of each"},
		{newSet(sentences{}), 1, 1, "the set holds no text: want at least one sequence"},
		{newSet(stream{}, []int{1}), 1, 1, "sequence 1 has 1 tokens, want 2 or more, so that there is one to predict"},
		{Set{}, 1, 1, "the set holds no text: want at least one sequence"},
	} {
		_, err := c.set.Sampler(c.batch, c.seq, 1)
		if err == nil || err.Error() != c.want {
			t.Errorf("sampler:\n got %v\nwant %s", err, c.want)
		}
		if _, err = c.set.Blocks(c.batch, c.seq); err == nil || err.Error() != c.want {
			t.Errorf("blocks:\n got %v\nwant %s", err, c.want)
		}
	}
	want := "the text has 10 tokens, too few for a context of 10, which needs 11: lower the context or give more text"
	if _, err := tenCharacters.Sampler(1, 10, 1); err == nil || err.Error() != want {
		t.Errorf(" got %v\nwant %s", err, want)
	}
}

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
	// Nor does a large vocabulary change the counts.
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
