package analysis

import (
	"cmp"
	"math"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/layers"
)

// headSentences is how many held-out sentences the roles and effects of heads are measured on.
const headSentences = 500

// shownExamples is how many examples of its role a head has.
const shownExamples = 3

// Heads tells what each head of a run does over held-out text: how much it looks at what each known
// role looks at, which role stands out, where that shows, and what its absence costs.
func Heads(r *run.Run, corpus *data.Corpus) ([]attention.Head, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	sequences := corpus.HeldOut.Rows(r.Config.Context, headSentences)
	sentences := inputs(sequences)
	cases, err := roleCases(r, corpus, sentences)
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
		h := &heads[i]
		loss, err := lossWith(r, sequences, func(f *layers.Inference, sentence int) error { return means.ablate(f, sentence, h.Layer, h.Head) })
		if err != nil {
			return nil, err
		}
		effect := loss - plain
		h.Effect = &effect
	}
	return heads, nil
}

// roleCase is one word of a sentence that has something to look at by a role.
type roleCase struct {
	role            string
	sentence, query int
	keys            []int
}

// roleCases lists all cases of all roles in some sentences, in the order of the roles.
func roleCases(r *run.Run, corpus *data.Corpus, sentences [][]int) ([]roleCase, error) {
	_, words := r.Vocabulary.Boundary()
	first := 0 // place of the first token that was typed
	if words {
		first = 1
	}
	var cases []roleCase
	add := func(role string, keys func(ids []int, query int) []int) {
		for i, ids := range sentences {
			for query := first + 1; query < len(ids); query++ {
				if k := keys(ids, query); len(k) > 0 {
					cases = append(cases, roleCase{role, i, query, k})
				}
			}
		}
	}
	add(attention.RolePrevious, func(_ []int, query int) []int { return []int{query - 1} })
	add(attention.RoleItself, func(_ []int, query int) []int { return []int{query} })
	add(attention.RoleSame, func(ids []int, query int) (keys []int) {
		for key := first; key < query; key++ {
			if ids[key] == ids[query] {
				keys = append(keys, key)
			}
		}
		return keys
	})
	if words {
		add(attention.RoleFirst, func(_ []int, query int) []int {
			if query == first+1 { // there it is the previous word
				return nil
			}
			return []int{first}
		})
		add(attention.RoleBoundary, func([]int, int) []int { return []int{0} })
	}
	if corpus.Grammar == nil {
		return cases, nil
	}
	rules, err := ruleCases(r, corpus)
	if err != nil {
		return nil, err
	}
	for _, name := range corpus.Grammar.RuleNames() {
		for _, c := range rules[name] {
			if c.sentence < len(sentences) {
				cases = append(cases, roleCase{name, c.sentence, c.query, c.causes})
			}
		}
	}
	return cases, nil
}

// headScores reads the sentences and returns each head with its scores, role and examples.
func headScores(r *run.Run, sentences [][]int, cases []roleCase) ([]attention.Head, error) {
	heads := make([]attention.Head, r.Config.Layers*r.Config.Heads)
	best := make([]map[string]*bestExamples, len(heads)) // by role
	of := map[int][]roleCase{}                           // by sentence
	var roles []string
	for _, c := range cases {
		of[c.sentence] = append(of[c.sentence], c)
		if !slices.Contains(roles, c.role) {
			roles = append(roles, c.role)
		}
	}
	for i := range heads {
		heads[i].Layer, heads[i].Head = i/r.Config.Heads, i%r.Config.Heads
		best[i] = map[string]*bestExamples{}
		for _, role := range roles {
			heads[i].Scores = append(heads[i].Scores, attention.RoleScore{Role: role})
			best[i][role] = &bestExamples{}
		}
	}
	rows := 0.0
	session, err := r.NewSession(r.EvaluationBatch())
	if err != nil {
		return nil, err
	}
	defer session.Close()
	err = session.Forward(sentences, func(s int, reading run.Reading) error {
		for i := range heads {
			h := &heads[i]
			for query := 1; query < len(sentences[s]); query++ {
				h.Entropy += entropyShare(reading.Weights(h.Layer, h.Head, query))
			}
			for _, c := range of[s] {
				row := reading.Weights(h.Layer, h.Head, c.query)
				var score float64
				for _, key := range c.keys {
					score += float64(row[key])
				}
				at := &h.Scores[slices.Index(roles, c.role)]
				at.Score += score
				at.Uniform += float64(len(c.keys)) / float64(c.query+1)
				at.Cases++
				top := c.keys[0]
				for _, key := range c.keys {
					if row[key] > row[top] {
						top = key
					}
				}
				best[i][c.role].offer(example{c, top, score, float64(row[top]), sentences[s][:c.query+1]})
			}
		}
		rows += float64(len(sentences[s]) - 1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range heads {
		h := &heads[i]
		h.Entropy /= max(1, rows)
		for j := range h.Scores {
			s := &h.Scores[j]
			s.Score /= float64(s.Cases)
			s.Uniform /= float64(s.Cases)
		}
		h.Role = ChooseRole(h.Scores, h.Entropy)
		if found := best[i][h.Role]; found != nil {
			for _, e := range found.kept {
				h.Examples = append(h.Examples, headExample(r, sentences[e.sentence], e))
			}
		}
	}
	return heads, nil
}

// diffuseFrom is the entropy from which on a head spreads its attention.
const diffuseFrom = 0.7

// ChooseRole returns the role that stands out: the one of the largest lift, if that is 0.3 at least, or else
// diffuse where the entropy is 0.7 or more, and mixed where it is not.
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

// example is a case with what a head pays to it.
type example struct {
	roleCase
	key           int     // the one with the largest weight
	score, weight float64 // of all keys, of that one
	seen          []int   // the tokens up to the query
}

// bestExamples keeps those with the highest scores, one a sentence and none that begins as another.
type bestExamples struct{ kept []example }

func (b *bestExamples) offer(e example) {
	if len(b.kept) == shownExamples && b.kept[shownExamples-1].score >= e.score {
		return
	}
	if i := slices.IndexFunc(b.kept, func(k example) bool { return k.sentence == e.sentence || slices.Equal(k.seen, e.seen) }); i >= 0 {
		if b.kept[i].score >= e.score {
			return
		}
		b.kept = slices.Delete(b.kept, i, i+1)
	}
	b.kept = append(b.kept, e)
	slices.SortStableFunc(b.kept, func(x, y example) int { return cmp.Compare(y.score, x.score) })
	b.kept = b.kept[:min(len(b.kept), shownExamples)]
}

// headExample spells an example.
func headExample(r *run.Run, ids []int, e example) attention.HeadExample {
	v := r.Vocabulary
	return attention.HeadExample{Text: v.Decode(ids[:e.query+1]), Query: v.Key(ids[e.query]), Key: v.Key(ids[e.key]), Weight: e.weight}
}

// entropyShare returns the entropy of a row of weights over that of an even spread.
func entropyShare(row []float32) float64 {
	if len(row) < 2 {
		return 0
	}
	var h float64
	for _, w := range row {
		if w > 0 {
			h -= float64(w) * math.Log(float64(w))
		}
	}
	return h / math.Log(float64(len(row)))
}

// lossWith returns the mean loss over sequences, in nats a token, with something taken away in each.
func lossWith(r *run.Run, sequences [][]int, edit run.Edit) (float64, error) {
	interventions := make([]intervention, len(sequences))
	for i, ids := range inputs(sequences) {
		interventions[i] = intervention{ids, edit}
	}
	var loss float64
	tokens := 0
	err := forward(r, interventions, func(i int, reading run.Reading) error {
		for place, target := range sequences[i][1:] {
			loss -= logProbability(reading.Logits(place), target)
			tokens++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return loss / float64(max(1, tokens)), nil
}
