package data

import (
	"cmp"
	"slices"
)

// Seen are the tokens that a text has where a sentence has another, and how often, the most frequent first.
type Seen struct {
	Where  string // relative to the tokens beside it in the sentence: one of SeenBetween, SeenAfter, SeenBefore; "" with no tokens
	IDs    []int
	Counts []int
}

// Where a text has a token.
const (
	SeenBetween = "between" // the same two tokens
	SeenAfter   = "after"   // the same token
	SeenBefore  = "before"  // the same token
)

// Trigram is a token of a sentence with the tokens before and after it, -1 where there is none or it is not known.
type Trigram struct{ Before, ID, After int }

// TrigramAt returns the trigram of the token at a position in a sentence.
func TrigramAt(ids []int, position int) Trigram {
	t := Trigram{-1, ids[position], -1}
	if position > 0 {
		t.Before = ids[position-1]
	}
	if position+1 < len(ids) {
		t.After = ids[position+1]
	}
	return t
}

// neighbours are the tokens before and after a position; -1 stands for any.
type neighbours struct{ before, after int }

// SeenIn returns for each trigram which tokens the set has in place of the one in the middle: between the same two tokens or, if
// these are fewer than two, after the same token, or before the same token. The token itself, and those that skip excludes, are
// left out.
//
// It reads the set once.
func (s Set) SeenIn(trigrams []Trigram, skip func(id int) bool) []Seen {
	counts := map[neighbours]map[int]int{}
	for _, t := range trigrams {
		for _, n := range t.neighbours() {
			if counts[n] == nil {
				counts[n] = map[int]int{}
			}
		}
	}
	for i := range s.Len() {
		sequence := s.Sequence(i)
		n := sequence.Len()
		before, id := -1, sequence.At(0)
		for j := range n {
			after := -1
			if j+1 < n {
				after = sequence.At(j + 1)
			}
			for _, n := range (Trigram{before, id, after}).neighbours() {
				if of := counts[n]; of != nil {
					of[id]++
				}
			}
			before, id = id, after
		}
	}
	seen := make([]Seen, len(trigrams))
	for i, t := range trigrams {
		for _, n := range t.neighbours() {
			of := seenOf(counts[n], func(other int) bool { return other == t.ID || skip(other) })
			if of.Where = n.where(); len(of.IDs) > len(seen[i].IDs) {
				seen[i] = of
			}
			if len(seen[i].IDs) >= 2 {
				break
			}
		}
	}
	return seen
}

// neighbours returns the tokens beside the one in the middle, the most specific first.
func (t Trigram) neighbours() (all []neighbours) {
	if t.Before >= 0 && t.After >= 0 {
		all = append(all, neighbours{t.Before, t.After})
	}
	if t.Before >= 0 {
		all = append(all, neighbours{t.Before, -1})
	}
	if t.After >= 0 {
		all = append(all, neighbours{-1, t.After})
	}
	return all
}

// where says on which sides the neighbours are.
func (n neighbours) where() string {
	switch {
	case n.after < 0:
		return SeenAfter
	case n.before < 0:
		return SeenBefore
	}
	return SeenBetween
}

// seenOf sorts counted tokens.
func seenOf(counts map[int]int, skip func(id int) bool) (s Seen) {
	for id := range counts {
		if !skip(id) {
			s.IDs = append(s.IDs, id)
		}
	}
	slices.SortFunc(s.IDs, func(a, b int) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, id := range s.IDs {
		s.Counts = append(s.Counts, counts[id])
	}
	return s
}
