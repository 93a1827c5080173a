package data

import "strings"

// Grammar is a small language whose probabilities are known: a few sentence shapes
// and a lexicon. A sentence is drawn by drawing a shape and then filling its slots
// from left to right; a few slots are decided by earlier ones. No sentence can be
// drawn in two ways. It never changes once made and may be used from several
// goroutines.
type Grammar struct {
	shapes  []shape
	lexicon lexicon
	free    map[string][]filler // the slots that depend on no other
}

// shape is a sentence with slots.
type shape struct {
	probability float64
	text        string
	slots       []slot
}

// slot is a place in a shape to be filled with words.
type slot struct {
	name        string
	probability float64 // that it is filled at all
}

// filler is one way to fill a slot.
type filler struct {
	words       []string
	probability float64
}

// memory is what later slots need to know of the earlier ones.
type memory struct {
	subject noun // the animal that acts
	seen    noun // the animal seen
	prep    int  // the preposition, by its number in the lexicon
}

// noun is an animal in singular or plural.
type noun struct {
	animal int
	plural bool
}

// SavannaGrammar returns the grammar of the built-in corpus. Its slots:
//
//	when      a time, in half of the sentences
//	adj       an adjective, before a third of the animals
//	subject   an animal, one or several: who acts
//	seen      an animal, one or several, whoever acts: who is seen
//	place     decided by who is seen and the preposition
//	copula    is or was, are or were, by the number of the subject
//	was       was or were, by the number of the subject
//	echo      the subject once more
//
// and plain lists: verb, prep, posture, source, region, landmark, state, reason,
// rested. Every other word of a shape stands for itself.
func SavannaGrammar() *Grammar {
	return newGrammar(savannaLexicon(), []shape{
		{probability: 0.36, text: "when? the adj? subject verb the adj? seen prep the place"},
		{probability: 0.15, text: "when? the adj? subject verb the adj? seen posture prep the place"},
		{probability: 0.17, text: "when? the adj? subject source the region copula state"},
		{probability: 0.03, text: "when? the adj? subject source the region by the landmark copula state"},
		{probability: 0.12, text: "when? the adj? subject verb the adj? seen reason that echo was state"},
		{probability: 0.09, text: "when? the adj? subject rested reason that echo was state"},
		{probability: 0.08, text: "when? the adj? subject verb the adj? seen"},
	})
}

// newGrammar reads the slots of the shapes. A slot with ? may stay empty.
func newGrammar(l lexicon, shapes []shape) *Grammar {
	filled := map[string]float64{"when": 1.0 / 2, "adj": 1.0 / 3}
	for i := range shapes {
		for _, word := range strings.Fields(shapes[i].text) {
			s := slot{word, 1}
			if name, ok := strings.CutSuffix(word, "?"); ok {
				s = slot{name, filled[name]}
			}
			shapes[i].slots = append(shapes[i].slots, s)
		}
	}
	return &Grammar{shapes, l, map[string][]filler{
		"when":     alike(l.times),
		"adj":      alike(l.adjectives),
		"subject":  alike(nounForms(l.animals)),
		"seen":     alike(nounForms(l.animals)),
		"verb":     alike(l.verbs),
		"prep":     alike(l.preps),
		"posture":  alike(l.postures),
		"source":   alike(l.sources),
		"region":   alike(l.regions),
		"landmark": alike(l.landmarks),
		"state":    alike(l.states),
		"reason":   alike(l.reasons),
		"rested":   alike(l.rests),
	}}
}

// alike makes the phrases equally likely fillers.
func alike(phrases []string) []filler {
	fillers := make([]filler, len(phrases))
	for i, phrase := range phrases {
		fillers[i] = filler{strings.Fields(phrase), 1 / float64(len(phrases))}
	}
	return fillers
}

// nounForms lists singular and plural of each animal in turn.
func nounForms(animals []animal) []string {
	var forms []string
	for _, a := range animals {
		forms = append(forms, a.singular, a.plural)
	}
	return forms
}

// fillers lists the ways to fill a slot after what was drawn before it.
func (g *Grammar) fillers(name string, m memory) []filler {
	if free, ok := g.free[name]; ok {
		return free
	}
	switch name {
	case "place":
		return alike([]string{g.lexicon.animals[m.seen.animal].places[m.prep]})
	case "copula":
		return alike(copulas(m.subject.plural))
	case "was":
		return alike(copulas(m.subject.plural)[1:])
	case "echo":
		return alike([]string{g.form(m.subject)})
	}
	return alike([]string{name})
}

// copulas returns the present and the past that agree with a number.
func copulas(plural bool) []string {
	if plural {
		return []string{"are", "were"}
	}
	return []string{"is", "was"}
}

func (g *Grammar) form(n noun) string {
	a := g.lexicon.animals[n.animal]
	if n.plural {
		return a.plural
	}
	return a.singular
}

// each visits every way to fill a slot, staying empty included, with what is
// remembered after it.
func (g *Grammar) each(s slot, m memory, visit func(words []string, p float64, m memory)) {
	if s.probability < 1 {
		visit(nil, 1-s.probability, m)
	}
	for i, f := range g.fillers(s.name, m) {
		next := m
		switch s.name {
		case "subject":
			next.subject = noun{i / 2, i%2 == 1}
		case "seen":
			next.seen = noun{i / 2, i%2 == 1}
		case "prep":
			next.prep = i
		}
		visit(f.words, s.probability*f.probability, next)
	}
}
