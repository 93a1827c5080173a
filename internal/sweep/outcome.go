package sweep

import (
	"fmt"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// Outcome is the result of a trial, or why it has none: a line of results.jsonl. Losses are in nats per token, and of the model
// of the run, which has the weights of Step.
type Outcome struct {
	Trial       string         `json:"trial"`            // its hash
	Failed      string         `json:"failed,omitempty"` // why there is no result; "" if there is one
	Diverged    bool           `json:"diverged,omitempty"`
	Step        int            `json:"step"`
	Trained     int            `json:"trained_steps"`
	HeldOutLoss *float64       `json:"heldout_loss,omitempty"` // nil if nothing is held out
	TrainLoss   float64        `json:"train_loss"`
	Excess      *float64       `json:"excess,omitempty"` // of the held-out loss over that of the grammar
	Accuracy    *float64       `json:"accuracy,omitempty"`
	Rules       []RuleAccuracy `json:"rules,omitempty"`
	Verdict     string         `json:"verdict,omitempty"` // its kind, see [analysis.Verdict]
	Memorised   bool           `json:"memorised,omitempty"`
	Parameters  int            `json:"parameters"`
	Seconds     float64        `json:"seconds"` // of training, in all processes
}

// RuleAccuracy is the share of the cases of a rule of the grammar in which the most likely word follows it.
type RuleAccuracy struct {
	Name     string  `json:"name"`
	Accuracy float64 `json:"accuracy"`
}

// trialResult is what result.json of a trial holds: the result of `attend train`, and the map of the sample sentence, which
// remains when the weights are removed.
type trialResult struct {
	analysis.TrainingResult
	Map attention.Map `json:"map"`
}

// outcomeOf returns the outcome of a run that has ended.
func outcomeOf(trial string, r *run.Run, result analysis.TrainingResult, seconds float64) Outcome {
	o := Outcome{Trial: trial, Step: r.Step, Trained: r.Trained, TrainLoss: result.TrainLoss, Parameters: result.Parameters,
		Seconds: seconds}
	if h := result.HeldOutReport; h != nil {
		o.HeldOutLoss, o.Excess, o.Accuracy = &h.HeldOutLoss, h.Excess, &h.Accuracy
		for _, rule := range result.Rules {
			o.Rules = append(o.Rules, RuleAccuracy{rule.Name, rule.Accuracy})
		}
	}
	if v := result.Verdict; v != nil {
		o.Verdict, o.Memorised = v.Kind, v.Memorised != nil
		o.Diverged = v.Kind == analysis.Diverged
	}
	return o
}

// result reads result.json of a trial; nil if the trial has none.
func (s *Sweep) result(trial string) (*trialResult, error) {
	r := new(trialResult)
	d, err := run.Describe(s.TrialPath(trial), r)
	if err != nil || !d.HasResult {
		return nil, err
	}
	return r, nil
}

// HeldOut returns the quality of the model of a trial on held-out text; nil if the trial has no result, or nothing is held out.
func (s *Sweep) HeldOut(trial string) (*analysis.HeldOutReport, error) {
	r, err := s.result(trial)
	if r == nil || err != nil {
		return nil, err
	}
	return r.HeldOutReport, nil
}

// Map returns the attention of the sample sentence in a trial; nil if the trial has no result.
func (s *Sweep) Map(trial string) (*attention.Map, error) {
	r, err := s.result(trial)
	if r == nil || err != nil {
		return nil, err
	}
	if err := r.Map.Validate(); err != nil {
		return nil, fmt.Errorf("%s: the map of result.json: %w", printable.Path(s.TrialPath(trial)), err)
	}
	return &r.Map, nil
}
