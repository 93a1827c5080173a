package data

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Derivation is a sentence with the way it was drawn.
type Derivation struct {
	Words       []string
	Shape       string  // its slots, as in "the subject verb the seen"; ? may be empty
	Rules       []Rule  // the rules that apply in it
	Probability float64 // of the sentence
}

// path is a partial derivation: the first slots, filled.
type path struct {
	words  []string
	starts []int // the word at which each slot begins
	state  state
	p      float64
}

// with returns the path with one more slot, after which its words are these.
func (w path) with(words []string, p float64, st state) path {
	return path{words, append(slices.Clip(w.starts), len(w.words)), st, w.p * p}
}

func (g *Grammar) derivation(sh shape, w path) Derivation {
	return Derivation{w.words, sh.text, g.rules(sh, w), w.p}
}

// Sample draws a sentence.
func (g *Grammar) Sample(r *rand.Rand) Derivation {
	sh := g.shapes[len(g.shapes)-1]
	u := r.Float64()
	for _, candidate := range g.shapes {
		if u -= candidate.probability; u < 0 {
			sh = candidate
			break
		}
	}
	w := path{p: sh.probability}
	for _, s := range sh.slots {
		u := r.Float64()
		var next path
		g.each(s, w.state, func(words []string, p float64, st state) {
			// The last way is taken when rounding leaves u at or just above 0.
			if u -= p; u < 1e-12 && next.starts == nil {
				next = w.with(append(w.words, words...), p, st)
			}
		})
		w = next
	}
	return g.derivation(sh, w)
}

// follow visits every way to begin a sentence of a shape with a prefix, each with the first word after it or, at the end
// of the sentence, [BoundaryToken]. The words of the paths are those of the prefix.
func (g *Grammar) follow(sh shape, prefix []string, visit func(w path, next string)) {
	var fill func(w path)
	fill = func(w path) {
		rest := prefix[len(w.words):]
		if len(w.starts) == len(sh.slots) {
			if len(rest) == 0 {
				visit(w, BoundaryToken)
			}
			return
		}
		g.each(sh.slots[len(w.starts)], w.state, func(words []string, p float64, st state) {
			n := min(len(words), len(rest))
			if !slices.Equal(words[:n], rest[:n]) {
				return
			}
			next := w.with(prefix[:len(w.words)+n], p, st)
			if len(words) > n {
				visit(next, words[n])
			} else {
				fill(next)
			}
		})
	}
	fill(path{p: sh.probability})
}

// Parse finds how a sentence, given by its keys, is drawn. It returns false when
// the words are not a sentence of the grammar.
func (g *Grammar) Parse(words []string) (d Derivation, ok bool) {
	for _, sh := range g.shapes {
		g.follow(sh, words, func(w path, next string) {
			if next == BoundaryToken {
				d, ok = g.derivation(sh, w), true
			}
		})
	}
	return d, ok
}

// NextWord returns the probability of each word that can follow a prefix of a
// sentence, with [BoundaryToken] for its end:
//
//	P(w | prefix) = sum of P over derivations that begin with prefix w
//	              / sum of P over derivations that begin with prefix
//
// No model that sees the prefix alone can predict better. The prefix is given by
// its keys, without boundary. It returns false when no sentence begins so.
func (g *Grammar) NextWord(prefix []string) (map[string]float64, bool) {
	next := g.joint(prefix)
	total := 0.0
	for _, word := range slices.Sorted(maps.Keys(next)) { // summed in a fixed order
		total += next[word]
	}
	for word := range next {
		next[word] /= total
	}
	return next, len(next) > 0
}

// SentenceLoss returns -ln P of a sentence given by its keys: the lowest possible sum of
// the losses of its words and its end, in nats. It returns false when the words
// are not a sentence of the grammar.
func (g *Grammar) SentenceLoss(words []string) (nats float64, ok bool) {
	d, ok := g.Parse(words)
	return -math.Log(d.Probability), ok
}

// joint returns P(prefix, w), the probability that a sentence begins with the
// prefix and continues with w, for each word w that can follow.
func (g *Grammar) joint(prefix []string) map[string]float64 {
	joint := map[string]float64{}
	for _, sh := range g.shapes {
		g.follow(sh, prefix, func(w path, next string) { joint[next] += w.p })
	}
	return joint
}

// Entropy returns the entropy of the grammar, the lowest expected loss of any model (not that
// of a row of attention weights; the loss on a sample can be lower): the entropy of a sentence
// divided by the mean number of its predicted tokens (its words and its end), in nats per
// predicted token, and that mean number. Both are exact: since no sentence can be
// drawn in two ways, the entropy of a sentence is that of its derivation, which by
// the chain rule is the sum over slots
//
//	H(slots) = sum over fillings of P (-ln P + H(later slots))
func (g *Grammar) Entropy() (nats, words float64) {
	total := 0.0
	for _, sh := range g.shapes {
		h, n := g.remainder(sh.slots, state{}, map[remaining][2]float64{})
		total += sh.probability * (h - math.Log(sh.probability))
		words += sh.probability * (n + 1)
	}
	return total / words, words
}

// remaining is the key of the known results of remainder.
type remaining struct {
	slots int // number of slots still to fill
	state state
}

// remainder returns the entropy, in nats, and the mean number of the words that
// fill the slots.
func (g *Grammar) remainder(slots []slot, st state, known map[remaining][2]float64) (nats, words float64) {
	if len(slots) == 0 {
		return 0, 0
	}
	key := remaining{len(slots), st}
	if r, ok := known[key]; ok {
		return r[0], r[1]
	}
	g.each(slots[0], st, func(filling []string, p float64, next state) {
		h, n := g.remainder(slots[1:], next, known)
		nats += p * (h - math.Log(p))
		words += p * (n + float64(len(filling)))
	})
	known[key] = [2]float64{nats, words}
	return nats, words
}
