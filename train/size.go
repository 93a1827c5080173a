package train

import (
	"runtime"

	"attend/layers"
)

// Bytes returns the memory in bytes that a training of a model takes in addition to the weights: moments, the graphs of the
// replicas with their gradients, the sums of the gradients, and the batch. The lengths are those of the sentences of a batch.
func (c Config) Bytes(model layers.Config, l layers.Lengths) float64 {
	bytes := float64(len(c.MomentNames())) * model.ParameterBytes()
	if c.Replicas() > 1 {
		bytes += model.ParameterBytes()
	}
	for _, o := range c.graphs() {
		bytes += model.GraphBytes(o, true, l) + lossBytes(model, o, true, l)
	}
	bytes += float64(min(c.Replicas(), runtime.GOMAXPROCS(0))) * model.ScratchBytes(c.Seq)
	return bytes + 2*8*float64(c.Batch)*float64(c.Seq)
}

// Replicas returns the number of graphs that the batch is split over.
func (c Config) Replicas() int { return len(split(c.Batch, c.Seq)) }

// graphs returns the options of the graph of each replica.
func (c Config) graphs() []layers.Options {
	var all []layers.Options
	first := 0
	for _, size := range split(c.Batch, c.Seq) {
		all = append(all, layers.Options{Batch: size, Seq: c.Seq, Training: true, Seed: c.Seed, FirstSentence: first})
		first += size
	}
	return all
}

// EvaluatorBytes returns the memory in bytes that [NewEvaluator] takes for a model.
func EvaluatorBytes(model layers.Config, batch, seq int, l layers.Lengths) float64 {
	o := layers.Options{Batch: batch, Seq: seq}
	return model.GraphBytes(o, false, l) + lossBytes(model, o, false, l) + 2*8*float64(batch)*float64(seq)
}

// lossBytes returns the memory in bytes of the loss in a graph.
func lossBytes(model layers.Config, o layers.Options, gradients bool, l layers.Lengths) float64 {
	logits := float64(o.Batch) * l.Mean * float64(model.Vocab)
	bytes := 4*logits + (8+2*4)*float64(o.Batch)*float64(o.Seq) // probabilities; targets, losses, largest logits
	if gradients {
		bytes += 4 * logits
	}
	return bytes
}
