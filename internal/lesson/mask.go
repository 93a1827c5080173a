package lesson

import (
	"context"
	"fmt"
	"math"

	"attend/internal/analysis"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// maskSteps is how many updates each of the two models of chapter 6 makes: about a second's worth.
const maskSteps = 500

// mask is chapter 6: why no word may see the words behind it.
func (c *Course) mask(ctx context.Context, show Show) error {
	if err := show(
		Paragraph("A sentence to learn from is whole. Each of its words is an exercise: what comes next? And the solution stands right behind it. All exercises of a sentence are done at once, which makes training fast. But then nothing keeps a word from looking at the next word and copying it."),
		Paragraph("So the scores of all later words are set to minus infinity before softmax. e to that power is 0: their weights are exactly 0, and the words before share the whole look. This is the causal mask. In a map it is the empty half above the diagonal."),
	); err != nil {
		return err
	}
	floor, err := c.floor()
	if err != nil {
		return err
	}
	if err := show(
		Paragraph(fmt.Sprintf("What goes wrong without it? Two models now learn from the same sentences, %d steps each, about a second. They differ in nothing but the mask. What is measured is the loss: how surprised the model is by the word that comes, on sentences that neither has seen. 0 is never surprised; chapter 8 says more. The rules of the savanna leave some of it open (who acts? which verb?), so no honest guess can get below %.2f on average.", maskSteps, floor)),
		Question{
			Ask:     "Which loss does the model without the mask reach?",
			Choices: []string{"a higher one: it is distracted", "about the same", fmt.Sprintf("a lower one, far below %.2f", floor)},
			Right:   2,
			Because: "It reads the solution. It need not know anything of animals and places, only how to copy the next word.",
		},
	); err != nil {
		return err
	}
	vocab := c.corpus.Vocabulary.Len()
	masked, err := c.learn(ctx, false)
	if err != nil {
		return err
	}
	ahead, err := c.learn(ctx, true)
	if err != nil {
		return err
	}
	if err := show(
		Table{Head: []string{"model", "loss as trained", "with the future hidden"}, Words: 1, Rows: [][]string{
			{"with the mask", fmt.Sprintf("%.2f", masked.asTrained), fmt.Sprintf("%.2f", masked.honest)},
			{"without it", fmt.Sprintf("%.2f", ahead.asTrained), fmt.Sprintf("%.2f", ahead.honest)},
			{"the best an honest guess can do", fmt.Sprintf("%.2f", floor), fmt.Sprintf("%.2f", floor)},
		}},
		Paragraph(fmt.Sprintf("Far below what is possible: a loss too good to be true is the sign that a model has seen the solution. The last column puts both to the real task: the future is not there yet, and nothing of it can be seen. The cheat knows less than nothing: it is worse than a guess among all %d words at random, which costs %.2f. It has learned to rely on what it will never have.", vocab, math.Log(float64(vocab)))),
		ahead.looks,
	); err != nil {
		return err
	}
	s, m := riverByHand(), oneHead()
	_, p, err := projected(s, m, layers.AttentionOptions{})
	if err != nil {
		return err
	}
	picture, err := byHandMap(p, mean(), "matrices of chapter 5, with the mask")
	if err != nil {
		return err
	}
	return show(
		Paragraph("With the mask, each word sees itself and what came before. This is the map of chapter 5 once more; what lies above the diagonal is the future:"),
		picture,
		Paragraph("The first word sees only itself, so its row is 1. That is no insight of the model: it has no choice."),
		Try{
			{"attend lesson 6 -o mask.svg", "the map as a picture"},
			{"attend lesson 7", "the next chapter"},
		},
	)
}

// learned is what one of the two models came to.
type learned struct {
	asTrained, honest float64 // losses on held-out sentences, nats a word
	looks             Part    // of the river sentence, where the mask is lifted
}

// learn trains a model with the mask or without, and judges it both as it was trained and with the mask.
func (c *Course) learn(ctx context.Context, ahead bool) (learned, error) {
	settings, err := c.settings()
	if err != nil {
		return learned{}, err
	}
	settings.Steps, settings.Warmup = maskSteps, maskSteps/10
	config := settings.Model(c.corpus.Vocabulary.Len())
	weights, err := layers.NewWeights(config, settings.Seed)
	if err != nil {
		return learned{}, err
	}
	build := func(options layers.AttentionOptions) train.Builder {
		return func(o layers.Options) (*layers.Transformer, error) {
			o.Attention = options
			return layers.New(config, weights, o)
		}
	}
	options := layers.AttentionOptions{NoMask: ahead}
	sampler, err := c.corpus.Train.Sampler(settings.Batch, settings.Context, settings.Seed)
	if err != nil {
		return learned{}, err
	}
	trainer, err := train.New(settings.Training(), build(options), weights, sampler)
	if err != nil {
		return learned{}, err
	}
	defer trainer.Close()
	if err := trainer.Run(ctx, train.Hooks{}); err != nil {
		return learned{}, err
	}
	var l learned
	if l.asTrained, err = c.heldOutLoss(build(options), settings.Context); err != nil {
		return l, err
	}
	if l.honest, err = c.heldOutLoss(build(layers.AttentionOptions{}), settings.Context); err != nil {
		return l, err
	}
	l.looks, err = c.looksAhead(config, weights)
	return l, err
}

// heldOutLoss is the loss of a graph on the sentences that were kept from training.
func (c *Course) heldOutLoss(build train.Builder, context int) (float64, error) {
	const batch = 16
	evaluator, err := train.NewEvaluator(build, batch, context)
	if err != nil {
		return 0, err
	}
	defer evaluator.Close()
	blocks, err := c.corpus.HeldOut.Blocks(batch, context)
	if err != nil {
		return 0, err
	}
	e, err := evaluator.Evaluate(blocks, 0)
	return e.Loss, err
}

// floor is the least loss on the held-out sentences: that of the grammar's own probabilities.
func (c *Course) floor() (float64, error) {
	corpus, err := c.savanna()
	if err != nil {
		return 0, err
	}
	return analysis.GrammarLoss(corpus)
}

// looksAhead lists what the words of the river sentence look at most in a model without the mask.
func (c *Course) looksAhead(config layers.Config, weights *param.Set) (Part, error) {
	words := riverByHand().words
	boundary, _ := c.corpus.Vocabulary.Boundary()
	ids, names := []int{boundary}, []string{"<s>"}
	for _, word := range words {
		id, known := c.corpus.Vocabulary.ID(lower(word))
		if !known {
			return nil, fmt.Errorf("%s is not in the vocabulary", printable.Quote(word))
		}
		ids, names = append(ids, id), append(names, word)
	}
	t, err := layers.New(config, weights, layers.Options{Batch: 1, Seq: len(ids), Attention: layers.AttentionOptions{NoMask: true}})
	if err != nil {
		return nil, err
	}
	copy(t.IDs, ids)
	m, err := node.NewMachine(t.Graph, t.Logits)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	if err := m.Run(); err != nil {
		return nil, err
	}
	table := Table{Caption: "What the cheat looks at most, in the head that is surest of it:", Head: []string{"word", "looks at", "weight"}, Words: 2}
	for query := range len(ids) - 1 {
		best, at := float32(0), 0
		for head := range config.Heads {
			row := t.Layers[0].Row(0, head, query)
			if key := kernel.Argmax(row); row[key] > best {
				best, at = row[key], key
			}
		}
		table.Rows = append(table.Rows, []string{names[query], names[at], fmt.Sprintf("%.2f", best)})
	}
	return table, nil
}
