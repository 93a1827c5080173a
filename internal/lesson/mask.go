package lesson

import (
	"context"
	"math"

	"attend/internal/analysis"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/run"
	"attend/layers"
	"attend/train"
)

// maskSteps is how many updates each of the two models of chapter 6 makes: about a second's worth.
const maskSteps = 500

// mask is chapter 6: why no word may see the words behind it.
func (c *Course) mask(ctx context.Context) (values, error) {
	floor, err := analysis.GrammarLoss(c.corpus)
	if err != nil {
		return nil, err
	}
	vocabulary := c.corpus.Vocabulary.Len()
	return values{
		"steps": maskSteps, "floor": floor, "vocabulary": vocabulary, "guess": math.Log(float64(vocabulary)),
		"trained": func() (values, error) {
			masked, err := c.learn(ctx, layers.AttentionOptions{})
			if err != nil {
				return nil, err
			}
			unmasked, err := c.learn(ctx, layers.AttentionOptions{NoMask: true})
			return values{"masked": masked, "unmasked": unmasked}, err
		},
	}, nil
}

// learned is the result of one of the two models.
type learned struct {
	AsTrained, FutureHidden float64  // losses on held-out sentences, nats a word
	Words                   []values // of the river sentence, and what each attends to most
}

// learn trains a model with the mask or without, and judges it both as it was trained and with the mask.
func (c *Course) learn(ctx context.Context, d layers.AttentionOptions) (l learned, err error) {
	r, err := c.newModel()
	if err != nil {
		return l, err
	}
	r.Settings.Steps, r.Settings.Warmup = maskSteps, maskSteps/10
	build := func(d layers.AttentionOptions) train.Builder {
		return func(o layers.Options) (*layers.Graph, error) {
			o.Attention = d
			return layers.New(r.Config, r.Parameters, o)
		}
	}
	sampler, err := c.corpus.Train.Sampler(r.Settings.Batch, r.Settings.Context, r.Settings.Seed)
	if err != nil {
		return l, err
	}
	trainer, err := train.New(r.Settings.Training(), build(d), r.Parameters, sampler)
	if err != nil {
		return l, err
	}
	defer trainer.Close()
	if err := trainer.Run(ctx, train.Callbacks{}); err != nil {
		return l, err
	}
	if l.AsTrained, err = c.heldOutLoss(build(d)); err != nil {
		return l, err
	}
	if l.FutureHidden, err = c.heldOutLoss(build(layers.AttentionOptions{})); err != nil {
		return l, err
	}
	l.Words, err = mostAttended(r, build(d))
	return l, err
}

// heldOutLoss is the loss of a graph on the sentences that were kept from training.
func (c *Course) heldOutLoss(build train.Builder) (float64, error) {
	const batch = 16
	evaluator, err := train.NewEvaluator(build, batch, c.settings.Context)
	if err != nil {
		return 0, err
	}
	defer evaluator.Close()
	batches, err := c.corpus.HeldOut.Batches(batch, c.settings.Context)
	if err != nil {
		return 0, err
	}
	e, err := evaluator.Evaluate(batches, 0)
	return e.Loss, err
}

// mostAttended lists what the words of the river sentence attend to most, in the head with the largest weight.
func mostAttended(r *run.Run, build train.Builder) (words []values, err error) {
	sentence, err := r.Encode(river)
	if err != nil {
		return nil, err
	}
	t, err := build(layers.Options{Batch: 1, Seq: len(sentence.IDs)})
	if err != nil {
		return nil, err
	}
	copy(t.IDs, sentence.IDs)
	m, err := node.NewMachine(t.ExprGraph, t.Logits)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	if err := m.Run(); err != nil {
		return nil, err
	}
	for query, word := range sentence.Tokens[:len(sentence.Tokens)-1] {
		weight, key := float32(0), 0
		for head := range r.Config.Heads {
			row := t.Attention[0].Row(0, head, query)
			if k := kernel.Argmax(row); row[k] > weight {
				weight, key = row[k], k
			}
		}
		words = append(words, values{"word": word, "most": sentence.Tokens[key], "weight": weight})
	}
	return words, nil
}
