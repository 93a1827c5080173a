package analysis

import (
	"cmp"
	"math"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/random"
	"attend/internal/run"
)

// replacements are the tokens that replace a token of a sentence.
type replacements struct {
	kind string // of the substitutes of a grammar
	seen string // where the training text has them, one of data.SeenBetween and so on
	ids  []int

	otherNumber *replacements // nouns of the other number, of a noun of a grammar; or nil
}

// mostReplacements is the largest number of tokens that replace one.
const mostReplacements = 12

// replacer chooses replacements: the substitutes of a grammar and, of a noun, the nouns of the other number; for words without any,
// tokens that the training text has in their place, see [data.Set.SeenIn]. Of more than 12 of these it draws 12 without repetition, each with a probability that is
// proportional to its count. A token is never replaced by one that the training has not shown in such a place.
type replacer struct {
	r       *run.Run
	grammar *data.Grammar // nil: none
	corpus  *data.Corpus  // nil: not available
}

func newReplacer(r *run.Run, reference *Reference) replacer {
	p := replacer{r: r, grammar: grammarOf(r)}
	if reference != nil {
		p.corpus = reference.corpus
	}
	return p
}

// position is a token of a sentence.
type position struct {
	ids []int
	at  int
}

// choose returns the replacements of tokens. The boundary token has none.
func (p replacer) choose(positions []position) []replacements {
	chosen := make([]replacements, len(positions))
	var rest []int // indices of those without substitutes
	var trigrams []data.Trigram
	for i, of := range positions {
		id := of.ids[of.at]
		if p.grammar != nil {
			kind, others := p.grammar.Substitutes(p.r.Vocabulary.Key(id))
			chosen[i] = p.known(kind, others)
			if kind, others := p.grammar.OtherNumber(p.r.Vocabulary.Key(id)); others != nil {
				chosen[i].otherNumber = new(p.known(kind, others))
			}
		}
		if boundary, ok := p.r.Vocabulary.Boundary(); chosen[i].ids == nil && !(ok && id == boundary) {
			rest, trigrams = append(rest, i), append(trigrams, data.TrigramAt(of.ids, of.at))
		}
	}
	if p.corpus == nil || len(rest) == 0 {
		return chosen
	}
	for k, seen := range p.corpus.Train.SeenIn(trigrams, p.skip) {
		draw := random.New(p.r.Settings.Seed, "replacements", uint64(positions[rest[k]].at))
		chosen[rest[k]] = replacements{seen: seen.Where, ids: drawn(seen, mostReplacements, draw.Float64)}
	}
	return chosen
}

// known returns the words of a kind that the vocabulary has.
func (p replacer) known(kind string, words []string) (r replacements) {
	for _, word := range words {
		if id, known := p.r.Vocabulary.ID(word); known {
			r.kind, r.ids = kind, append(r.ids, id)
		}
	}
	return r
}

// skip reports whether a token never replaces another: the boundary token and the unknown token.
func (p replacer) skip(id int) bool {
	boundary, hasBoundary := p.r.Vocabulary.Boundary()
	unknown, hasUnknown := p.r.Vocabulary.Unknown()
	return hasBoundary && id == boundary || hasUnknown && id == unknown
}

// drawn returns at most `most` of the tokens, drawn without repetition with probabilities in proportion to their counts.
//
// Source: Efraimidis and Spirakis 2006, "Weighted random sampling with a reservoir".
func drawn(s data.Seen, most int, uniform func() float64) []int {
	if len(s.IDs) <= most {
		return s.IDs
	}
	type keyed struct {
		id  int
		key float64
	}
	all := make([]keyed, len(s.IDs))
	for i, id := range s.IDs {
		all[i] = keyed{id, math.Log(1-uniform()) / float64(s.Counts[i])}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(b.key, a.key) })
	ids := make([]int, most)
	for i := range ids {
		ids[i] = all[i].id
	}
	return ids
}

// fewWords is how many words are replaced of a sentence of more than [attention.MostReplaced] tokens.
const fewWords = 32

// chosenWords returns the positions of the words to replace: all of a short sentence, of a long one those with the largest
// effects of removal and those with the most attention, half of each.
func chosenWords(words []attention.WordEffect) []int {
	positions := make([]int, len(words))
	for i := range positions {
		positions[i] = i
	}
	if len(words) <= attention.MostReplaced {
		return positions
	}
	first := func(size func(w attention.WordEffect) float64) []int {
		order := slices.Clone(positions)
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(size(words[j]), size(words[i])) })
		return order[:fewWords/2]
	}
	chosen := append(first(func(w attention.WordEffect) float64 { return math.Abs(*w.AttentionRemoved) }),
		first(func(w attention.WordEffect) float64 { return w.Attention })...)
	slices.Sort(chosen)
	return slices.Compact(chosen)
}
