package data

import "strings"

// lexicon holds the words that fill the slots of the sentence shapes. Within a
// slot all are equally likely.
type lexicon struct {
	times      []string // phrases of one or two words
	adjectives []string
	animals    []animal
	verbs      []string
	preps      []string
	postures   []string
	sources    []string // between an animal and its region
	regions    []string // singular and plural; none is a place
	landmarks  []string // singular and plural; none is a place
	states     []string
	reasons    []string
	rests      []string
}

// animal is a noun that acts and is seen, and where it is when it is seen.
type animal struct {
	singular, plural string
	places           []string // by preposition
}

// savannaLexicon is the lexicon of the built-in corpus. In its table of places the
// preposition alone leaves four places open, each for two animals; who is seen
// alone leaves four open, one for each preposition; both together decide. No two animals
// share their place with more than one preposition.
func savannaLexicon() lexicon {
	return lexicon{
		times:      []string{"at dawn", "at noon", "at dusk", "at night", "today", "once", "yesterday"},
		adjectives: strings.Fields("old young big small brave shy"),
		verbs:      strings.Fields("saw watched heard followed noticed found chased met"),
		preps:      strings.Fields("near under behind beside"),
		animals: []animal{ //             near under behind beside
			{"lion", "lions", strings.Fields("hill baobab rock lake")},
			{"zebra", "zebras", strings.Fields("river acacia bush stream")},
			{"hyena", "hyenas", strings.Fields("cave cliff thicket pond")},
			{"antelope", "antelopes", strings.Fields("waterhole tree dune gorge")},
			{"giraffe", "giraffes", strings.Fields("hill acacia thicket gorge")},
			{"elephant", "elephants", strings.Fields("river cliff dune lake")},
			{"leopard", "leopards", strings.Fields("cave tree rock stream")},
			{"rhino", "rhinos", strings.Fields("waterhole baobab bush pond")},
		},
		postures:  strings.Fields("resting drinking hiding grazing standing"),
		sources:   strings.Fields("from of"),
		regions:   strings.Fields("valley valleys plain plains forest forests marsh marshes"),
		landmarks: strings.Fields("path paths bridge bridges fence fences"),
		states:    strings.Fields("hungry tired thirsty alert calm asleep lost restless"),
		reasons:   strings.Fields("because while"),
		rests:     strings.Fields("slept waited rested fled"),
	}
}
