package analysis

import (
	"slices"

	"gonum.org/v1/gonum/stat/combin"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
)

// ablatedCases is the largest number of cases of a rule that the effect of removing attention is measured on.
const ablatedCases = 500

// RuleAblation is the effect of removing the attention of the predicting word to some words, in all layers and heads: the fall of
// the log-probability of the words that follow the rule, in nats, mean over cases. Attention weights alone do not show this
// effect.
type RuleAblation struct {
	Causes float64 `json:"causes"` // of the attention to all cause words
	Others float64 `json:"others"` // of the attention to the same number of other words, mean over choices of them
}

// mostChoices is the largest number of choices of other words in one case, evenly spaced over all choices.
const mostChoices = 12

// AblateRules returns for each rule of the grammar, by name, the effect of the attention to its cause words on up to 500 held-out cases.
// It takes a few times as long as [Evaluate].
func AblateRules(r *run.Run, corpus *data.Corpus) (map[string]RuleAblation, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	derivations, err := heldOutDerivations(corpus)
	if err != nil {
		return nil, err
	}
	effects := map[string]RuleAblation{}
	for name, list := range ruleCases(r, corpus, derivations) {
		if effects[name], err = ablateRule(r, list); err != nil {
			return nil, err
		}
	}
	return effects, nil
}

// ablateRule returns the effect on the first cases of a rule.
func ablateRule(r *run.Run, cases []roleCase) (sum RuleAblation, err error) {
	cases = cases[:min(ablatedCases, len(cases))]
	var interventions []intervention
	plain := 0.0
	for _, c := range cases {
		add := func(keys []int, result func(logP float64)) {
			edit := removeAttention(attention.All, c.query, keys...)
			interventions = append(interventions, intervention{c.ids, edit, func(out run.ForwardResult) {
				result(logProbability(out.Logits(c.query), c.correct...))
			}})
		}
		add(nil, func(logP float64) { plain = logP })
		add(c.keys, func(logP float64) { sum.Causes += plain - logP })
		others := otherKeys(c.query+1, c.keys)
		for _, keys := range others {
			add(keys, func(logP float64) { sum.Others += (plain - logP) / float64(len(others)) })
		}
	}
	err = forward(r, interventions)
	n := float64(max(1, len(cases)))
	return RuleAblation{sum.Causes / n, sum.Others / n}, err
}

// otherKeys returns choices of len(causes) of n keys that are no causes: all choices or, if there are more than mostChoices,
// evenly spaced ones.
func otherKeys(n int, causes []int) [][]int {
	var rest []int
	for key := range n {
		if !slices.Contains(causes, key) {
			rest = append(rest, key)
		}
	}
	if len(rest) < len(causes) {
		return nil
	}
	all := combin.Binomial(len(rest), len(causes))
	choices := make([][]int, min(all, mostChoices))
	for i := range choices {
		choices[i] = combin.IndexToCombination(nil, i*all/len(choices), len(rest), len(causes))
		for j, at := range choices[i] {
			choices[i][j] = rest[at]
		}
	}
	return choices
}
