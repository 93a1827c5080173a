package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Unembedding scores each token of the vocabulary as the next one:
//
//	logits = x table'
//
//	x [rows, dim], logits [rows, vocab]
//
// Where the unembedding is tied, its table is the token table itself (Press and Wolf 2017).
type Unembedding struct {
	Table *param.Param // [vocab, dim]
}

// apply adds the unembedding to the graph. The branch is that of the table, nil unless it is tied.
func (u Unembedding) apply(g *graph, x *gorgonia.Node, branch *node.Branch) *gorgonia.Node {
	return g.apply(func() (*gorgonia.Node, error) {
		return applyUnembedding("head", x, g.param(u.Table), branch)
	})
}

// applyUnembedding adds the operation to the graph of its inputs.
func applyUnembedding(name string, x, table *gorgonia.Node, branch *node.Branch) (*gorgonia.Node, error) {
	shape := tensor.Shape{x.Shape()[0], table.Shape()[0]} // [rows, vocab]
	return node.Apply(&unembedding{Op: node.New(name, shape, x, table), branch: branch}, x, table)
}

type unembedding struct {
	node.Op
	branch *node.Branch // of the table
}

// Do multiplies: inputs are x, table.
func (u *unembedding) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.MatMul(rowsOf(&u.Op, u.Result()), 1, rowsOf(&u.Op, in[0]), weightsOf(in[1]).T(), 0)
	return u.Done(), nil
}

// DiffWRT: both inputs have gradients.
func (u *unembedding) DiffWRT(int) []bool { return node.Differentiable(true, u.branch.Returns()) }

// SymDiff returns dx and dTable, computed in one pass.
func (u *unembedding) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, table := in[0], in[1]
	op := &unembeddingGrad{Op: node.New(u.Name()+".grad.x", x.Shape(), grad, x, table), dTable: newTensor(table.Shape())}
	dx, err := node.Apply(op, grad, x, table)
	if err != nil {
		return nil, err
	}
	dTable, err := node.Part(u.Name()+".grad.table", dx, op.dTable)
	if err != nil {
		return nil, err
	}
	dTable, err = u.branch.Pass(dTable)
	return gorgonia.Nodes{dx, dTable}, err
}

type unembeddingGrad struct {
	node.Op
	dTable *tensor.Dense // [vocab, dim]
}

// Do computes dx = dLogits table and dTable = dLogits' x: inputs are dLogits, x, table.
func (g *unembeddingGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	dLogits := rowsOf(&g.Op, in[0])
	kernel.MatMul(rowsOf(&g.Op, g.Result()), 1, dLogits, weightsOf(in[2]), 0)
	kernel.MatMul(weightsOf(g.dTable), 1, dLogits.T(), rowsOf(&g.Op, in[1]), 0)
	return g.Result(), nil
}
