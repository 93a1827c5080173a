package train

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// crossEntropy adds the masked cross-entropy to the graph:
//
//	loss = scale sum_r -ln softmax(logits_r)[target_r]     over rows with target_r >= 0
//
//	logits [rows, vocab], targets [rows], loss scalar, in nats per token
//
// scale is 1 / (number of targets in the whole batch). If several graphs each hold a part of the batch, their losses and
// gradients then add up to those of the whole batch.
func crossEntropy(name string, logits, targets *gorgonia.Node) (*gorgonia.Node, *lossOp, error) {
	rows, vocab := logits.Shape()[0], logits.Shape()[1]
	op := &lossOp{
		Op:            node.NewScalar(name, logits, targets),
		vocab:         vocab,
		losses:        make([]float32, rows),
		maxLogits:     make([]float32, rows),
		probabilities: make([]float32, rows*vocab),
	}
	loss, err := node.Apply(op)
	return loss, op, err
}

type lossOp struct {
	node.Op
	vocab         int
	scale         float32   // written before each forward pass
	losses        []float32 // [rows] in nats, 0 without a target
	maxLogits     []float32 // [rows]
	probabilities []float32 // [rows, vocab]
}

// Forward computes the loss: inputs are logits, targets.
func (l *lossOp) Forward(in ...gorgonia.Value) {
	logits, rows := l.Filled(in[0]), l.Rows(in[0])
	clear(l.losses[rows:])
	kernel.CrossEntropy(l.losses[:rows], l.maxLogits[:rows], l.probabilities[:len(logits)], logits, node.Ints(in[1])[:rows], l.vocab)
	var sum float64
	for _, x := range l.losses {
		sum += float64(x)
	}
	*l.Scalar() = gorgonia.F32(sum * float64(l.scale))
}

// Backward computes the gradient of the logits, scale (softmax(logits) - onehot(target)) dLoss.
func (l *lossOp) Backward(g *node.Gradient) {
	scale := l.scale * float32(*g.Dy[0].(*gorgonia.F32))
	dLogits, rows := l.Filled(g.D[0]), l.Rows(g.D[0])
	kernel.CrossEntropyGrad(dLogits, l.probabilities[:len(dLogits)], node.Ints(g.In[1])[:rows], l.vocab, scale)
}
