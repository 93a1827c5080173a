package data

import "slices"

// Kin names the kind of a word of the grammar and lists the other words of that kind, in the order of
// the lexicon: those that could stand in its place without breaking the sentence. Animals keep their
// number. A word that is alone in its kind, as "the", has no kin and no kind.
func (g *Grammar) Kin(word string) (kind string, others []string) {
	for _, k := range g.kinds() {
		if i := slices.Index(k.words, word); i >= 0 {
			return k.name, slices.Delete(slices.Clone(k.words), i, i+1)
		}
	}
	return "", nil
}

// kindOfWord is a list of single words that may stand for one another.
type kindOfWord struct {
	name  string
	words []string
}

// kinds lists them. No word is in two.
func (g *Grammar) kinds() []kindOfWord {
	l := g.lexicon
	var one, many, places []string
	for _, a := range l.animals {
		one, many = append(one, a.singular), append(many, a.plural)
		places = append(places, a.places...)
	}
	slices.Sort(places)
	return []kindOfWord{
		{"animal", one}, {"animals", many}, {"place", slices.Compact(places)},
		{"adjective", l.adjectives}, {"verb", l.verbs}, {"preposition", l.preps}, {"posture", l.postures},
		{"link", l.sources}, {"region", every(l.regions, 2, 0)}, {"regions", every(l.regions, 2, 1)},
		{"landmark", every(l.landmarks, 2, 0)}, {"landmarks", every(l.landmarks, 2, 1)},
		{"state", l.states}, {"reason", l.reasons}, {"rest", l.rests},
		{"copula", copulas(false)}, {"copula", copulas(true)},
		{"hour", []string{"dawn", "noon", "dusk", "night"}}, {"day", []string{"today", "once", "yesterday"}},
	}
}

// every returns each step-th word from the first on.
func every(words []string, step, first int) []string {
	var some []string
	for i := first; i < len(words); i += step {
		some = append(some, words[i])
	}
	return some
}
