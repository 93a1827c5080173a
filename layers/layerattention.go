package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// LayerAttention is the attention of one layer in a graph. Its methods return what the last forward pass computed, as slices of
// the operation's memory, which change with the next forward pass. A sentence is an index in the batch, a position an index in
// the whole sentence. Queries, weights and z are those of the tokens that the graph computes, see [Options.Base] and
// [Options.LastOnly]; methods panic for the position of another token.
type LayerAttention struct {
	ZNode     *gorgonia.Node // z of all heads, [batch*seq, heads*headDim]
	op        *attention
	projected Projected // as used in the scores

	graph   *Graph // nil outside of a model
	layer   int
	prefix  string         // of the names of the layer's hook points
	removed map[int][]Link // by sentence, see RemoveAttention
}

// hook adds the hook points of scores and weights.
func (a *LayerAttention) hook(g *builder) {
	op := a.op
	a.graph, a.layer, a.prefix = g.graph, len(g.graph.Attention), g.prefix
	g.graph.Attention = append(g.graph.Attention, a)
	g.hookAt("attn.scores", func(sentence int) []kernel.Matrix { return op.squares(op.hooked.data, sentence) },
		func(h *HookPoint) { op.hooked.scores, op.hooked.data = h, make([]float32, len(op.weights)) })
	g.hookAt("attn.weights", func(sentence int) []kernel.Matrix { return op.squares(op.weights, sentence) },
		func(h *HookPoint) { op.hooked.weights = h })
}

// Weights returns the attention weights, [batch, heads, query, key], before dropout in a training graph. Rows after the end of a
// sentence are undefined.
func (a *LayerAttention) Weights() []float32 { return a.op.weights }

// Row returns the attention weights of a query in one head: those of the keys up to the query, [query+1], or of the whole
// sentence if the graph has no mask.
func (a *LayerAttention) Row(sentence, head, query int) []float32 {
	keys := query + 1
	if a.op.noMask {
		_, keys = a.op.Sentence(sentence, a.op.seq)
	}
	row := (sentence*a.op.heads+head)*a.op.seq + a.row(sentence, query)
	return a.op.weights[row*a.op.longest:][:keys]
}

// Z returns z of a token in one head, the sum of the values times their attention weights, [headDim]: the input of the output
// projection.
func (a *LayerAttention) Z(sentence, head, position int) []float32 {
	return a.op.query(a.op.Result(), sentence, head).Row(a.row(sentence, position))
}

// Query returns the query of a token in one head as used in the scores, [headDim].
func (a *LayerAttention) Query(sentence, head, position int) []float32 {
	return a.op.query(valueOf(a.projected.Query), sentence, head).Row(a.row(sentence, position))
}

// row returns the row of a token in its sentence among those of queries and z.
func (a *LayerAttention) row(sentence, position int) int {
	_, length := a.op.Sentence(sentence, a.op.seq)
	return rowAt(position, a.op.First(sentence), length)
}

// Key returns the key of a token in one head as used in the scores, [headDim].
func (a *LayerAttention) Key(sentence, head, position int) []float32 {
	if own, ok := a.ownKey(sentence, position); ok {
		return a.op.key(valueOf(a.projected.Key), sentence, head).Row(own)
	}
	return a.graph.base.Attention[a.layer].Key(0, head, position)
}

// ownKey returns the row of a token among the keys of its sentence that the graph computes. ok is false if the token is one of
// the base sentence.
func (a *LayerAttention) ownKey(sentence, position int) (row int, ok bool) {
	if a.op.cache.hasBase() {
		position -= a.op.cache.rows.First(sentence)
	}
	return position, position >= 0
}

// Value returns the value of a token in one head, [headDim].
func (a *LayerAttention) Value(sentence, head, position int) []float32 {
	if own, ok := a.ownKey(sentence, position); ok {
		return a.op.key(valueOf(a.projected.Value), sentence, head).Row(own)
	}
	return a.graph.base.Attention[a.layer].Value(0, head, position)
}

// valueOf returns the value of a node after the last forward pass.
func valueOf(n *gorgonia.Node) gorgonia.Value {
	_, value, _ := node.Result(n)
	return value
}

// notFinite returns the first NaN or infinity among the queries, keys, values and attention weights of the last forward pass, and
// where it is. found is false if all are finite.
func (a *LayerAttention) notFinite() (name string, x float32, found bool) {
	op := a.op
	rows := op.Rows(op.Result())
	keyRows := rows
	if op.cache != nil {
		keyRows = op.cache.rows.Rows()
	}
	for _, of := range []struct {
		name       string
		projection *gorgonia.Node
		rows       int
	}{{"the queries", a.projected.Query, rows}, {"the keys", a.projected.Key, keyRows}, {"the values", a.projected.Value,
		keyRows}} {
		value := valueOf(of.projection)
		if x, found := notFinite(node.Floats(value)[:of.rows*value.Shape()[1]]); found {
			return of.name, x, true
		}
	}
	for sentence := range op.batch {
		_, length := op.Sentence(sentence, op.seq)
		for head := range op.heads {
			for query := range length {
				if x, found := notFinite(a.Row(sentence, head, op.First(sentence)+query)); found {
					return "the attention weights", x, true
				}
			}
		}
	}
	return "", 0, false
}
