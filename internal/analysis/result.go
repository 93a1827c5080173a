package analysis

import (
	"errors"
	"fmt"
	"io/fs"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
)

// Result is the result of a training: the quality of its model, how much of its text it memorised, and the verdict.
type Result struct {
	Report
	Memorisation Memorisation `json:"memorisation"`
	Verdict      *Verdict     `json:"verdict"` // nil without a log of the training

	NoVerdict error `json:"-"` // why there is none; nil if there is one
}

// Conclude evaluates a run and makes the verdict on its training, without the next command. last is the same run with the weights of
// the last step.
func Conclude(r, last *run.Run, corpus *data.Corpus) (result Result, err error) {
	if result.Report, err = Evaluate(r, corpus); err != nil {
		return result, err
	}
	if result.Memorisation, err = MeasureMemorisation(last, corpus); err != nil {
		return result, err
	}
	metrics, err := r.Metrics()
	if err == nil && len(metrics) == 0 {
		err = fmt.Errorf("its log has no evaluation yet (%w)", fs.ErrNotExist)
	}
	if errors.Is(err, fs.ErrNotExist) { // a model can be copied without its log
		result.NoVerdict = err
		return result, nil
	}
	if err != nil {
		return result, err
	}
	v := Judge(NewEvidence(r, corpus, result.Report, result.Memorisation, metrics))
	result.Verdict = &v
	return result, nil
}

// TrainingResult is the result of `attend train`: that of the training, with the predictions for its sample sentence.
type TrainingResult struct {
	Result
	Parameters int                    `json:"parameters"`
	Sample     string                 `json:"sample"`
	Next       []attention.Prediction `json:"next"` // after the sample sentence
}

// Kept returns the result as a run folder keeps it: without the next command of the verdict, which names the folder, since that can be
// renamed.
func (r TrainingResult) Kept() TrainingResult {
	if r.Verdict != nil {
		v := *r.Verdict
		v.Next, r.Verdict = "", &v
	}
	return r
}

// NewTrainingResult returns the result of a training with its model r and the map of its sample sentence.
func NewTrainingResult(r *run.Run, result Result, sample attention.Map) TrainingResult {
	return TrainingResult{result, r.Parameters.Count(), r.Settings.Sample, sample.Next}
}
