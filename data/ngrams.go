package data

import "math"

// Baselines are the losses of a uniform model and of three n-gram models, as mean nats per
// predicted token of the held-out set. A trained model is useful if its loss is below
// the smallest of them.
type Baselines struct {
	Uniform float64 `json:"uniform"` // every token equally probable
	Unigram float64 `json:"unigram"` // by frequency
	Bigram  float64 `json:"bigram"`  // by the token before
	Trigram float64 `json:"trigram"` // by the two tokens before
}

// Counts are the models of [Baselines], counted in a training set for a held-out set.
type Counts struct {
	uniform        float64
	all            followers   // the empty context
	words          []uint32    // how often each id is predicted
	after          []followers // by id
	pairs, triples *ngrams
	afterPair      []followers // by number of the pair, of those that the held-out set has
}

// NewCounts counts in the training set what the losses on a held-out set, or on a part of it, follow from. Each model interpolates with the one of the next
// shorter context by the method of Witten and Bell:
//
//	P(w|h) = (c(h,w) + t(h) P(w|h')) / (c(h) + t(h))
//
// c(h,w) is how often w is predicted after the context h in the training set, c(h)
// the sum of that over w, and t(h) how many different w there are. h' is h without
// its first token; the empty context backs off to the uniform distribution over the
// vocabulary. A context that the training set lacks, or that would begin before the
// sequence, counts as h'.
//
// The ids of the sets are below vocab.
//
// Source: I. Witten and T. Bell 1991, "The zero-frequency problem", method C; S. Chen
// and J. Goodman 1999, "An empirical study of smoothing techniques for language
// modeling", section 2.5.
func NewCounts(train, heldOut Set, vocab int) *Counts {
	n := &Counts{uniform: 1 / float64(vocab), words: make([]uint32, vocab), after: make([]followers, vocab),
		pairs: &ngrams{}, triples: &ngrams{}}
	// Most pairs and triples are rare. Triples are counted only after the pairs of the held-out set, which have the first numbers.
	heldOut.eachPair(func(_ bool, v, w int) { n.pairs.number(v, w) })
	n.afterPair = make([]followers, len(n.pairs.counts))
	before := -1 // number of the pair that the predicted token follows
	train.eachPair(func(first bool, v, w int) {
		n.words[w]++
		n.all.add(n.words[w])
		pair, count := n.pairs.add(v, w)
		n.after[v].add(count)
		if !first && before < len(n.afterPair) {
			_, count = n.triples.add(before, w)
			n.afterPair[before].add(count)
		}
		before = pair
	})
	return n
}

// Losses returns the losses on the held-out set that was counted for, or on a part of it. All but the uniform one are 0 when
// nothing is held out.
func (n *Counts) Losses(heldOut Set) Baselines {
	b := Baselines{Uniform: -math.Log(n.uniform)}
	before := -1
	heldOut.eachPair(func(first bool, v, w int) {
		unigram := n.all.probability(n.words[w], n.uniform)
		pair, count := n.pairs.find(v, w)
		bigram := n.after[v].probability(count, unigram)
		trigram := bigram
		if !first {
			_, count = n.triples.find(before, w)
			trigram = n.afterPair[before].probability(count, bigram)
		}
		before = pair
		b.Unigram -= math.Log(unigram)
		b.Bigram -= math.Log(bigram)
		b.Trigram -= math.Log(trigram)
	})
	count := float64(max(1, heldOut.Predictions()))
	b.Unigram, b.Bigram, b.Trigram = b.Unigram/count, b.Bigram/count, b.Trigram/count
	return b
}

// eachPair visits every predicted token w with the token v before it; first says that v begins the sequence.
func (s Set) eachPair(visit func(first bool, v, w int)) {
	for i := range s.Len() {
		sequence := s.Sequence(i)
		for j := 1; j < sequence.Len(); j++ {
			visit(j == 1, sequence.At(j-1), sequence.At(j))
		}
	}
}

// followers counts the tokens that follow a context in the training set.
type followers struct {
	tokens uint32 // c(h), all of them
	types  uint32 // t(h), different ones
}

// add counts one more occurrence of a token after the context. count is the number of its occurrences there, this one included.
func (c *followers) add(count uint32) {
	c.tokens++
	if count == 1 {
		c.types++
	}
}

// probability returns P(w|h) of a token that occurs count times after the context h, from shorter, its probability P(w|h')
// after the next shorter context.
func (c followers) probability(count uint32, shorter float64) float64 {
	if c.tokens == 0 {
		return shorter
	}
	return (float64(count) + float64(c.types)*shorter) / (float64(c.tokens) + float64(c.types))
}

// ngrams counts pairs of a context and a token. It numbers the pairs from 0 in the order of their first occurrence. The number of
// a pair is the context of a longer one.
type ngrams struct {
	known  lookup
	keys   []uint64 // by number: the context and the token
	counts []uint32 // by number
}

func keyOf(context, token int) uint64 { return uint64(context)<<32 | uint64(token) }

// hashOf returns the hash of a key: the finalizer of MurmurHash3 (A. Appleby 2011), in which each bit depends on all of the key.
func hashOf(key uint64) uint64 {
	key = (key ^ key>>33) * 0xff51afd7ed558ccd
	key = (key ^ key>>33) * 0xc4ceb9fe1a85ec53
	return key ^ key>>33
}

// number returns the number of a token after a context, a new one for a pair that it does not have.
func (n *ngrams) number(context, token int) int {
	number, _ := n.find(context, token)
	if number < 0 {
		key := keyOf(context, token)
		number = n.known.add(hashOf(key), func(i int) uint64 { return hashOf(n.keys[i]) })
		n.keys, n.counts = append(n.keys, key), append(n.counts, 0)
	}
	return number
}

// add counts a token after a context, and returns the number of the pair and how often it has occurred.
func (n *ngrams) add(context, token int) (number int, count uint32) {
	number = n.number(context, token)
	n.counts[number]++
	return number, n.counts[number]
}

// find returns the number of a token after a context and how often the pair has occurred; -1 and 0 if never.
func (n *ngrams) find(context, token int) (number int, count uint32) {
	key := keyOf(context, token)
	number = n.known.find(hashOf(key), func(i int) bool { return n.keys[i] == key })
	if number < 0 {
		return -1, 0
	}
	return number, n.counts[number]
}
