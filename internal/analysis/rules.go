package analysis

import (
	"slices"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/run"
)

// RuleReport measures how well a run has learned one rule of the grammar.
type RuleReport struct {
	Name             string        `json:"name"`
	Accuracy         float64       `json:"accuracy"` // share of cases in which the most likely word follows the rule
	Attention        RuleAttention `json:"attention"`
	AttentionRemoved *RuleAblation `json:"attention_removed,omitempty"` // effect of the attention to the causes, see [AblateRules]
	Count            int           `json:"-"`                           // of cases
}

// RuleAttention is the attention weight from the predicting word to the cause words of a rule: the sum over the cause words, mean
// over all cases.
type RuleAttention struct {
	BestHead  float64 `json:"best_head"` // of the head with the largest
	Mean      float64 `json:"mean"`      // over all heads
	Untrained float64 `json:"untrained"` // of the best head before training
	Uniform   float64 `json:"uniform"`   // of uniform attention
}

// roleCase is a query of a sentence with the keys of a role in that sentence. The case of a rule of the grammar also has the word to
// predict.
type roleCase struct {
	role     string
	sentence int
	query    int   // its position; for a rule that of the token before the predicted one
	keys     []int // positions of the keys; for a rule those of the cause words
	ids      []int // of the sentence up to the query
	correct  []int // for a rule, ids of the words that follow it
}

// evaluateRules reports on every rule of the grammar over the held-out sentences.
func evaluateRules(r *run.Run, corpus *data.Corpus, derivations []data.Derivation) ([]RuleReport, error) {
	cases := ruleCases(r, corpus, derivations)
	untrained, err := r.Untrained()
	if err != nil {
		return nil, err
	}
	var reports []RuleReport
	for _, name := range corpus.Grammar.RuleNames() {
		var of [2]RuleReport
		for i, model := range []*run.Run{r, untrained} {
			if of[i], err = measureRule(model, cases[name]); err != nil {
				return nil, err
			}
		}
		of[0].Name, of[0].Attention.Untrained = name, of[1].Attention.BestHead
		reports = append(reports, of[0])
	}
	return reports, nil
}

// ruleCases returns the cases of each rule, by name, in the held-out sentences, whose derivations are given. Positions include the
// boundary token before the first word.
func ruleCases(r *run.Run, corpus *data.Corpus, derivations []data.Derivation) map[string][]roleCase {
	cases := map[string][]roleCase{}
	sequences := corpus.HeldOut.Rows(r.Config.Context, 0)
	for i, derivation := range derivations {
		for _, rule := range derivation.Rules {
			c := roleCase{role: rule.Name, sentence: i, query: rule.Predicted, ids: sequences[i][:rule.Predicted+1]}
			for _, cause := range rule.Causes {
				c.keys = append(c.keys, cause+1)
			}
			for _, word := range rule.Correct {
				id, _ := r.Vocabulary.ID(word)
				c.correct = append(c.correct, id)
			}
			cases[rule.Name] = append(cases[rule.Name], c)
		}
	}
	return cases
}

// measureRule computes the sentences of the cases and returns accuracy and attention.
func measureRule(r *run.Run, cases []roleCase) (RuleReport, error) {
	report := RuleReport{Count: len(cases)}
	heads := make([]float64, r.Config.Layers*r.Config.Heads)
	var interventions []intervention
	for _, c := range cases {
		interventions = append(interventions, intervention{ids: c.ids, read: func(out run.ForwardResult) {
			if slices.Contains(c.correct, kernel.Argmax(out.Logits(c.query))) {
				report.Accuracy++
			}
			report.Attention.Uniform += float64(len(c.keys)) / float64(c.query+1)
			for h := range heads {
				weights := out.Weights(h/r.Config.Heads, h%r.Config.Heads, c.query)
				for _, cause := range c.keys {
					heads[h] += float64(weights[cause])
				}
			}
		}})
	}
	if err := forward(r, interventions); err != nil || len(cases) == 0 {
		return report, err
	}
	n := float64(len(cases))
	report.Accuracy /= n
	report.Attention.Uniform /= n
	for _, sum := range heads {
		report.Attention.Mean += sum / n / float64(len(heads))
		report.Attention.BestHead = max(report.Attention.BestHead, sum/n)
	}
	return report, nil
}
