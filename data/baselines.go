package data

import "math"

// Baselines are the losses of three models that only count, as mean nats per
// predicted token of the held-out set. A trained model is worth something below
// the smallest of them.
type Baselines struct {
	Uniform, Unigram, Bigram float64
}

// NewBaselines counts in the training set and predicts the held-out one.
//
//	uniform  P(w)   = 1/vocab
//	unigram  P(w)   = (c(w) + 1) / (N + vocab)
//	bigram   P(w|v) = (c(v,w) + P_unigram(w)) / (c(v) + 1)
//
// c(w) counts how often w is predicted in the training set, N is the sum of it,
// c(v,w) counts w predicted after v, and c(v) is the sum of that over w. The ids of
// both sets are below vocab. The unigram and bigram losses are 0 when nothing is
// held out.
func NewBaselines(train, heldOut Set, vocab int) Baselines {
	total := 0
	word, before := make([]int, vocab), make([]int, vocab)
	pair := newPairCounts(vocab)
	train.eachPair(func(v, w int) {
		total++
		word[w]++
		before[v]++
		pair.add(v, w)
	})
	var unigram, bigram float64
	heldOut.eachPair(func(v, w int) {
		p := float64(word[w]+1) / float64(total+vocab)
		unigram -= math.Log(p)
		bigram -= math.Log((float64(pair.count(v, w)) + p) / float64(before[v]+1))
	})
	n := float64(max(1, heldOut.Predictions()))
	return Baselines{math.Log(float64(vocab)), unigram / n, bigram / n}
}

// eachPair visits every predicted token w with the token v before it.
func (s Set) eachPair(visit func(v, w int)) {
	for i := range s.Len() {
		sequence := s.Sequence(i)
		for j := 1; j < sequence.Len(); j++ {
			visit(sequence.At(j-1), sequence.At(j))
		}
	}
}

// pairCounts counts pairs of ids, in a table while that is small. The pair v, w has
// the place v*vocab + w.
type pairCounts struct {
	vocab int
	table []int32 // [vocab, vocab]
	rare  map[int]int32
}

func newPairCounts(vocab int) pairCounts {
	if vocab <= 2048 {
		return pairCounts{vocab: vocab, table: make([]int32, vocab*vocab)}
	}
	return pairCounts{vocab: vocab, rare: map[int]int32{}}
}

func (c pairCounts) add(v, w int) {
	if c.table != nil {
		c.table[v*c.vocab+w]++
		return
	}
	c.rare[v*c.vocab+w]++
}

func (c pairCounts) count(v, w int) int32 {
	if c.table != nil {
		return c.table[v*c.vocab+w]
	}
	return c.rare[v*c.vocab+w]
}
