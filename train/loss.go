package train

import (
	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// crossEntropy adds the masked mean cross-entropy to the graph:
//
//	loss = weight sum_r -ln softmax(logits_r)[target_r]     over rows with target_r >= 0
//
//	logits [rows, vocab], targets [rows], weight [1], loss scalar, in nats per token
//
// The weight is 1 over the number of targets in the whole batch, of which this graph may
// hold a part: then losses and gradients of the parts add up to those of the batch.
func crossEntropy(name string, logits, targets, weight *gorgonia.Node) (*gorgonia.Node, *lossOp, error) {
	rows, vocab := logits.Shape()[0], logits.Shape()[1]
	op := &lossOp{
		Op:            node.New(name, tensor.Shape{1}, logits, targets, weight),
		vocab:         vocab,
		loss:          gorgonia.NewF32(0),
		losses:        make([]float32, rows),
		tops:          make([]float32, rows),
		probabilities: make([]float32, rows*vocab),
	}
	loss, err := node.Apply(op, logits, targets, weight)
	return loss, op, err
}

type lossOp struct {
	node.Op
	vocab         int
	loss          *gorgonia.F32
	losses        []float32 // [rows] in nats, 0 where nothing counts
	tops          []float32 // [rows] the largest logits
	probabilities []float32 // [rows, vocab]
}

// Type is that of an operation whose result is a scalar.
func (l *lossOp) Type() hm.Type {
	return hm.NewFnType(
		gorgonia.TensorType{Dims: 2, Of: tensor.Float32},
		gorgonia.TensorType{Dims: 1, Of: tensor.Int},
		gorgonia.TensorType{Dims: 1, Of: tensor.Float32},
		tensor.Float32)
}

// InferShape returns the shape of a scalar.
// Result returns the loss: what Do returns.
func (l *lossOp) Result() gorgonia.Value { return l.loss }

func (l *lossOp) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

// Do computes the loss: inputs are logits, targets, weight.
func (l *lossOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	logits, rows := l.Filled(in[0]), l.Rows(in[0])
	clear(l.losses[rows:])
	kernel.CrossEntropy(l.losses[:rows], l.tops[:rows], l.probabilities[:len(logits)], logits, node.Ints(in[1])[:rows], l.vocab)
	var sum float64
	for _, x := range l.losses {
		sum += float64(x)
	}
	*l.loss = gorgonia.F32(sum * float64(node.Floats(in[2])[0]))
	return l.loss, nil
}

// DiffWRT: the logits have a gradient, targets and weight have none.
func (l *lossOp) DiffWRT(int) []bool { return node.Differentiable(true, false, false) }

// SymDiff returns the gradient of the logits. The loss among its inputs makes it run
// after the forward pass, whose probabilities it reads.
func (l *lossOp) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	logits, targets, weight := in[0], in[1], in[2]
	op := &lossGrad{Op: node.New(l.Name()+".grad", logits.Shape(), targets, weight, output, grad), forward: l}
	dLogits, err := node.Apply(op, targets, weight, output, grad)
	return gorgonia.Nodes{dLogits, nil, nil}, err
}

type lossGrad struct {
	node.Op
	forward *lossOp
}

// Do computes dLogits: inputs are targets, weight, the loss (for the order) and its gradient.
func (l *lossGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	scale := node.Floats(in[1])[0] * float32(*in[3].(*gorgonia.F32))
	dLogits, rows := l.Filled(l.Result()), l.Rows(l.Result())
	kernel.CrossEntropyGrad(dLogits, l.forward.probabilities[:len(dLogits)], node.Ints(in[0])[:rows], l.forward.vocab, scale)
	return l.Result(), nil
}
