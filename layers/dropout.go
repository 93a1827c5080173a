package layers

import (
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/random"
)

// dropout holds the settings of dropout in a training graph. A nil *dropout adds no operation, as in a graph for inference.
//
// A mask depends only on (seed, layer, step, sentence). It is the same whether or not a training was interrupted before the step,
// and however the batch is split over graphs.
type dropout struct {
	probability   float64        // of an activation to become 0
	seed          uint64         // of the run
	step          *gorgonia.Node // the training step, an input of the graph [1]
	firstSentence int            // index in the whole batch of this graph's first sentence
	pcg           *rand.PCG
}

// fill writes the mask of one sentence of the graph: 0 with the given probability, otherwise 1/(1-probability), so that the mean
// stays the same (Srivastava et al. 2014). A shorter mask is a prefix of a longer one.
func (d *dropout) fill(mask []float32, layer string, step, sentence int) {
	keep := float32(1 / (1 - d.probability))
	threshold := uint32(d.probability * (1 << 32))
	random.Reseed(d.pcg, d.seed, layer, uint64(step), uint64(d.firstSentence+sentence))
	var word uint64 // two draws of 32 bits
	for i := range mask {
		if i%2 == 0 {
			word = d.pcg.Uint64()
		} else {
			word >>= 32
		}
		if uint32(word) < threshold {
			mask[i] = 0
		} else {
			mask[i] = keep
		}
	}
}

// apply adds dropout to the graph: y = x mask. A nil dropout returns x itself.
//
//	x, y [batch*seq, dim]
func (d *dropout) apply(name string, x *gorgonia.Node, batch int) (*gorgonia.Node, error) {
	if d == nil {
		return x, nil
	}
	op := &drop{Op: node.New(name, x.Shape(), x, d.step), dropout: d, batch: batch}
	op.mask = make([]float32, len(op.Out()))
	return node.Apply(op)
}

type drop struct {
	node.Op
	*dropout
	batch int
	mask  []float32
}

// Forward draws the mask and multiplies: inputs are x, step.
func (d *drop) Forward(in ...gorgonia.Value) {
	rows, dim := in[0].Shape()[0], in[0].Shape()[1]
	for i := range d.batch {
		start, length := d.Sentence(i, rows/d.batch)
		d.fill(d.mask[start*dim:][:length*dim], d.Name(), node.Ints(in[1])[0], i)
	}
	x := d.Filled(in[0])
	kernel.Mul(d.Filled(d.Result()), x, d.mask[:len(x)])
}

// Backward multiplies by the mask.
func (d *drop) Backward(g *node.Gradient) {
	dy := d.Filled(g.Dy[0])
	kernel.Mul(d.Filled(g.D[0]), dy, d.mask[:len(dy)])
}
