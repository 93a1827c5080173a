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
// The gradient adds dy[r] to row ids[r] of the table's gradient. The branch is that of the table, nil if nothing else reads it. The
// rows that hold tokens are those of the sentences; nil stands for all.
func Tokens(name string, table, ids *gorgonia.Node, sentences *node.Sentences, branch *node.Branch) (*gorgonia.Node, error) {
	rows, dim := ids.Shape()[0], table.Shape()[1]
	op := &tokens{Op: node.New(name, tensor.Shape{rows, dim}, table, ids), dim: dim, branch: branch} // [batch*seq, dim]
	op.SetSentences(sentences)
	return node.Apply(op, table, ids)
}

type tokens struct {
	node.Op
	dim    int
	branch *node.Branch
}

// Do gathers: inputs are table, ids.
func (t *tokens) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Gather(t.Filled(t.Result()), node.Floats(in[0]), node.Ints(in[1])[:t.Rows(t.Result())], t.dim)
	return t.Done(), nil
}

// DiffWRT: the table has a gradient, the ids have none.
func (t *tokens) DiffWRT(int) []bool { return node.Differentiable(t.branch.Returns(), false) }

// SymDiff returns the gradient of the table.
func (t *tokens) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	table, ids := in[0], in[1]
	inputs := gorgonia.Nodes{grad, ids}
	if other := t.branch.Other(); other != nil {
		inputs = append(inputs, other)
	}
	op := &tokensGrad{Op: node.New(t.Name()+".grad", table.Shape(), inputs...), dim: t.dim} // [vocab, dim]
	dTable, err := node.Apply(op, inputs...)
	if err != nil {
		return nil, err
	}
	dTable, err = t.branch.Pass(dTable)
	return gorgonia.Nodes{dTable, nil}, err
}

type tokensGrad struct {
	node.Op
	dim int
}

// Do scatters: inputs are dy, ids and perhaps the gradient of another reader of the table.
func (t *tokensGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if len(in) > 2 {
		copy(t.Out(), node.Floats(in[2]))
	} else {
		clear(t.Out())
	}
	kernel.ScatterAdd(t.Out(), t.Filled(in[0]), node.Ints(in[1])[:t.Rows(in[0])], t.dim)
	return t.Result(), nil
}
