package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Head adds the output head to the graph: the score of each token of the vocabulary.
//
//	logits = x table'
//
//	x [rows, dim], table [vocab, dim], logits [rows, vocab]
//
// With a tied head the table is the token table itself (Press and Wolf 2017); its gradient
// then takes the bypass to the look-up of the tokens. Otherwise bypass is nil.
func Head(name string, x, table *gorgonia.Node, bypass *node.Bypass) (*gorgonia.Node, error) {
	shape := tensor.Shape{x.Shape()[0], table.Shape()[0]} // [rows, vocab]
	return node.Apply(&head{Op: node.New(name, shape, x, table), bypass: bypass}, x, table)
}

type head struct {
	node.Op
	bypass *node.Bypass
}

// Do multiplies: inputs are x, table.
func (h *head) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.MatMul(rowsOf(&h.Op, h.Result()), 1, rowsOf(&h.Op, in[0]), weightsOf(in[1]).T(), 0)
	return h.Result(), nil
}

// DiffWRT: both inputs have gradients; that of a tied table goes another way.
func (h *head) DiffWRT(int) []bool { return node.Differentiable(true, h.bypass == nil) }

// SymDiff returns dx and dTable, computed in one pass.
func (h *head) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, table := in[0], in[1]
	op := &headGrad{Op: node.New(h.Name()+".grad.x", x.Shape(), grad, x, table), dTable: newTensor(table.Shape())}
	dx, err := node.Apply(op, grad, x, table)
	if err != nil {
		return nil, err
	}
	dTable, err := node.Part(h.Name()+".grad.table", dx, op.dTable)
	if h.bypass != nil {
		h.bypass.Give(dTable)
		return gorgonia.Nodes{dx, nil}, err
	}
	return gorgonia.Nodes{dx, dTable}, err
}

type headGrad struct {
	node.Op
	dTable *tensor.Dense // [vocab, dim]
}

// Do computes dx = dLogits table and dTable = dLogits' x: inputs are dLogits, x, table.
func (g *headGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	dLogits := rowsOf(&g.Op, in[0])
	kernel.MatMul(rowsOf(&g.Op, g.Result()), 1, dLogits, weightsOf(in[2]), 0)
	kernel.MatMul(weightsOf(g.dTable), 1, dLogits.T(), rowsOf(&g.Op, in[1]), 0)
	return g.Result(), nil
}
