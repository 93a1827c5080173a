package analysis

import (
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/run"
	"attend/layers"
)

// mostPaired is how many words with the most attention are removed in pairs.
const mostPaired = 6

// testRedundancy queues what says why the removal of the attention to a word has no effect.
func (p *prediction) testRedundancy(y attention.Why, r *attention.Redundancy) {
	words, order := y.Words, y.ByAttention()
	judged := func(effect measured) float64 {
		if y.Against != nil {
			return effect.difference
		}
		return effect.logP
	}
	order = order[:min(len(order), mostPaired)]
	if !slices.Contains(order, r.Position) {
		order[len(order)-1] = r.Position
	}
	if len(words) > 2 { // else a pair is all that there is
		for i, a := range order {
			for _, b := range order[i+1:] {
				p.add(p.ids, p.query, removeAttention(attention.All, p.query, a, b), func(effect measured) {
					r.Pairs = append(r.Pairs, attention.PairRemoved{Positions: [2]int{min(a, b), max(a, b)}, Effect: judged(effect)})
				})
			}
		}
	}
	if p.r.Config.Layers > 1 && r.Position < p.query {
		p.add(p.ids, r.Position+1, removeFromAll(p.query, r.Position), func(effect measured) { r.AllQueries = new(judged(effect)) })
	}
}

// removeFromAll returns an edit that removes the attention of all tokens after a key, up to a query, to the key, in all layers
// and heads.
func removeFromAll(query, key int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		for later := key + 1; later <= query; later++ {
			if err := removeAttention(attention.All, later, key)(f, sentence); err != nil {
				return err
			}
		}
		return nil
	}
}

// leastMargin is the limit of the reason [attention.Certain]: removing the attention lowers the logit difference to the runner-up
// by this much.
const leastMargin = 0.5

// redundancyReasons returns what the tests found.
func redundancyReasons(r *run.Run, y attention.Why) []string {
	reasons := []string{}
	d, floor := y.Redundancy, y.RemovalFloor()
	if d.Position < untyped(r) {
		return append(reasons, attention.Sink)
	}
	if slices.ContainsFunc(d.Pairs, func(p attention.PairRemoved) bool {
		return y.Needed(p) && slices.Contains(p.Positions[:], d.Position)
	}) {
		reasons = append(reasons, attention.PairNeeded)
	}
	if d.AllQueries != nil && math.Abs(*d.AllQueries) > floor {
		reasons = append(reasons, attention.OtherTokens)
	}
	if y.Against == nil && y.Probability >= attention.CertainFrom && d.Difference >= leastMargin {
		reasons = append(reasons, attention.Certain)
	}
	if len(reasons) > 0 {
		return reasons
	}
	w := y.Words[d.Position]
	_, replaced := y.Replaced(w)
	_, mean := y.ReplacedMean(w)
	switch {
	case d.Position == len(y.Words)-1:
		reasons = append(reasons, attention.Itself)
	case replaced:
		reasons = append(reasons, attention.SameAnswer)
	case mean:
		reasons = append(reasons, attention.Several)
	case w.Replaced != nil:
		reasons = append(reasons, attention.NotUsed)
	case y.NoiseFloor.Predictions > 0:
		reasons = append(reasons, attention.NoOther)
	}
	return reasons
}
