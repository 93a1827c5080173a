package embed

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Tokens adds the look-up of word vectors to the graph: row r of the result is the
// row ids[r] of the table.
//
//	y[r] = table[ids[r]]
//
//	table [vocab, dim], ids [rows], y [rows, dim]
//
// The gradient adds dy[r] to row ids[r] of the table's gradient.
func Tokens(name string, table, ids *gorgonia.Node) (*gorgonia.Node, error) {
	rows, dim := ids.Shape()[0], table.Shape()[1]
	op := &tokens{Op: node.New(name, tensor.Shape{rows, dim}, table, ids), dim: dim} // [batch*seq, dim]
	return gorgonia.ApplyOp(op, table, ids)
}

type tokens struct {
	node.Op
	dim int
}

// Do gathers: inputs are table, ids.
func (t *tokens) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Gather(t.Out(), node.Floats(in[0]), node.Ints(in[1]), t.dim)
	return t.Result(), nil
}

// DiffWRT: the table has a gradient, the ids have none.
func (t *tokens) DiffWRT(int) []bool { return node.Differentiable(true, false) }

// SymDiff returns the gradient of the table.
func (t *tokens) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	table, ids := in[0], in[1]
	op := &tokensGrad{Op: node.New(t.Name()+".grad", table.Shape(), grad, ids), dim: t.dim} // [vocab, dim]
	dTable, err := gorgonia.ApplyOp(op, grad, ids)
	return gorgonia.Nodes{dTable, nil}, err
}

type tokensGrad struct {
	node.Op
	dim int
}

// Do scatters: inputs are dy, ids.
func (t *tokensGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.ScatterAdd(t.Out(), node.Floats(in[0]), node.Ints(in[1]), t.dim)
	return t.Result(), nil
}
