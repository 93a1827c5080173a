package analysis

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

// intervention is a sentence that the model computes with an edit.
type intervention struct {
	ids  []int
	edit run.Edit                // nil for none
	read func(run.ForwardResult) // is called after the sentence is computed

	// from is the first position whose activations can differ from those of the base sentence of [passes]; read may read results
	// from there on only. 0 is always right.
	from int
}

// each returns an intervention with the same edit for each sentence.
func each(sentences [][]int, edit run.Edit, read func(i int, out run.ForwardResult)) []intervention {
	all := make([]intervention, len(sentences))
	for i, ids := range sentences {
		all[i] = intervention{ids: ids, edit: edit, read: func(out run.ForwardResult) { read(i, out) }}
	}
	return all
}

// mostRows is the largest number of tokens in one run of the graph: more are not faster and take more memory.
const mostRows = 256

// forward computes all interventions in order, as many in one run of the graph as fit. They can read the activations of the
// hook points that are named.
func forward(r *run.Run, interventions []intervention, hookPoints ...string) error {
	return passes{hookPoints: hookPoints}.forward(r, interventions)
}

// batchOf returns the number of sentences of one run of the graph: at most mostRows tokens, and at least one sentence even if it
// does not fit.
func batchOf(sentences, longest int, fits func(batch int) bool) int {
	batch := max(1, min(sentences, mostRows/longest))
	for batch > 1 && !fits(batch) {
		batch /= 2
	}
	return batch
}

// inputs returns the input of the model for each sequence: all tokens but the last.
func inputs(sequences [][]int) [][]int {
	read := make([][]int, len(sequences))
	for i, s := range sequences {
		read[i] = s[:len(s)-1]
	}
	return read
}

// removeAttention returns an edit that removes the attention of a query to some keys, in all heads of one layer or, with
// [attention.All], of all layers: the weights are 0 and the row is renormalised.
func removeAttention(layer, query int, keys ...int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		var links []layers.Link
		for _, key := range keys {
			links = append(links, layers.Link{Sentence: sentence, Head: layers.AllHeads, Query: query, Key: key})
		}
		for i, a := range f.Attention {
			if layer == i || layer == attention.All {
				if err := a.RemoveAttention(links...); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// MeasureEffects sets the effects of a map of the run: those of the zero ablation of each head, in one forward pass. It is an
// error if the map has no predictions.
func MeasureEffects(r *run.Run, m *attention.Map) error {
	e, err := r.Encode(m.Text)
	if err != nil {
		return err
	}
	if len(m.Next) == 0 {
		return errors.New("the map has no predictions: effects are measured on the most likely next token")
	}
	c, last := r.Config, len(e.IDs)-1
	target, zero := -1, make([]float32, c.HeadDim())
	var plain float64
	ablations := []intervention{{ids: e.IDs, read: func(out run.ForwardResult) {
		target = kernel.Argmax(out.Logits(last))
		plain = LogProbability(out.Logits(last), target)
	}}}
	m.Effects = attention.PerHead(c.Layers, c.Heads, func(int, int) float64 { return 0 })
	for layer := range m.Effects {
		for head := range m.Effects[layer] {
			ablations = append(ablations, intervention{
				ids:  e.IDs,
				edit: func(f *layers.Inference, sentence int) error { return f.Attention[layer].SetZ(sentence, head, zero) },
				read: func(out run.ForwardResult) {
					m.Effects[layer][head] = plain - LogProbability(out.Logits(last), target)
				},
			})
		}
	}
	return forward(r, ablations)
}

// LogProbability returns the log-probability that the next token is one of the targets: ln sum_t softmax(logits)[t].
func LogProbability(logits []float32, targets ...int) float64 {
	all, some := widened(logits), make([]float64, len(targets))
	for i, target := range targets {
		some[i] = all[target]
	}
	return floats.LogSumExp(some) - floats.LogSumExp(all)
}

// widened returns the values in double precision.
func widened(x []float32) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// hookName returns the name of a hook point of a layer, see [layers.HookPoint].
func hookName(layer int, hook string) string { return fmt.Sprintf("blocks.%d.%s", layer, hook) }
