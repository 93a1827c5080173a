package train

import (
	"errors"
	"fmt"

	"attend/internal/kernel"
	"attend/layers"
)

// Batches is a sequence of batches that covers a text once.
type Batches interface {
	Len() int
	// Fill writes ids and targets [batch*seq] of batch i. A negative target means that nothing is predicted there.
	Fill(i int, ids, targets []int)
}

// Evaluation is the loss and the accuracy of a model on a text.
type Evaluation struct {
	Loss     float64 // mean, in nats per predicted token
	Accuracy float64 // share of predicted tokens that were the most likely one
	Tokens   int     // number of predicted tokens
}

// Evaluator computes losses with the operations of training, without gradients and dropout.
type Evaluator struct {
	replica      *replica
	ids, targets []int // of one batch
}

// NewEvaluator builds a graph for batches of the given shape. Call [Evaluator.Close] at the end.
func NewEvaluator(build Builder, batch, seq int) (*Evaluator, error) {
	r, err := newReplica(build, layers.Options{Batch: batch, Seq: seq}, false)
	if err != nil {
		return nil, err
	}
	return &Evaluator{r, make([]int, batch*seq), make([]int, batch*seq)}, nil
}

// Evaluate returns the mean loss and the accuracy over the batches, or over the first `most` of them if most > 0. It returns a
// [layers.NotFiniteError] if the loss of a token is not finite, and an error if the batches predict nothing.
func (e *Evaluator) Evaluate(batches Batches, most int) (Evaluation, error) {
	var result Evaluation
	var sum float64
	right := 0
	err := e.Each(batches, most, func(_ int, loss float64, likeliest bool) {
		sum += loss
		result.Tokens++
		if likeliest {
			right++
		}
	})
	if err != nil {
		return Evaluation{}, err
	}
	if result.Tokens == 0 {
		return Evaluation{}, errors.New("the text predicts nothing: it has no tokens to measure a loss on")
	}
	result.Loss, result.Accuracy = sum/float64(result.Tokens), float64(right)/float64(result.Tokens)
	return result, nil
}

// Each calls visit for each predicted token of the batches, or of the first `most` of them if most > 0, in their order: with its
// id, its loss in nats, and whether it was the most likely one. It returns a [layers.NotFiniteError] if a loss is not finite.
func (e *Evaluator) Each(batches Batches, most int, visit func(target int, loss float64, likeliest bool)) error {
	n := batches.Len()
	if most > 0 {
		n = min(n, most)
	}
	for i := range n {
		batches.Fill(i, e.ids, e.targets)
		e.replica.load(e.ids, e.targets, 0, 1)
		if err := e.replica.run(); err != nil {
			return err
		}
		for row, target := range e.replica.targets[:e.replica.Sentences.Rows()] {
			if target < 0 {
				continue
			}
			loss := float64(e.replica.op.losses[row])
			if !isFinite(loss) {
				return &layers.NotFiniteError{Found: fmt.Sprintf("the loss of a token is %g", loss)}
			}
			visit(target, loss, kernel.Argmax(e.probabilities(row)) == target)
		}
	}
	return nil
}

// probabilities returns the predicted distribution [vocab] of a row that has a target.
func (e *Evaluator) probabilities(row int) []float32 {
	vocab := e.replica.op.vocab
	return e.replica.op.probabilities[row*vocab : (row+1)*vocab]
}

// Close frees the memory of the graph.
func (e *Evaluator) Close() error { return e.replica.machine.Close() }
