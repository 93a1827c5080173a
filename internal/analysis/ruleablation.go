package analysis

import (
	"math"
	"slices"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

// cutCases is how many cases of a rule the effect of cutting edges is measured on.
const cutCases = 500

// RuleAblation is what the log-probability of the words that obey a rule loses, in nats, when edges from the
// predicting word are cut in all layers and heads: the mean over cases. Unlike attention, it says what the
// edges did.
type RuleAblation struct {
	Causes float64 `json:"causes"` // the edges to all words that decide
	Others float64 `json:"others"` // to as many other words, the mean over choices of them
}

// mostChoices is how many choices of other words are tried in one case, evenly spread over all.
const mostChoices = 12

// AblateRules measures for each planted rule, by name, on up to 500 held-out cases, what its edges do. It takes
// a few times as long as the rest of an evaluation.
func AblateRules(r *run.Run, corpus *data.Corpus) (map[string]RuleAblation, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	cases, err := ruleCases(r, corpus)
	if err != nil {
		return nil, err
	}
	effects := map[string]RuleAblation{}
	for name, list := range cases {
		if effects[name], err = ablateRule(r, list, corpus.HeldOut.Rows(r.Config.Context, 0)); err != nil {
			return nil, err
		}
	}
	return effects, nil
}

// ablateRule measures it on a rule's first cases.
func ablateRule(r *run.Run, cases []ruleCase, sequences [][]int) (RuleAblation, error) {
	cases = cases[:min(cutCases, len(cases))]
	var sum RuleAblation
	var interventions []intervention
	var results []func(logP float64) // of the interventions
	var owners []int                 // the case of each
	plain := make([]float64, len(cases))
	for i, c := range cases {
		ids := sequences[c.sentence][:c.query+1]
		others := spread(choices(without(c.query+1, c.causes), len(c.causes)), mostChoices)
		add := func(keys []int, result func(logP float64)) {
			interventions = append(interventions, intervention{ids, removeAttention(c.query, keys)})
			results = append(results, result)
			owners = append(owners, i)
		}
		add(nil, func(logP float64) { plain[i] = logP })
		add(c.causes, func(logP float64) { sum.Causes += plain[i] - logP })
		for _, keys := range others {
			add(keys, func(logP float64) { sum.Others += (plain[i] - logP) / float64(len(others)) })
		}
	}
	if len(cases) == 0 {
		return sum, nil
	}
	err := forward(r, interventions, func(i int, reading run.Reading) error {
		c := cases[owners[i]]
		results[i](logProbability(reading.Logits(c.query), c.correct...))
		return nil
	})
	if err != nil {
		return RuleAblation{}, err
	}
	return RuleAblation{sum.Causes / float64(len(cases)), sum.Others / float64(len(cases))}, nil
}

// removeAttention takes the edges from one query to some keys out of all layers and heads.
func removeAttention(query int, keys []int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		for _, attended := range f.Layers {
			for _, key := range keys {
				if err := attended.Cut(layers.Edge{Sentence: sentence, Head: layers.AllHeads, Query: query, Key: key}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// logProbability returns the logarithm of the probability that the next token is one of the targets:
// ln of the sum of softmax(logits) over them.
func logProbability(logits []float32, targets ...int) float64 {
	some := make([]float32, len(targets))
	for i, target := range targets {
		some[i] = logits[target]
	}
	return logSum(some) - logSum(logits)
}

// logSum returns the logarithm of the sum of e to each number, which stays finite where the sum would not.
func logSum(x []float32) float64 {
	top := float64(x[kernel.Argmax(x)])
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}

// without returns the numbers from 0 to n-1 that are not among some.
func without(n int, some []int) []int {
	var rest []int
	for i := range n {
		if !slices.Contains(some, i) {
			rest = append(rest, i)
		}
	}
	return rest
}

// spread returns at most so many of a list, evenly spaced.
func spread[T any](list []T, most int) []T {
	if len(list) <= most {
		return list
	}
	some := make([]T, most)
	for i := range some {
		some[i] = list[i*len(list)/most]
	}
	return some
}

// choices lists all ways to choose count of the numbers.
func choices(numbers []int, count int) [][]int {
	if count == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for i, first := range numbers {
		for _, rest := range choices(numbers[i+1:], count-1) {
			all = append(all, append([]int{first}, rest...))
		}
	}
	return all
}
