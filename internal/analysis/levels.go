package analysis

import (
	"attend/data"
	"attend/internal/run"
)

// Levels are losses to which the held-out losses in the log of a training are compared, in nats per predicted token. They are of
// the part of the held-out text that the evaluations during training measured, see [run.Run.EvaluationRows].
type Levels struct {
	Baselines data.Baselines // of models without attention
	Grammar   *float64       // of the exact probabilities of the grammar, see [GrammarLoss]; nil for a text without one
}

// MeasureLevels returns the levels of a run. They are nil if nothing is held out.
func MeasureLevels(r *run.Run, corpus *data.Corpus) (*Levels, error) {
	if err := r.CheckText(corpus); err != nil || corpus.HeldOut.Len() == 0 {
		return nil, err
	}
	measured := corpus.FirstHeldOut(r.EvaluationRows(corpus.HeldOut), r.Config.Context)
	l := &Levels{Baselines: data.NewCounts(corpus.Train, measured.HeldOut, corpus.Vocabulary.Len()).Losses(measured.HeldOut)}
	if corpus.Grammar == nil {
		return l, nil
	}
	grammar, err := GrammarLoss(measured)
	l.Grammar = &grammar
	return l, err
}
