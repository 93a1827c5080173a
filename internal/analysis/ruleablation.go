package analysis

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/combin"

	"attend/internal/attention"
	"attend/internal/random"
	"attend/internal/run"
)

// ablatedCases is the largest number of cases of a rule that the effect of removing attention is measured on.
const ablatedCases = 500

// RuleAblation is the effect of removing the attention of the predicting word to some words, in all layers and heads: the fall of
// the log-probability of the words that follow the rule, in nats, mean over cases. Attention weights alone do not show this
// effect.
type RuleAblation struct {
	Causes float64 `json:"causes"` // of the attention to all cause words
	Others float64 `json:"others"` // of the attention to as many other words, or all if they are fewer, mean over choices of them
}

// mostChoices is the largest number of choices of other words in one case, evenly spaced over all choices.
const mostChoices = 12

// AblateRules returns for each rule, by name, the effect of the attention to its cause words on up to 500 cases.
// It takes a few times as long as [EvaluateRules].
func AblateRules(r *run.Run, rules *Rules) (map[string]RuleAblation, error) {
	effects := map[string]RuleAblation{}
	for _, name := range rules.Names {
		var err error
		if effects[name], err = ablateRule(r, rules.cases[name]); err != nil {
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
			interventions = append(interventions, intervention{ids: c.ids, edit: edit, read: func(out run.ForwardResult) {
				result(LogProbability(out.Logits(c.query), c.correct...))
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
// evenly spaced ones. If fewer are no causes, they are the one choice. Of more choices than an int can count, it draws some with
// a fixed seed.
func otherKeys(n int, causes []int) [][]int {
	var rest []int
	for key := range n {
		if !slices.Contains(causes, key) {
			rest = append(rest, key)
		}
	}
	if len(rest) < len(causes) {
		return [][]int{rest}
	}
	if combin.LogGeneralizedBinomial(float64(len(rest)), float64(len(causes))) > math.Log(1<<52) {
		choices := make([][]int, mostChoices)
		for i := range choices {
			for _, at := range random.New(0, "other keys", uint64(i)).Perm(len(rest))[:len(causes)] {
				choices[i] = append(choices[i], rest[at])
			}
		}
		return choices
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
