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

// neighbours are the tokens before and after a position; -1 stands for any.
type neighbours struct{ before, after int }

// SeenInPlace returns for each position of a sentence which tokens the set has there instead: between the same two tokens or, if
// these are fewer than two, after the same token, or before the same token. The token before the first position of a sentence is
// the boundary token, which has no place of its own; in a stream the first token has none before it. The token of the sentence
// itself, and those that skip excludes, are left out.
//
// It reads the set once.
func (s Set) SeenInPlace(ids []int, skip func(id int) bool) []Seen {
	counts := map[neighbours]map[int]int{}
	places := make([][]neighbours, len(ids)) // of each position, the most specific first
	for i := range ids {
		before, after := -1, -1
		if i > 0 {
			before = ids[i-1]
		}
		if i+1 < len(ids) {
			after = ids[i+1]
		}
		for _, place := range []neighbours{{before, after}, {before, -1}, {-1, after}} {
			if place == (neighbours{-1, -1}) || slices.Contains(places[i], place) {
				continue
			}
			places[i] = append(places[i], place)
			if counts[place] == nil {
				counts[place] = map[int]int{}
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
			add := func(place neighbours) {
				if of := counts[place]; of != nil {
					of[id]++
				}
			}
			if before >= 0 {
				add(neighbours{before, -1})
			}
			if after >= 0 {
				add(neighbours{-1, after})
			}
			if before >= 0 && after >= 0 {
				add(neighbours{before, after})
			}
			before, id = id, after
		}
	}
	seen := make([]Seen, len(ids))
	for i, id := range ids {
		for _, place := range places[i] {
			of := seenOf(counts[place], func(other int) bool { return other == id || skip(other) })
			if of.Where = place.where(); len(of.IDs) > len(seen[i].IDs) {
				seen[i] = of
			}
			if len(seen[i].IDs) >= 2 {
				break
			}
		}
	}
	return seen
}

// where names a place.
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
