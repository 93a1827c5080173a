package analysis

import (
	"fmt"
	"math"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/train"
)

// Report is the quality of a run. Losses are in nats per predicted token (words and sentence ends).
type Report struct {
	*HeldOutReport // nil if nothing is held out

	TrainLoss float64      `json:"train_loss"`      // on a sample of the training text
	Rules     []RuleReport `json:"rules,omitempty"` // of the grammar, on the held-out text
	Uniform   float64      `json:"-"`               // loss if every token is equally likely
}

// HeldOutReport is the quality of a run on held-out text.
type HeldOutReport struct {
	HeldOutLoss float64        `json:"heldout_loss"`
	GrammarLoss *float64       `json:"grammar_loss,omitempty"` // loss of the exact probabilities of the grammar on the same text, see [GrammarLoss]
	Excess      *float64       `json:"excess,omitempty"`       // HeldOutLoss - GrammarLoss
	Accuracy    float64        `json:"accuracy"`               // share of tokens that were the most likely one
	Sentences   int            `json:"sentences"`              // held-out sentences, or texts in a run on characters
	Baselines   data.Baselines `json:"baselines"`              // losses of models without attention on the same text

	Sample *SampleReport `json:"heldout_sample,omitempty"` // nil if evaluations during training measured all held-out text

	Tokens int `json:"-"` // predicted
}

// SampleReport has the losses on the part of the held-out text that the evaluations during training measured, see
// [run.Run.EvaluationRows]: what the losses in the log are compared with.
type SampleReport struct {
	HeldOutLoss float64        `json:"heldout_loss"`
	GrammarLoss *float64       `json:"grammar_loss,omitempty"`
	Sentences   int            `json:"sentences"` // the first of the held-out text; pieces in a run on characters
	Baselines   data.Baselines `json:"baselines"`
	Noun        string         `json:"-"` // of one of the sentences: "sentence" or "piece"
}

// trainingSample is the number of training sentences that the training loss is measured on.
const trainingSample = 2048

// Evaluate measures a run on all held-out text of its corpus, and on a sample of the training text.
func Evaluate(r *run.Run, corpus *data.Corpus) (Report, error) {
	if err := r.CheckText(corpus); err != nil {
		return Report{}, err
	}
	evaluator, err := r.NewEvaluator()
	if err != nil {
		return Report{}, err
	}
	defer evaluator.Close()
	measure := func(set data.Set, most int) (train.Evaluation, error) {
		batch := r.EvaluationBatch()
		batches, err := set.Batches(batch, r.Config.Context)
		if err != nil {
			return train.Evaluation{}, err
		}
		e, err := evaluator.Evaluate(batches, most/batch)
		if err != nil {
			err = fmt.Errorf("%s: %w", printable.Path(r.Path), err)
		}
		return e, err
	}
	training, err := measure(corpus.Train, trainingSample)
	if err != nil {
		return Report{}, err
	}
	report := Report{TrainLoss: training.Loss, Uniform: math.Log(float64(corpus.Vocabulary.Len()))}
	if corpus.HeldOut.Len() == 0 {
		return report, nil
	}
	var derivations []data.Derivation
	if corpus.Grammar != nil {
		if derivations, err = heldOutDerivations(corpus); err != nil {
			return Report{}, err
		}
		if report.Rules, err = EvaluateRules(r, grammarRules(r, corpus, derivations)); err != nil {
			return Report{}, err
		}
	}
	report.HeldOutReport, err = evaluateHeldOut(r, corpus, derivations, func(set data.Set) (train.Evaluation, error) {
		return measure(set, 0)
	})
	return report, err
}

// evaluateHeldOut is [Evaluate] on the held-out text, whose derivations are given if it has a grammar.
func evaluateHeldOut(r *run.Run, corpus *data.Corpus, derivations []data.Derivation,
	measure func(data.Set) (train.Evaluation, error)) (*HeldOutReport, error) {
	e, err := measure(corpus.HeldOut)
	if err != nil {
		return nil, err
	}
	counts := data.NewCounts(corpus.Train, corpus.HeldOut, corpus.Vocabulary.Len())
	report := &HeldOutReport{HeldOutLoss: e.Loss, Accuracy: e.Accuracy, Tokens: e.Tokens, Sentences: corpus.HeldOut.Len(),
		Baselines: counts.Losses(corpus.HeldOut)}
	sample := corpus.FirstHeldOut(r.EvaluationRows(corpus.HeldOut), r.Config.Context)
	if sample.HeldOut.Predictions() < corpus.HeldOut.Predictions() {
		e, err := measure(sample.HeldOut)
		if err != nil {
			return nil, err
		}
		report.Sample = &SampleReport{HeldOutLoss: e.Loss, Sentences: sample.HeldOut.RowCount(r.Config.Context),
			Baselines: counts.Losses(sample.HeldOut), Noun: "sentence"}
		if !corpus.Vocabulary.Layout().Sentences() {
			report.Sample.Noun = "piece"
		}
	}
	if corpus.Grammar == nil {
		return report, nil
	}
	grammarLoss := lossOf(derivations, corpus)
	if report.Sample != nil {
		of := lossOf(derivations, sample)
		report.Sample.GrammarLoss = &of
	}
	excess := e.Loss - grammarLoss
	report.GrammarLoss, report.Excess = &grammarLoss, &excess
	return report, nil
}

// GrammarLoss returns the loss of the grammar's exact probabilities on the held-out sentences.
func GrammarLoss(corpus *data.Corpus) (float64, error) {
	derivations, err := heldOutDerivations(corpus)
	if err != nil {
		return 0, err
	}
	return lossOf(derivations, corpus), nil
}

// lossOf returns the loss of the grammar's exact probabilities on the held-out sentences of a corpus, the first of those derived.
func lossOf(derivations []data.Derivation, corpus *data.Corpus) float64 {
	sum := 0.0
	for _, d := range derivations[:corpus.HeldOutText.Len()] {
		sum -= math.Log(d.Probability)
	}
	return sum / float64(corpus.HeldOut.Predictions())
}

// heldOutDerivations returns how the grammar draws each held-out sentence. It returns an error if one is not a sentence of the
// grammar.
func heldOutDerivations(corpus *data.Corpus) ([]data.Derivation, error) {
	derivations := make([]data.Derivation, corpus.HeldOutText.Len())
	for i, text := range corpus.HeldOutText.All() {
		tokens, err := corpus.Vocabulary.Tokenize(text)
		if err != nil {
			return nil, err
		}
		words := make([]string, len(tokens))
		for j, t := range tokens {
			words[j] = t.Key
		}
		ok := false
		if derivations[i], ok = corpus.Grammar.Parse(words); !ok {
			return nil, fmt.Errorf("held-out sentence %d is not one of the grammar: %s", i+1, printable.Quote(text))
		}
	}
	return derivations, nil
}
