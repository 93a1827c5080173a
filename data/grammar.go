package data

import (
	"slices"
	"strings"
)

// Grammar is a small language whose probabilities are known: a few sentence shapes
// and a lexicon. A sentence is drawn by drawing a shape and then filling its slots
// from left to right; a few slots are decided by earlier ones. No sentence can be
// drawn in two ways. It never changes once made and may be used from several
// goroutines.
type Grammar struct {
	shapes  []shape
	lexicon lexicon
	causes  []string // the slots that decide others
}

// lexicon holds the words of the grammar.
type lexicon struct {
	kinds  []kind
	places [][]string // [animal][preposition], where an animal is when it is seen
}

// kind is a list of words that can replace each other. No word is of two kinds.
type kind struct {
	name  string
	words []string
}

// savannaLexicon is the lexicon of the built-in corpus. In its table of places the
// preposition alone leaves four places possible, each for two animals; the animal that is seen
// alone leaves four possible, one for each preposition; both together decide the place. No two animals
// share their place with more than one preposition.
func savannaLexicon() lexicon {
	var kinds []kind
	for _, line := range [][2]string{
		{"hour", "dawn noon dusk night"},
		{"day", "today once yesterday"},
		{"adjective", "old young big small brave shy"},
		{"verb", "saw watched heard followed noticed found chased met"},
		{"preposition", "near under behind beside"},
		{"posture", "resting drinking hiding grazing standing"},
		{"link", "from of"}, // between an animal and its region
		{"region", "valley plain forest marsh"},
		{"regions", "valleys plains forests marshes"},
		{"landmark", "path bridge fence"},
		{"landmarks", "paths bridges fences"},
		{"copula", "is was"},
		{"copula", "are were"}, // of several
		{"state", "hungry tired thirsty alert calm asleep lost restless"},
		{"reason", "because while"},
		{"rest", "slept waited rested fled"},
	} {
		kinds = append(kinds, kind{line[0], strings.Fields(line[1])})
	}
	var one, many []string
	var places [][]string
	for _, animal := range [][3]string{ //  near under behind beside
		{"lion", "lions", "hill baobab rock lake"},
		{"zebra", "zebras", "river acacia bush stream"},
		{"hyena", "hyenas", "cave cliff thicket pond"},
		{"antelope", "antelopes", "waterhole tree dune gorge"},
		{"giraffe", "giraffes", "hill acacia thicket gorge"},
		{"elephant", "elephants", "river cliff dune lake"},
		{"leopard", "leopards", "cave tree rock stream"},
		{"rhino", "rhinos", "waterhole baobab bush pond"},
	} {
		one, many = append(one, animal[0]), append(many, animal[1])
		places = append(places, strings.Fields(animal[2]))
	}
	all := slices.Sorted(slices.Values(slices.Concat(places...)))
	return lexicon{append(kinds, kind{"animal", one}, kind{"animals", many}, kind{"place", slices.Compact(all)}), places}
}

// words returns the words of the first kind of a name.
func (l lexicon) words(name string) []string {
	for _, k := range l.kinds {
		if k.name == name {
			return k.words
		}
	}
	return nil
}

// forms lists singular and plural of each noun of a kind in turn.
func (l lexicon) forms(noun string) []string {
	var forms []string
	plurals := l.words(noun + "s")
	for i, singular := range l.words(noun) {
		forms = append(forms, singular, plurals[i])
	}
	return forms
}

// phrases returns what can fill a slot that does not depend on other slots.
func (l lexicon) phrases(slot string) []string {
	switch slot {
	case "when":
		times := slices.Clone(l.words("hour"))
		for i := range times {
			times[i] = "at " + times[i]
		}
		return append(times, l.words("day")...)
	case "subject", "seen":
		return l.forms("animal")
	case "region", "landmark":
		return l.forms(slot)
	}
	if words := l.words(slot); words != nil {
		return words
	}
	return []string{slot}
}

// shape is a sentence with slots.
type shape struct {
	probability float64
	text        string
	slots       []slot
}

// slot is a position in a shape to be filled with words.
type slot struct {
	name        string
	probability float64   // that it is filled
	free        []filler  // the ways to fill it, unless it is decided
	decided     *decision // by earlier slots; or nil
	causes      []int     // the indices in Grammar.causes of the slots that decide it
	cause       int       // the index of this slot in Grammar.causes; -1 if it decides none
}

// filler is one way to fill a slot.
type filler struct {
	words       []string
	probability float64
}

// state is what later slots depend on: for each slot of Grammar.causes, the index of its filler.
type state [8]int

// SavannaGrammar returns the grammar of the built-in corpus. Its slots:
//
//	when      a time, in half of the sentences
//	adjective before a third of the animals
//	subject   an animal, one or several: the one that acts
//	seen      an animal, one or several: the one that is acted on
//	region    one or several, as landmark; none is a place
//
// the slots that earlier ones decide, in [Grammar.RuleNames], and lists of the lexicon by
// name. Every other word of a shape is literal.
func SavannaGrammar() *Grammar {
	return newGrammar(savannaLexicon(), []shape{
		{probability: 0.36, text: "when? the adjective? subject verb the adjective? seen preposition the place"},
		{probability: 0.15, text: "when? the adjective? subject verb the adjective? seen posture preposition the place"},
		{probability: 0.17, text: "when? the adjective? subject link the region copula state"},
		{probability: 0.03, text: "when? the adjective? subject link the region by the landmark copula state"},
		{probability: 0.12, text: "when? the adjective? subject verb the adjective? seen reason that echo was state"},
		{probability: 0.09, text: "when? the adjective? subject rest reason that echo was state"},
		{probability: 0.08, text: "when? the adjective? subject verb the adjective? seen"},
	})
}

// newGrammar reads the slots of the shapes. A slot with ? may stay empty.
func newGrammar(l lexicon, shapes []shape) *Grammar {
	g := &Grammar{shapes, l, nil}
	for _, d := range decisions {
		for _, cause := range d.causes {
			if !slices.Contains(g.causes, cause) {
				g.causes = append(g.causes, cause)
			}
		}
	}
	filled := map[string]float64{"when": 1.0 / 2, "adjective": 1.0 / 3}
	for i := range shapes {
		for _, word := range strings.Fields(shapes[i].text) {
			s := slot{name: word, probability: 1}
			if name, ok := strings.CutSuffix(word, "?"); ok {
				s.name, s.probability = name, filled[name]
			}
			s.cause = slices.Index(g.causes, s.name)
			if at := slices.IndexFunc(decisions, func(d decision) bool { return d.slot == s.name }); at >= 0 {
				s.decided = &decisions[at]
				for _, cause := range s.decided.causes {
					s.causes = append(s.causes, slices.Index(g.causes, cause))
				}
			} else {
				s.free = equallyLikely(l.phrases(s.name))
			}
			shapes[i].slots = append(shapes[i].slots, s)
		}
	}
	return g
}

// equallyLikely makes the phrases equally likely fillers.
func equallyLikely(phrases []string) []filler {
	fillers := make([]filler, len(phrases))
	for i, phrase := range phrases {
		fillers[i] = filler{strings.Fields(phrase), 1 / float64(len(phrases))}
	}
	return fillers
}

// fillers lists the ways to fill a slot after what was drawn before it.
func (g *Grammar) fillers(s slot, st state) []filler {
	if s.decided == nil {
		return s.free
	}
	var chosen []int
	for _, cause := range s.causes {
		chosen = append(chosen, st[cause])
	}
	return equallyLikely(s.decided.phrases(g.lexicon, chosen))
}

// each calls visit for every way to fill a slot in a state, including leaving it empty: with
// the words, the probability of this way and the state after it.
func (g *Grammar) each(s slot, st state, visit func(words []string, p float64, next state)) {
	if s.probability < 1 {
		visit(nil, 1-s.probability, st)
	}
	for i, f := range g.fillers(s, st) {
		next := st
		if s.cause >= 0 {
			next[s.cause] = i
		}
		visit(f.words, s.probability*f.probability, next)
	}
}

// Substitutes names the kind of a word of the grammar and lists the other words of that kind, in the order of
// the lexicon: those that could replace it without breaking the sentence. Animals keep their
// number. A word that is alone in its kind, as "the", has no substitutes and no kind.
func (g *Grammar) Substitutes(word string) (kind string, others []string) {
	for _, k := range g.lexicon.kinds {
		if i := slices.Index(k.words, word); i >= 0 {
			return k.name, slices.Delete(slices.Clone(k.words), i, i+1)
		}
	}
	return "", nil
}

// OtherNumber names the kind of the words that a noun is not of because of its number, and lists them: for lion the kind animals,
// lions first. Other words have none.
func (g *Grammar) OtherNumber(word string) (kind string, others []string) {
	name, _ := g.Substitutes(word)
	for _, other := range []string{name + "s", strings.TrimSuffix(name, "s")} {
		if words := g.lexicon.words(other); name != "" && other != name && words != nil {
			return other, slices.Clone(words)
		}
	}
	return "", nil
}
