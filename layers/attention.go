package layers

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Attention adds causal multi-head self-attention to the graph. Each head compares
// every query with the keys at and before it, turns the scores into weights that
// sum to 1, and mixes the values by them:
//
//	weights = softmax(query key' / sqrt(headDim)), the future exactly 0
//	mixed   = weights value
//
//	query, key, value, mixed [batch*seq, dim]; head h is columns h*headDim to (h+1)*headDim
//	weights [batch, heads, query, key]
//
// Source: Vaswani et al. 2017. The weights stay readable after each run, from
// [Attended].
func Attention(name string, query, key, value *gorgonia.Node, heads, seq int, drop *dropout) (*Attended, error) {
	rows, dim := query.Shape()[0], query.Shape()[1]
	batch := rows / seq
	op := &attention{
		Op:      node.New(name, query.Shape(), query, key, value),
		heads:   heads,
		seq:     seq,
		scale:   float32(1 / math.Sqrt(float64(dim/heads))),
		weights: make([]float32, batch*heads*seq*seq),
		drop:    drop,
	}
	if drop != nil {
		op.mask = make([]float32, len(op.weights))
		op.dropped = make([]float32, len(op.weights))
		op.Op = node.New(name, query.Shape(), query, key, value, drop.step)
		mixed, err := gorgonia.ApplyOp(op, query, key, value, drop.step)
		return &Attended{Mixed: mixed, op: op}, err
	}
	mixed, err := gorgonia.ApplyOp(op, query, key, value)
	return &Attended{Mixed: mixed, op: op}, err
}

// Attended is the attention of one layer in a graph.
type Attended struct {
	Mixed *gorgonia.Node // the mixed values [batch*seq, dim]
	op    *attention
}

// Weights returns the attention weights of the last run, [batch, heads, query, key]:
// the very numbers that the values were mixed by (before dropout, where a training graph
// has any). The slice belongs to the operation and changes with the next run.
func (a *Attended) Weights() []float32 { return a.op.weights }

type attention struct {
	node.Op
	heads, seq int
	scale      float32   // 1 / sqrt(headDim)
	weights    []float32 // [batch, heads, query, key]

	drop    *dropout
	mask    []float32 // [batch, heads, query, key], 0 or 1/(1-p)
	dropped []float32 // weights * mask
}

// head views the columns of one head in one sentence of a [batch*seq, dim] tensor.
func (a *attention) head(data []float32, sentence, head int) kernel.Matrix {
	dim := a.Result().Shape()[1]
	headDim := dim / a.heads
	return kernel.Columns(data[sentence*a.seq*dim+head*headDim:], a.seq, headDim, dim) // [seq, headDim]
}

// square returns the [query, key] part of one head in one sentence.
func (a *attention) square(data []float32, sentence, head int) []float32 {
	size := a.seq * a.seq
	start := (sentence*a.heads + head) * size
	return data[start : start+size]
}

// mixing returns the weights that the values were mixed by: after dropout, if any.
func (a *attention) mixing() []float32 {
	if a.drop != nil {
		return a.dropped
	}
	return a.weights
}

func (a *attention) batch() int { return a.Result().Shape()[0] / a.seq }

// Do attends: inputs are query, key, value and, with dropout, the step.
func (a *attention) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	query, key, value := node.Floats(in[0]), node.Floats(in[1]), node.Floats(in[2])
	if a.drop != nil {
		a.drop.fill(a.mask, a.Name(), node.Ints(in[3])[0], a.batch())
	}
	for sentence := range a.batch() {
		for head := range a.heads {
			square := a.square(a.weights, sentence, head)
			scores := kernel.Dense(square, a.seq, a.seq)                                                      // [query, key]
			kernel.MatMul(scores, a.scale, a.head(query, sentence, head), a.head(key, sentence, head).T(), 0) // [query, key]
			kernel.CausalSoftmax(square, a.seq)
			if a.drop != nil {
				kernel.Mul(a.square(a.dropped, sentence, head), square, a.square(a.mask, sentence, head))
			}
			mixing := kernel.Dense(a.square(a.mixing(), sentence, head), a.seq, a.seq)
			kernel.MatMul(a.head(a.Out(), sentence, head), 1, mixing, a.head(value, sentence, head), 0) // [query, headDim]
		}
	}
	return a.Result(), nil
}

// DiffWRT: query, key and value have gradients; the step of dropout has none.
func (a *attention) DiffWRT(inputs int) []bool {
	return node.Differentiable(true, true, true, false)[:inputs]
}

// SymDiff returns the three gradients, computed in one pass that runs after the
// forward pass, whose weights it reads.
func (a *attention) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	query, key, value := in[0], in[1], in[2]
	newTensor := func() *tensor.Dense {
		return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(query.Shape()...))
	}
	op := &attentionGrad{
		Op:       node.New(a.Name()+".grad.query", query.Shape(), grad, query, key, value, output),
		forward:  a,
		dKey:     newTensor(),
		dValue:   newTensor(),
		dWeights: make([]float32, a.seq*a.seq),
	}
	dQuery, err := gorgonia.ApplyOp(op, grad, query, key, value, output)
	if err != nil {
		return nil, err
	}
	dKey, err := node.Part(a.Name()+".grad.key", dQuery, op.dKey)
	if err != nil {
		return nil, err
	}
	dValue, err := node.Part(a.Name()+".grad.value", dQuery, op.dValue)
	return gorgonia.Nodes{dQuery, dKey, dValue, nil}[:len(in)], err
}

type attentionGrad struct {
	node.Op
	forward      *attention
	dKey, dValue *tensor.Dense // [batch*seq, dim]
	dWeights     []float32     // [query, key] of one head, reused
}

// Do computes, per sentence and head, with W the weights as mixed:
//
//	dValue = W' dy
//	dW     = dy value'
//	dS     = CausalSoftmaxGrad(dW)          gradient of the scaled scores
//	dQuery = dS key / sqrt(headDim),  dKey = dS' query / sqrt(headDim)
//
// Inputs are dy, query, key, value and, for the order, y.
func (g *attentionGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	a := g.forward
	dy, query, key, value := node.Floats(in[0]), node.Floats(in[1]), node.Floats(in[2]), node.Floats(in[3])
	dQuery, dKey, dValue := g.Out(), node.Floats(g.dKey), node.Floats(g.dValue)
	dW := kernel.Dense(g.dWeights, a.seq, a.seq) // [query, key]
	for sentence := range a.batch() {
		for head := range a.heads {
			mixing := kernel.Dense(a.square(a.mixing(), sentence, head), a.seq, a.seq)
			dMixed := a.head(dy, sentence, head)
			kernel.MatMul(a.head(dValue, sentence, head), 1, mixing.T(), dMixed, 0)
			kernel.MatMul(dW, 1, dMixed, a.head(value, sentence, head).T(), 0)
			if a.drop != nil {
				kernel.Mul(g.dWeights, g.dWeights, a.square(a.mask, sentence, head))
			}
			kernel.CausalSoftmaxGrad(g.dWeights, a.square(a.weights, sentence, head), a.seq)
			kernel.MatMul(a.head(dQuery, sentence, head), a.scale, dW, a.head(key, sentence, head), 0)
			kernel.MatMul(a.head(dKey, sentence, head), a.scale, dW.T(), a.head(query, sentence, head), 0)
		}
	}
	return g.Result(), nil
}
