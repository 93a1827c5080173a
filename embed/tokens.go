// Package embed turns token ids into vectors: a learned vector for the token plus a
// vector for its position in the sentence.
//
//	x, err := embed.Tokens("wte", table, ids, nil)           // [batch*seq, dim]
//	x, err = embed.AddPositions("wpe", x, positions, seq)    // [batch*seq, dim]
//
// [Schemes] lists the position encodings; a new one is a line there.
//
// Axis words: batch, seq, dim, vocab.
package embed

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Tokens adds the vectors of tokens to the graph: row r of the result is the
// row ids[r] of the table.
//
//	y[r] = table[ids[r]]
//
//	table [vocab, dim], ids [batch*seq], y [batch*seq, dim]
//
// The gradient adds dy[r] to row ids[r] of the table's gradient. The rows that hold tokens are those of the sentences; nil
// means all rows. It returns an error if gorgonia cannot add the operation, as when table and ids are in different graphs.
func Tokens(name string, table, ids *gorgonia.Node, sentences *node.Sentences) (*gorgonia.Node, error) {
	rows, dim := ids.Shape()[0], table.Shape()[1]
	op := &tokens{node.New(name, tensor.Shape{rows, dim}, table, ids), dim} // [batch*seq, dim]
	op.SetSentences(sentences)
	return node.Apply(op)
}

type tokens struct {
	node.Op
	dim int
}

// Forward gathers: inputs are table, ids.
func (t *tokens) Forward(in ...gorgonia.Value) {
	kernel.Gather(t.Filled(t.Result()), node.Floats(in[0]), node.Ints(in[1])[:t.Rows(t.Result())], t.dim)
}

// Backward scatters, onto the gradient of another operation that reads the table, if there is one.
func (t *tokens) Backward(g *node.Gradient) {
	dTable, dy := node.Floats(g.D[0]), g.Dy[0]
	if addend := g.Addend(0); addend != nil {
		copy(dTable, addend)
	} else {
		clear(dTable)
	}
	kernel.ScatterAdd(dTable, t.Filled(dy), node.Ints(g.In[1])[:t.Rows(dy)], t.dim)
}
