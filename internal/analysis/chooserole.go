package analysis

import (
	"cmp"
	"slices"

	"attend/internal/attention"
)

// broadFrom is the smallest entropy of a broad head, normalized by that of uniform attention.
const broadFrom = 0.7

// How near two roles are between which other numbers than the evidence decide.
const (
	nearRule  = 0.15 // of the largest evidence, for the cause words of a rule, and for a repetition beside a set of words
	nearOther = 0.05 // of the largest evidence, for all others
	nearLift  = 0.1  // of the largest lift over all queries
	nearShare = 0.05 // of the largest share of all attention
)

// roleOrder is the order of roles that no number distinguishes.
var roleOrder = []string{
	attention.RoleInduction, attention.RoleDuplicate, attention.RolePrevious, attention.RoleCurrent, attention.RoleOffset,
	attention.RoleWords, attention.RoleBoundary, attention.RoleFirst, attention.RolePosition,
}

// ChooseRole returns the index of the score that a head is named for, and its role. The evidence is the lift of the weighted
// score or, where ablating the head costs nothing, that of the score; it must be 0.3 or more. The largest names the head, but in
// short sentences of a fixed shape several roles can have the same keys. Of those that are near the largest,
//
//   - the cause words of a rule come first, and then induction and duplicate tokens if the largest is a set of words: a set is found in
//     the data, so that there is one for the words that a head with such a role attends to;
//   - then come the roles whose evidence on random tokens is at least half of that on the text, since the place alone, or the
//     repetition, is enough there; then sets of words; then the others, where only the tokens make the head attend to the place;
//   - of these, the one with the largest lift over all queries, since roles that coincide where the ablation costs most differ
//     elsewhere; and of equals, the one with the largest share of all attention.
//
// If no evidence is large enough the index is -1, and the role is broad if the normalized entropy of the rows is 0.7 or more,
// also where ablating the head costs most, and mixed if it is less.
func ChooseRole(h attention.Head) (index int, role string) {
	best := 0.0
	for _, s := range h.Scores {
		if s.StandsOut() {
			best = max(best, s.Evidence())
		}
	}
	if best == 0 {
		if h.NormalizedEntropy >= broadFrom && (h.WeightedEntropy == nil || *h.WeightedEntropy >= broadFrom) {
			return -1, attention.RoleBroad
		}
		return -1, attention.RoleMixed
	}
	candidates := func(near float64, keep func(s attention.RoleScore) bool) (list []int) {
		for i, s := range h.Scores {
			if s.StandsOut() && s.Evidence() >= best-near && keep(s) {
				list = append(list, i)
			}
		}
		return list
	}
	left := candidates(nearRule, func(s attention.RoleScore) bool { return s.Rule })
	if len(left) == 0 && largestIsWords(h.Scores) {
		left = candidates(nearRule, func(s attention.RoleScore) bool {
			return (s.Role == attention.RoleInduction || s.Role == attention.RoleDuplicate) && classOf(s) == 0
		})
	}
	for class := 0; len(left) == 0; class++ {
		left = candidates(nearOther, func(s attention.RoleScore) bool { return classOf(s) <= class })
	}
	lift := func(i int) float64 {
		if h.Scores[i].Rule {
			return h.Scores[i].Evidence()
		}
		return h.Scores[i].Lift()
	}
	left = largest(left, nearLift, lift)
	left = largest(left, nearShare, func(i int) float64 { return h.Scores[i].Share })
	index = slices.MinFunc(left, func(i, j int) int {
		return cmp.Compare(slices.Index(roleOrder, h.Scores[i].Role), slices.Index(roleOrder, h.Scores[j].Role))
	})
	return index, h.Scores[index].Role
}

// largestIsWords reports whether the role with the largest evidence is a set of words.
func largestIsWords(scores []attention.RoleScore) bool {
	most := slices.MaxFunc(scores, func(a, b attention.RoleScore) int { return cmp.Compare(a.Evidence(), b.Evidence()) })
	return most.Role == attention.RoleWords && !most.Rule
}

// classOf returns 0 for a role that random tokens show as well, 1 for a set of words, 2 for a role that random tokens show less
// than half as clearly, both where ablating the head costs most and over all queries.
func classOf(s attention.RoleScore) int {
	plain := s // over all queries
	plain.Weighted = nil
	switch random, ofAll := randomEvidence(s), randomEvidence(plain); {
	case s.Role == attention.RoleWords && !s.Rule:
		return 1
	case random != nil && *random < s.Evidence()/2 && (ofAll == nil || !(plain.Evidence() >= 0.1 && *ofAll >= plain.Evidence()/2)):
		return 2
	}
	return 0
}

// randomEvidence returns the evidence of a role on random tokens, nil if there is none.
func randomEvidence(s attention.RoleScore) *float64 {
	control := attention.RoleScore{Score: 0, Uniform: s.Uniform}
	switch {
	case s.Weighted != nil && s.WeightedRandom != nil:
		control.Weighted, control.WeightedUniform = s.WeightedRandom, s.WeightedUniform
	case s.Weighted == nil && s.Random != nil:
		control.Score = *s.Random
	default:
		return nil
	}
	evidence := control.Evidence()
	return &evidence
}

// largest returns the indices whose value is at most near below the largest.
func largest(indices []int, near float64, value func(i int) float64) []int {
	top := value(indices[0])
	for _, i := range indices {
		top = max(top, value(i))
	}
	return slices.DeleteFunc(slices.Clone(indices), func(i int) bool { return value(i) < top-near })
}
