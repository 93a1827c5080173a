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

// Heads describes each head of a run over held-out text: its attention on the keys of each role, on the text, on random tokens
// and weighted by what ablating the head costs, the role that stands out, with examples; the rise of the loss by mean and by
// resample ablation; and what its OV circuit copies. A large vocabulary, a long context and many heads are measured on fewer
// tokens: the result says on how many.
//
// With rules of marked sentences it does so over these in place of held-out text.
func Heads(r *run.Run, corpus *data.Corpus, rules *Rules) ([]attention.Head, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	sequences := measuredRows(r, corpus, headSentences)
	if marked := rules.sequencesOr(nil, headSentences); marked != nil {
		sequences = firstTokens(marked, tokensMeasured(r))
	}
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		return nil, err
	}
	ablation, err := newAblation(r, outputs, sequences)
	if err != nil {
		return nil, err
	}
	heads := make([]attention.Head, r.Config.Layers*r.Config.Heads)
	costs := make([][][]float64, len(heads))
	copying := newCopying(r, frequentTokens(corpus, copyingTokens))
	for i := range heads {
		h := &heads[i]
		h.Layer, h.Head = i/r.Config.Heads, i%r.Config.Heads
		measured, err := ablation.head(h.Layer, h.Head)
		if err != nil {
			return nil, err
		}
		h.Effect, h.EffectError = &measured.mean.mean, measured.mean.standardError
		h.Resample, h.ResampleError = &measured.resample.mean, measured.resample.standardError
		h.AblatedTokens = countTokens(inputs(ablation.sequences))
		costs[i] = measured.costs
		h.Copying = copying.of(h.Layer, h.Head)
	}
	return heads, describeHeads(r, rules, inputs(sequences), heads, costs)
}

// describeHeads sets the scores, roles and examples of heads with given effects, in sentences that the rules are of. The costs of
// ablating head i are costs[i], [sentence][query], of the first sentences; NaN where they are not known.
func describeHeads(r *run.Run, rules *Rules, sentences [][]int, heads []attention.Head, costs [][][]float64) error {
	first, _ := typedFrom(r)
	general := generalRoles(r, rules.Names, rules.roleCases(len(sentences)))
	describers := make([]*describer, len(heads))
	for i := range heads {
		d := &describer{head: &heads[i], first: first}
		d.weightBy(costs[i])
		d.sums = newHeadSums(longestOf(sentences), r.Vocabulary.Len())
		describers[i] = d
	}
	pass := func(sentences [][]int, read func(d *describer, s sentence, query int, row []float32)) error {
		return forward(r, each(sentences, nil, func(i int, out run.ForwardResult) {
			for _, d := range describers {
				for query := range sentences[i] {
					read(d, sentence{i, sentences[i]}, query, out.Weights(d.head.Layer, d.head.Head, query))
				}
			}
		}))
	}
	err := pass(sentences, func(d *describer, s sentence, query int, row []float32) {
		if query > 0 {
			d.addRow(s, query, row)
		}
	})
	if err != nil {
		return err
	}
	for _, d := range describers {
		d.finishRows()
		d.begin(r.Vocabulary, general)
	}
	for on, sentences := range [][][]int{sentences, randomTokens(r, sentences)} {
		err := pass(sentences, func(d *describer, s sentence, query int, row []float32) { d.measure(s, query, row, on) })
		if err != nil {
			return err
		}
	}
	for _, d := range describers {
		d.finish(r)
	}
	return nil
}

// describer measures the roles of one head.
type describer struct {
	head  *attention.Head
	first int         // position of the first typed token
	costs [][]float64 // weights of the queries, [sentence][query] of the first sentences; nil without weighted scores
	clear bool        // the ablation costs something in the mean over all tokens
	sums  *headSums
	total [2]float64 // queries, and the sum of their weights

	roles   []role
	totals  []roleTotals
	best    [2][]bestExamples // by role: with the largest scores, and with the largest products of score and cost
	entropy [2]float64
}

// roleTotals are sums over the queries of a role; [0] on the text, [1] on random tokens.
type roleTotals struct {
	score, cases, uniform [2]float64 // over the cases
	share, queries        [2]float64 // over all queries
	weighted, weight      [2]float64 // the same of the cases, with the costs as weights
	weightedUniform       float64
}

// Which costs weight the scores of a head.
const (
	leastCostly = 10    // queries that cost [attention.CostlyFrom] or more
	leastEffect = 0.005 // rise of the loss in nats per token, and twice its standard error
	sharpFrom   = 0.8   // lift of a weighted score that names a head with a smaller effect
)

// weightBy sets the costs that weight the queries of the head: those of 0.3 nats and more, the others are 0. There are no weights
// if fewer than ten queries cost so much.
func (d *describer) weightBy(costs [][]float64) {
	h := d.head
	d.costs = make([][]float64, len(costs))
	for i, list := range costs {
		d.costs[i] = make([]float64, len(list))
		for query, cost := range list {
			if query <= d.first || math.IsNaN(cost) { // the first queries have one typed key, and no case of a role
				continue
			}
			h.MeasuredTokens++
			if cost >= attention.CostlyFrom {
				d.costs[i][query] = cost
				h.CostlyTokens++
			}
		}
	}
	d.clear = h.EffectError != nil && *h.Effect >= max(leastEffect, 2**h.EffectError)
	if h.CostlyTokens < leastCostly {
		d.costs = nil
	}
}

// cost returns the weight of a query, 0 where there is none.
func (d *describer) cost(s sentence, query int) float64 {
	if s.index >= len(d.costs) {
		return 0
	}
	return d.costs[s.index][query]
}

// addRow adds a row to the sums from which the roles of this head are chosen, and to its entropy.
func (d *describer) addRow(s sentence, query int, row []float32) {
	cost := d.cost(s, query)
	d.sums.add(s, query, d.first, cost, row)
	entropy := normalizedEntropy(row)
	d.entropy[0] += entropy
	d.entropy[1] += cost * entropy
	d.total[0]++
	d.total[1] += cost
}

// finishRows sets what addRow has summed.
func (d *describer) finishRows() {
	h := d.head
	h.NormalizedEntropy = d.entropy[0] / max(1, d.total[0])
	if d.costs != nil {
		mean := d.entropy[1] / d.total[1]
		h.WeightedEntropy = &mean
	}
	h.ByOffset = d.sums.byOffset()
	h.Tokens = int(d.total[0])
}

// begin sets the roles that are measured: the general ones and those that are chosen for this head.
func (d *describer) begin(v *data.Vocabulary, general []role) {
	d.roles = slices.Clone(general)
	if d.costs != nil {
		d.roles = append(d.roles, d.sums.roles(v, d.first, true)...)
	}
	if d.costs == nil || !d.clear {
		d.roles = append(d.roles, d.sums.roles(v, d.first, false)...)
	}
	d.sums = nil
	d.totals = make([]roleTotals, len(d.roles))
	d.best = [2][]bestExamples{make([]bestExamples, len(d.roles)), make([]bestExamples, len(d.roles))}
}

// measure adds the row of a query to all roles: on 0 is the text, 1 random tokens.
func (d *describer) measure(s sentence, query int, row []float32, on int) {
	cost := d.cost(s, query)
	for i, role := range d.roles {
		if role.half && s.index%2 == 0 {
			continue
		}
		t := &d.totals[i]
		t.queries[on]++
		t.weight[on] += cost
		keys := role.keys(s, query)
		if len(keys) == 0 {
			continue
		}
		e := example{roleCase: roleCase{sentence: s.index, query: query, keys: keys, ids: s.ids[:query+1]}, key: keys[0],
			cost: cost}
		for _, key := range keys {
			e.score += float64(row[key])
			if row[key] > row[e.key] {
				e.key = key
			}
		}
		uniform := float64(len(keys)) / float64(query+1)
		t.share[on] += e.score
		if query <= d.first || role.counted != nil && !role.counted(query) {
			continue
		}
		t.weighted[on] += cost * e.score
		if on == 0 {
			t.weightedUniform += cost * uniform
		}
		t.score[on] += e.score
		t.uniform[on] += uniform
		t.cases[on]++
		if on == 0 {
			e.weight = float64(row[e.key])
			d.best[0][i].offer(e)
			if e.score *= cost; cost > 0 {
				d.best[1][i].offer(e)
			}
		}
	}
}

// finish sets the scores, the role and the examples of the head. A head that costs nothing in the mean over all tokens has
// weighted scores only if one of them is very clear.
func (d *describer) finish(r *run.Run) {
	h := d.head
	var of []int // which of the roles each score is of
	for i, t := range d.totals {
		if t.cases[0] == 0 {
			continue
		}
		s := d.roles[i].RoleScore
		s.Score, s.Uniform, s.Cases = t.score[0]/t.cases[0], t.uniform[0]/t.cases[0], int(t.cases[0])
		s.Share = t.share[0] / t.queries[0]
		s.Random = ratio(t.score[1], t.cases[1])
		s.Weighted, s.WeightedUniform = ratio(t.weighted[0], t.weight[0]), ratio(t.weightedUniform, t.weight[0])
		s.WeightedRandom = ratio(t.weighted[1], t.weight[1])
		if s.Role == attention.RoleWords && !s.Rule { // the words are not in random sentences
			s.Random, s.WeightedRandom = nil, nil
		}
		h.Scores, of = append(h.Scores, s), append(of, i)
	}
	sharp := func(s attention.RoleScore) bool { return s.WeightedLift() >= sharpFrom }
	weighted := d.costs != nil && (d.clear || slices.ContainsFunc(h.Scores, sharp))
	if !weighted {
		var scores []attention.RoleScore
		var kept []int
		for i, s := range h.Scores {
			if d.roles[of[i]].chosen && float64(s.Cases) < leastCases*d.total[0] {
				continue // it was chosen by the weights
			}
			s.Weighted, s.WeightedUniform, s.WeightedRandom = nil, nil, nil
			scores, kept = append(scores, s), append(kept, of[i])
		}
		h.Scores, of, h.WeightedEntropy = scores, kept, nil
	}
	h.Scores, of = bestOfRoles(h.Scores, of)
	if h.Named, h.Role = ChooseRole(*h); h.Named < 0 {
		return
	}
	best := d.best[0]
	if weighted {
		best = d.best[1]
	}
	for _, e := range best[of[h.Named]] {
		query, key := e.ids[e.query], e.ids[e.key]
		shown := attention.HeadExample{Text: r.Spelling.Text(e.ids), IDs: e.ids, Query: r.Vocabulary.Key(query), QueryID: query,
			Key: r.Vocabulary.Key(key), KeyID: key, Weight: e.weight}
		if weighted {
			shown.Cost = &e.cost
		}
		h.Examples = append(h.Examples, shown)
	}
}

// bestOfRoles keeps of several scores of one role, such as two offsets, the one with the most evidence.
func bestOfRoles(scores []attention.RoleScore, of []int) (kept []attention.RoleScore, keptOf []int) {
	for i, s := range scores {
		j := slices.IndexFunc(kept, func(k attention.RoleScore) bool { return k.Role == s.Role && k.Rule == s.Rule })
		switch {
		case j < 0:
			kept, keptOf = append(kept, s), append(keptOf, of[i])
		case s.Evidence() > kept[j].Evidence():
			kept[j], keptOf[j] = s, of[i]
		}
	}
	return kept, keptOf
}

// ratio returns x / n, nil if n is 0.
func ratio(x, n float64) *float64 {
	if n == 0 {
		return nil
	}
	x /= n
	return &x
}

// longestOf returns the number of tokens of the longest sentence.
func longestOf(sentences [][]int) (n int) {
	for _, ids := range sentences {
		n = max(n, len(ids))
	}
	return n
}

// example is a case with the attention weights of a head on its keys.
type example struct {
	roleCase
	key           int     // the key of the case with the largest weight
	score, weight float64 // what examples are sorted by; weight of that key
	cost          float64 // of ablating the head at the query
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
