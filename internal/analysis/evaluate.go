package analysis

import (
	"fmt"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/train"
)

// Report is the quality of a run on held-out text. Losses are in nats per predicted token (words and sentence ends).
type Report struct {
	HeldOutLoss float64        `json:"heldout_loss"`
	GrammarLoss *float64       `json:"grammar_loss,omitempty"` // loss of the exact probabilities of the grammar on the same text, see [GrammarLoss]
	Excess      *float64       `json:"excess,omitempty"`       // HeldOutLoss - GrammarLoss
	Accuracy    float64        `json:"accuracy"`               // share of tokens that were the most likely one
	Sentences   int            `json:"sentences"`              // held-out sentences, or texts in a run on characters
	Baselines   data.Baselines `json:"baselines"`              // losses of models without attention on the same text
	Rules       []RuleReport   `json:"rules,omitempty"`

	TrainLoss float64 `json:"-"` // on a sample of the training text
	Tokens    int     `json:"-"` // predicted, held-out
}

// trainingSample is the number of training sentences that the training loss is measured on.
const trainingSample = 2048

// Evaluate measures a run on all held-out text of its corpus.
func Evaluate(r *run.Run, corpus *data.Corpus) (Report, error) {
	if err := r.CheckText(corpus); err != nil {
		return Report{}, err
	}
	batch := r.EvaluationBatch()
	evaluator, err := r.NewEvaluator()
	if err != nil {
		return Report{}, err
	}
	defer evaluator.Close()
	var of [2]train.Evaluation // the held-out text, a sample of the training text
	for i, set := range []data.Set{corpus.HeldOut, corpus.Train} {
		batches, err := set.Batches(batch, r.Config.Context)
		if err != nil {
			return Report{}, err
		}
		if of[i], err = evaluator.Evaluate(batches, i*trainingSample/batch); err != nil {
			return Report{}, fmt.Errorf("%s: %w", printable.Path(r.Path), err)
		}
	}
	e := of[0]
	report := Report{
		HeldOutLoss: e.Loss, Accuracy: e.Accuracy, Tokens: e.Tokens, TrainLoss: of[1].Loss, Sentences: corpus.HeldOut.Len(),
		Baselines: data.NewBaselines(corpus.Train, corpus.HeldOut, corpus.Vocabulary.Len()),
	}
	if corpus.Grammar == nil {
		return report, nil
	}
	grammarLoss, err := GrammarLoss(corpus)
	if err != nil {
		return Report{}, err
	}
	excess := e.Loss - grammarLoss
	report.GrammarLoss, report.Excess = &grammarLoss, &excess
	if report.Rules, err = evaluateRules(r, corpus); err != nil {
		return Report{}, err
	}
	return report, nil
}

// GrammarLoss returns the loss of the grammar's exact probabilities on the held-out sentences.
func GrammarLoss(corpus *data.Corpus) (float64, error) {
	var sum float64
	err := eachHeldOut(corpus, func(_ int, words []string) bool {
		loss, ok := corpus.Grammar.SentenceLoss(words)
		sum += loss
		return ok
	})
	return sum / float64(corpus.HeldOut.Predictions()), err
}

// eachHeldOut calls visit with the words of each held-out sentence, as the vocabulary spells them. It returns an error if visit
// reports that a sentence is not one of the grammar.
func eachHeldOut(corpus *data.Corpus, visit func(i int, words []string) (ofGrammar bool)) error {
	for i, text := range corpus.HeldOutText {
		tokens, err := corpus.Vocabulary.Tokenize(text)
		if err != nil {
			return err
		}
		words := make([]string, len(tokens))
		for j, t := range tokens {
			words[j] = t.Key
		}
		if !visit(i, words) {
			return fmt.Errorf("held-out sentence %d is not one of the grammar: %s", i+1, printable.Quote(text))
		}
	}
	return nil
}
