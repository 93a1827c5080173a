package analysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
)

// headSentences is the number of held-out sentences that the roles and effects of heads are measured on.
const headSentences = 500

// shownExamples is the largest number of examples of a head.
const shownExamples = 3

// Heads describes each head of a run over held-out text: its attention weight on the keys of each known role, the role that
// stands out, the examples with the largest weights, and the increase of the loss by mean ablation of the head.
//
// With rules of marked sentences it does so over these in place of held-out text.
func Heads(r *run.Run, corpus *data.Corpus, rules *Rules) ([]attention.Head, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	set, _ := corpus.Measured()
	sequences := rules.sequencesOr(set.Rows(r.Config.Context, headSentences), headSentences)
	sentences := inputs(sequences)
	cases, err := roleCases(r, rules, sentences)
	if err != nil {
		return nil, err
	}
	heads, err := headScores(r, sentences, cases)
	if err != nil {
		return nil, err
	}
	means, err := NewHeadMeans(r, corpus)
	if err != nil {
		return nil, err
	}
	plain, err := lossWith(r, sequences, nil)
	if err != nil {
		return nil, err
	}
	for i := range heads {
		loss, err := lossWith(r, sequences, means.ablate(heads[i].Layer, heads[i].Head))
		if err != nil {
			return nil, err
		}
		effect := loss - plain
		heads[i].Effect = &effect
	}
	return heads, nil
}

// roleCases returns all cases of all roles in the sentences, which are those of the rules if there are rules, sorted by role.
func roleCases(r *run.Run, rules *Rules, sentences [][]int) ([]roleCase, error) {
	_, words := r.Vocabulary.Boundary()
	first := 0 // position of the first token that was typed
	if words {
		first = 1
	}
	var cases []roleCase
	add := func(role string, attended func(ids []int, query, key int) bool) {
		for i, ids := range sentences {
			for query := first + 1; query < len(ids); query++ {
				var keys []int
				for key := range query + 1 {
					if attended(ids, query, key) {
						keys = append(keys, key)
					}
				}
				if len(keys) > 0 {
					cases = append(cases, roleCase{role: role, sentence: i, query: query, keys: keys, ids: ids[:query+1]})
				}
			}
		}
	}
	add(attention.RolePrevious, func(_ []int, query, key int) bool { return key == query-1 })
	add(attention.RoleItself, func(_ []int, query, key int) bool { return key == query })
	add(attention.RoleSame, func(ids []int, query, key int) bool { return first <= key && key < query && ids[key] == ids[query] })
	if words {
		// The first word is the previous one of the second.
		add(attention.RoleFirst, func(_ []int, query, key int) bool { return key == first && key != query-1 })
		add(attention.RoleBoundary, func(_ []int, _, key int) bool { return key == 0 })
	}
	return append(cases, rules.roleCases(len(sentences))...), nil
}

// headScores computes the sentences and returns each head with its scores, role and examples.
func headScores(r *run.Run, sentences [][]int, cases []roleCase) ([]attention.Head, error) {
	heads := make([]attention.Head, r.Config.Layers*r.Config.Heads)
	best := make([][]bestExamples, len(heads)) // [head][role]
	of := map[int][]roleCase{}                 // by sentence
	var roles []string
	for _, c := range cases {
		of[c.sentence] = append(of[c.sentence], c)
		if !slices.Contains(roles, c.role) {
			roles = append(roles, c.role)
		}
	}
	for i := range heads {
		heads[i].Layer, heads[i].Head = i/r.Config.Heads, i%r.Config.Heads
		for _, role := range roles {
			heads[i].Scores = append(heads[i].Scores, attention.RoleScore{Role: role})
		}
		best[i] = make([]bestExamples, len(roles))
	}
	rows := 0.0
	err := forward(r, each(sentences, nil, func(s int, out run.ForwardResult) {
		for i := range heads {
			h := &heads[i]
			for query := 1; query < len(sentences[s]); query++ {
				h.NormalizedEntropy += normalizedEntropy(out.Weights(h.Layer, h.Head, query))
			}
			for _, c := range of[s] {
				row := out.Weights(h.Layer, h.Head, c.query)
				e := example{roleCase: c, key: c.keys[0]}
				for _, key := range c.keys {
					e.score += float64(row[key])
					if row[key] > row[e.key] {
						e.key = key
					}
				}
				e.weight = float64(row[e.key])
				role := slices.Index(roles, c.role)
				at := &h.Scores[role]
				at.Score += e.score
				at.Uniform += float64(len(c.keys)) / float64(c.query+1)
				at.Cases++
				best[i][role].offer(e)
			}
		}
		rows += float64(len(sentences[s]) - 1)
	}))
	if err != nil {
		return nil, err
	}
	for i := range heads {
		h := &heads[i]
		h.NormalizedEntropy /= max(1, rows)
		for j := range h.Scores {
			s := &h.Scores[j]
			s.Score /= float64(s.Cases)
			s.Uniform /= float64(s.Cases)
		}
		h.Role = ChooseRole(h.Scores, h.NormalizedEntropy)
		if role := slices.Index(roles, h.Role); role >= 0 {
			for _, e := range best[i][role] {
				v := r.Vocabulary
				h.Examples = append(h.Examples, attention.HeadExample{
					Text: v.Decode(e.ids), Query: v.Key(e.ids[e.query]), Key: v.Key(e.ids[e.key]), Weight: e.weight})
			}
		}
	}
	return heads, nil
}

// diffuseFrom is the smallest entropy of a diffuse head, normalized by that of uniform attention.
const diffuseFrom = 0.7

// ChooseRole returns the role with the largest lift, if that lift stands out (0.3 or more). Otherwise it returns diffuse if the
// normalized entropy of its rows is 0.7 or more, and mixed if it is less.
func ChooseRole(scores []attention.RoleScore, entropy float64) string {
	role, best := attention.RoleMixed, 0.0
	if entropy >= diffuseFrom {
		role = attention.RoleDiffuse
	}
	for _, s := range scores {
		if lift := s.Lift(); s.StandsOut() && lift >= best {
			role, best = s.Role, lift
		}
	}
	return role
}

// example is a case with the attention weights of a head on its keys.
type example struct {
	roleCase
	key           int     // the key of the case with the largest weight
	score, weight float64 // sum of the weights of all keys of the case; weight of that key
}

// bestExamples are the examples with the highest scores, at most one for each sentence and each beginning of a sentence.
type bestExamples []example

// offer adds an example if it is among the best.
func (b *bestExamples) offer(e example) {
	kept := *b
	if len(kept) == shownExamples && kept[shownExamples-1].score >= e.score {
		return
	}
	if i := slices.IndexFunc(kept, func(k example) bool { return k.sentence == e.sentence || slices.Equal(k.ids, e.ids) }); i >= 0 {
		if kept[i].score >= e.score {
			return
		}
		kept = slices.Delete(kept, i, i+1)
	}
	kept = append(kept, e)
	slices.SortStableFunc(kept, func(x, y example) int { return cmp.Compare(y.score, x.score) })
	*b = kept[:min(len(kept), shownExamples)]
}

// normalizedEntropy returns the entropy of a row of weights divided by that of uniform attention, in 0 to 1.
func normalizedEntropy(row []float32) float64 {
	if len(row) < 2 {
		return 0
	}
	return stat.Entropy(widened(row)) / math.Log(float64(len(row)))
}

// lossWith returns the mean loss over sequences, in nats per token, with an edit in each.
func lossWith(r *run.Run, sequences [][]int, edit run.Edit) (float64, error) {
	var loss float64
	tokens := 0
	err := forward(r, each(inputs(sequences), edit, func(i int, out run.ForwardResult) {
		for position, target := range sequences[i][1:] {
			loss -= logProbability(out.Logits(position), target)
			tokens++
		}
	}))
	return loss / float64(max(1, tokens)), err
}
