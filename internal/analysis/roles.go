package analysis

import (
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/random"
	"attend/internal/run"
)

// role is a role of heads: which keys of a query it means.
//
// The definitions of the previous token, the duplicate token and induction are those of TransformerLens's head_detector (Nanda
// and Bloom 2022): the share of a head is the score of its detect_head with error_measure="mul" and nothing excluded.
type role struct {
	attention.RoleScore // only what names the role

	keys    func(s sentence, query int) []int // positions of the keys, in 0..query
	counted func(query int) bool              // whether a query with keys is a case; nil: each from the second typed token on
	half    bool                              // only sentences with an odd index are measured: the others found the role
	chosen  bool                              // an offset or a position that was found in the text
}

// sentence is a sentence by its index in the text, and its ids.
type sentence struct {
	index int
	ids   []int
}

// typedFrom returns the position of the first token that was typed, and whether the tokens of the run are in sentences.
func typedFrom(r *run.Run) (first int, boundary bool) {
	_, boundary = r.Vocabulary.Boundary()
	return untyped(r), boundary
}

// generalRoles returns the roles that do not depend on a head. Those of rules have the cases that are given.
func generalRoles(r *run.Run, rules []string, cases []roleCase) []role {
	first, boundary := typedFrom(r)
	roles := []role{
		{RoleScore: attention.RoleScore{Role: attention.RolePrevious}, keys: before(1)},
		{RoleScore: attention.RoleScore{Role: attention.RoleCurrent}, keys: before(0)},
		{RoleScore: attention.RoleScore{Role: attention.RoleDuplicate}, keys: func(s sentence, query int) (keys []int) {
			for key := range query {
				if s.ids[key] == s.ids[query] {
					keys = append(keys, key)
				}
			}
			return keys
		}},
		{RoleScore: attention.RoleScore{Role: attention.RoleInduction}, keys: func(s sentence, query int) (keys []int) {
			for key := 1; key <= query; key++ {
				if s.ids[key-1] == s.ids[query] {
					keys = append(keys, key)
				}
			}
			return keys
		}},
		// The first token is the previous one of the second.
		{RoleScore: attention.RoleScore{Role: attention.RoleFirst}, keys: at(first),
			counted: afterNext(first)},
	}
	if boundary {
		roles = append(roles, role{RoleScore: attention.RoleScore{Role: attention.RoleBoundary}, keys: at(0)})
	}
	for _, name := range rules {
		keys := map[tokenAt][]int{}
		for _, c := range cases {
			if c.role == name {
				keys[tokenAt{c.sentence, c.query}] = c.keys
			}
		}
		roles = append(roles, role{
			RoleScore: attention.RoleScore{Role: name, Rule: true},
			keys:      func(s sentence, query int) []int { return keys[tokenAt{s.index, query}] },
		})
	}
	return roles
}

// before returns the keys of a fixed offset.
func before(offset int) func(s sentence, query int) []int {
	return func(_ sentence, query int) []int {
		if offset > query {
			return nil
		}
		return []int{query - offset}
	}
}

// at returns the keys of a fixed position.
func at(position int) func(s sentence, query int) []int {
	return func(_ sentence, query int) []int {
		if position > query {
			return nil
		}
		return []int{position}
	}
}

// offsetRole is the role of a fixed offset of 2 or more, in a run whose first typed token is at a position.
func offsetRole(offset, first int) role {
	return role{
		RoleScore: attention.RoleScore{Role: attention.RoleOffset, Offset: &offset}, keys: before(offset),
		counted: func(query int) bool { return query-offset >= first }, chosen: true,
	}
}

// positionRole is the role of a position. For the token there and the one after, it is that of the current and of the previous
// token.
func positionRole(position int) role {
	return role{RoleScore: attention.RoleScore{Role: attention.RolePosition, Position: &position}, keys: at(position),
		counted: afterNext(position), chosen: true}
}

// afterNext reports whether a query is after the token behind a position.
func afterNext(position int) func(query int) bool {
	return func(query int) bool { return query > position+1 }
}

// wordsRole is the role of a set of tokens.
func wordsRole(v *data.Vocabulary, ids []int) role {
	s := attention.RoleScore{Role: attention.RoleWords, WordIDs: ids}
	for _, id := range ids {
		s.Words = append(s.Words, v.Key(id))
	}
	return role{RoleScore: s, half: true, keys: func(s sentence, query int) (keys []int) {
		for key := range query + 1 {
			if slices.Contains(ids, s.ids[key]) {
				keys = append(keys, key)
			}
		}
		return keys
	}}
}

// headSums are the attention weights of a head over a text, by what could be a role of its own.
type headSums struct {
	offsets, positions []sums     // by offset and by position
	tokens             []sums     // by id, over the sentences with an even index
	all, even          [2]float64 // number of queries, of all sentences and of those with an even index; [1] weighted by their costs
}

// sums are sums over queries: of the attention weight on a key, of that of uniform attention, and the number of queries with
// such a key; [0] each query, [1] weighted by its cost.
type sums struct{ weight, uniform, cases [2]float64 }

func (s *sums) add(cost, weight, uniform float64) {
	for i, by := range [2]float64{1, cost} {
		s.weight[i] += by * weight
		s.uniform[i] += by * uniform
		s.cases[i] += by
	}
}

// lift returns the lift over the queries with such a key or, weighted, over all queries, whose costs have that sum.
func (s sums) lift(weighted bool, costs float64) float64 {
	if weighted {
		return (s.weight[1] - s.uniform[1]) / (costs - s.uniform[1])
	}
	return (s.weight[0] - s.uniform[0]) / (s.cases[0] - s.uniform[0])
}

func newHeadSums(longest, vocab int) *headSums {
	return &headSums{offsets: make([]sums, longest), positions: make([]sums, longest), tokens: make([]sums, vocab)}
}

// add adds the row of attention weights of a query, with its cost. The keys before first are not typed.
func (h *headSums) add(s sentence, query, first int, cost float64, row []float32) {
	uniform := 1 / float64(query+1)
	for key := first; key <= query; key++ {
		w := float64(row[key])
		h.offsets[query-key].add(cost, w, uniform)
		if afterNext(key)(query) {
			h.positions[key].add(cost, w, uniform)
		}
		if s.index%2 == 0 {
			h.tokens[s.ids[key]].add(cost, w, uniform)
		}
	}
	for i, by := range [2]float64{1, cost} {
		h.all[i] += by
		if s.index%2 == 0 {
			h.even[i] += by
		}
	}
}

// byOffset returns the mean weight at each offset that is shown, over the queries that have a typed token there.
func (h *headSums) byOffset() []float64 {
	const shown = 64
	var means []float64
	for _, s := range h.offsets[:min(shown, len(h.offsets))] {
		if s.cases[0] == 0 {
			break
		}
		means = append(means, s.weight[0]/s.cases[0])
	}
	return means
}

// leastCases is the smallest part of all queries in which an offset or a position must exist to be a role.
const leastCases = 0.05

// roles returns the roles that are chosen for this head: the offset of 2 or more and the position with the largest lift, and the
// set of tokens. With costs, the lifts are weighted.
func (h *headSums) roles(v *data.Vocabulary, first int, weighted bool) (roles []role) {
	i := 0
	if weighted {
		i = 1
	}
	best := func(list []sums, from int) int {
		at, most := -1, 0.0
		for n := from; n < len(list); n++ {
			if list[n].cases[i] >= leastCases*h.all[i] && list[n].cases[i] > 0 {
				if lift := list[n].lift(weighted, h.all[1]); at < 0 || lift > most {
					at, most = n, lift
				}
			}
		}
		return at
	}
	if offset := best(h.offsets, 2); offset >= 0 {
		roles = append(roles, offsetRole(offset, first))
	}
	if position := best(h.positions, first+1); position >= 0 {
		roles = append(roles, positionRole(position))
	}
	if ids := h.words(v, i); len(ids) > 0 {
		roles = append(roles, wordsRole(v, ids))
	}
	return roles
}

const (
	mostInSet    = 12 // of a set
	wordsOf      = 4  // a set has at most one token in so many of the vocabulary
	wordsGain    = 0.03
	leastUniform = 1e-9
)

// words returns the set of tokens that together have the largest lift over the sentences with an even index, the one with
// the most attention first: tokens are added while the lift grows by 0.03 or more. A set has at most 12 tokens, and at
// most a quarter of the vocabulary.
func (h *headSums) words(v *data.Vocabulary, i int) (ids []int) {
	unknown, _ := v.Unknown()
	boundary, sentences := v.Boundary()
	type candidate struct {
		id   int
		over float64 // weight - uniform
	}
	var list []candidate
	for id, s := range h.tokens {
		if over := s.weight[i] - s.uniform[i]; over > 0 && id != unknown && !(sentences && id == boundary) {
			list = append(list, candidate{id, over})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		switch {
		case a.over > b.over:
			return -1
		case a.over < b.over:
			return 1
		}
		return 0
	})
	all, weight, uniform, lift := h.even[i], 0.0, 0.0, 0.0
	for _, c := range list {
		weight, uniform = weight+h.tokens[c.id].weight[i], uniform+h.tokens[c.id].uniform[i]
		if all-uniform < leastUniform*all {
			break
		}
		next := (weight - uniform) / (all - uniform)
		if next < lift+wordsGain || len(ids) == min(mostInSet, max(1, v.Len()/wordsOf)) {
			break
		}
		ids, lift = append(ids, c.id), next
	}
	return ids
}

// randomTokens returns the sentences with their tokens replaced by random ones of the vocabulary: in each sentence each token has
// one replacement, another for each token, so that what repeats in the sentence repeats in its replacement. <s> stays where it
// is.
func randomTokens(r *run.Run, sentences [][]int) [][]int {
	v := r.Vocabulary
	var typed []int
	unknown, _ := v.Unknown()
	boundary, hasBoundary := v.Boundary()
	special := func(id int) bool { return id == unknown || hasBoundary && id == boundary }
	for id := range v.Len() {
		if !special(id) {
			typed = append(typed, id)
		}
	}
	all := make([][]int, len(sentences))
	for i, ids := range sentences {
		rng := random.New(r.Settings.Seed, "random tokens", uint64(i))
		replaced, used := map[int]int{}, map[int]bool{}
		for _, id := range ids {
			if _, ok := replaced[id]; ok {
				continue
			}
			replaced[id] = id
			for !(hasBoundary && id == boundary) && len(used) < len(typed) {
				if other := typed[rng.IntN(len(typed))]; !used[other] {
					replaced[id], used[other] = other, true
					break
				}
			}
		}
		for _, id := range ids {
			all[i] = append(all[i], replaced[id])
		}
	}
	return all
}
