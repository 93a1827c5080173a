package analysis

import (
	"slices"

	"attend/internal/kernel"
	"attend/internal/run"
)

// RuleReport measures how well a run has learned one rule whose cause words are known.
type RuleReport struct {
	Name             string        `json:"name"`
	Accuracy         float64       `json:"accuracy"` // share of cases in which the most likely word follows the rule
	Count            int           `json:"cases"`
	Attention        RuleAttention `json:"attention"`
	AttentionRemoved *RuleAblation `json:"attention_removed,omitempty"` // effect of the attention to the causes, see [AblateRules]
}

// RuleAttention is the attention weight from the predicting word to the cause words of a rule: the sum over the cause words, mean
// over all cases.
type RuleAttention struct {
	BestHead  float64 `json:"best_head"` // of the head with the largest
	Mean      float64 `json:"mean"`      // over all heads
	Untrained float64 `json:"untrained"` // of the best head before training
	Uniform   float64 `json:"uniform"`   // of uniform attention
}

// roleCase is a query of a sentence with the keys of a role in that sentence. The case of a rule also has the word to predict.
type roleCase struct {
	role     string
	sentence int
	query    int   // its position; for a rule that of the token before the predicted one
	keys     []int // positions of the keys; for a rule those of the cause words
	ids      []int // of the sentence up to the query
	correct  []int // for a rule, ids of the words that follow it
}

// EvaluateRules reports on every rule.
func EvaluateRules(r *run.Run, rules *Rules) ([]RuleReport, error) {
	untrained, err := r.Untrained()
	if err != nil {
		return nil, err
	}
	var reports []RuleReport
	for _, name := range rules.Names {
		var of [2]RuleReport
		for i, model := range []*run.Run{r, untrained} {
			if of[i], err = measureRule(model, rules.cases[name]); err != nil {
				return nil, err
			}
		}
		of[0].Name, of[0].Attention.Untrained = name, of[1].Attention.BestHead
		reports = append(reports, of[0])
	}
	return reports, nil
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
