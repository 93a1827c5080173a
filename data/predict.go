package data

import (
	"maps"
	"math"
	"slices"
)

// NextWord returns the probability of each word that can follow a prefix of a
// sentence, with [BoundaryToken] for its end:
//
//	P(w | prefix) = sum of P over derivations that begin with prefix w
//	              / sum of P over derivations that begin with prefix
//
// No model that sees the prefix alone can predict better. The prefix is given by
// its keys, without boundary. It returns false when no sentence begins so.
func (g *Grammar) NextWord(prefix []string) (map[string]float64, bool) {
	mass := g.mass(prefix)
	total := 0.0
	for _, word := range slices.Sorted(maps.Keys(mass)) { // summed in a fixed order
		total += mass[word]
	}
	for word := range mass {
		mass[word] /= total
	}
	return mass, len(mass) > 0
}

// SentenceLoss returns -ln P of a sentence given by its keys: the least that all
// its words and its end together can cost, in nats. It returns false when the words
// are not a sentence of the grammar.
func (g *Grammar) SentenceLoss(words []string) (nats float64, ok bool) {
	p := g.mass(words)[BoundaryToken]
	return -math.Log(p), p > 0
}

// mass returns P(prefix, w), the probability that a sentence begins with the
// prefix and goes on with w.
func (g *Grammar) mass(prefix []string) map[string]float64 {
	mass := map[string]float64{}
	for _, sh := range g.shapes {
		g.addMass(mass, sh.slots, prefix, memory{}, sh.probability)
	}
	return mass
}

// addMass adds P(rest of the prefix, w) over the fillings of the slots, times p.
func (g *Grammar) addMass(mass map[string]float64, slots []slot, rest []string, m memory, p float64) {
	if len(slots) == 0 {
		if len(rest) == 0 {
			mass[BoundaryToken] += p
		}
		return
	}
	g.each(slots[0], m, func(words []string, q float64, next memory) {
		n := min(len(words), len(rest))
		switch {
		case !slices.Equal(words[:n], rest[:n]):
		case len(words) > n:
			mass[words[n]] += p * q
		default:
			g.addMass(mass, slots[1:], rest[n:], next, p*q)
		}
	})
}

// Entropy returns the floor under the loss of any model: the entropy of a sentence
// over the mean number of its predicted tokens, its words and its end, in nats per
// predicted token, and that mean number. Both are exact: since no sentence can be
// drawn in two ways, the entropy of a sentence is that of its derivation, which by
// the chain rule is the sum over slots
//
//	H(slots) = sum over fillings of P (-ln P + H(later slots))
func (g *Grammar) Entropy() (nats, words float64) {
	total := 0.0
	for _, sh := range g.shapes {
		h, n := g.remainder(sh.slots, memory{}, map[situation][2]float64{})
		total += sh.probability * (h - math.Log(sh.probability))
		words += sh.probability * (n + 1)
	}
	return total / words, words
}

// situation is how far a shape is filled and what is remembered.
type situation struct {
	slots int // still to fill
	m     memory
}

// remainder returns the entropy, in nats, and the mean number of the words that
// fill the slots.
func (g *Grammar) remainder(slots []slot, m memory, known map[situation][2]float64) (nats, words float64) {
	if len(slots) == 0 {
		return 0, 0
	}
	key := situation{len(slots), m}
	if r, ok := known[key]; ok {
		return r[0], r[1]
	}
	g.each(slots[0], m, func(filling []string, p float64, next memory) {
		h, n := g.remainder(slots[1:], next, known)
		nats += p * (h - math.Log(p))
		words += p * (n + float64(len(filling)))
	})
	known[key] = [2]float64{nats, words}
	return nats, words
}
