package data

import (
	"math/rand/v2"
	"slices"
)

// Derivation is a sentence with the way it was drawn.
type Derivation struct {
	Words       []string
	Shape       string  // its slots, as in "the subject verb the seen"; ? may be empty
	Rules       []Rule  // the planted rules at work in it
	Probability float64 // of the sentence
}

// path is a derivation in the making: the slots filled so far.
type path struct {
	words []string
	at    map[string]int // the word at which each slot begins
	m     memory
	p     float64
}

func (w path) with(s slot, words []string, p float64, m memory) path {
	at := make(map[string]int, len(w.at)+1)
	for name, i := range w.at {
		at[name] = i
	}
	if len(words) > 0 {
		at[s.name] = len(w.words)
	}
	return path{append(slices.Clip(w.words), words...), at, m, w.p * p}
}

func (g *Grammar) derivation(sh shape, w path) Derivation {
	return Derivation{w.words, sh.text, g.rules(w), w.p}
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
		u, drawn := r.Float64(), false
		var next path
		g.each(s, w.m, func(words []string, p float64, m memory) {
			if drawn {
				return
			}
			// The last way stands when rounding leaves u at or just above 0.
			if u -= p; u < 1e-12 {
				next, drawn = w.with(s, words, p, m), true
			}
		})
		w = next
	}
	return g.derivation(sh, w)
}

// Parse finds how a sentence, given by its keys, is drawn. It returns false when
// the words are not a sentence of the grammar.
func (g *Grammar) Parse(words []string) (Derivation, bool) {
	for _, sh := range g.shapes {
		if found := g.parses(sh, words); len(found) > 0 {
			return found[0], true
		}
	}
	return Derivation{}, false
}

// parses lists the derivations of words by one shape.
func (g *Grammar) parses(sh shape, words []string) []Derivation {
	paths := []path{{p: sh.probability}}
	for _, s := range sh.slots {
		var longer []path
		for _, w := range paths {
			rest := words[len(w.words):]
			g.each(s, w.m, func(filling []string, p float64, m memory) {
				if len(filling) <= len(rest) && slices.Equal(filling, rest[:len(filling)]) {
					longer = append(longer, w.with(s, filling, p, m))
				}
			})
		}
		paths = longer
	}
	var found []Derivation
	for _, w := range paths {
		if len(w.words) == len(words) {
			found = append(found, g.derivation(sh, w))
		}
	}
	return found
}
