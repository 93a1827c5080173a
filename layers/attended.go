package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Attended is the attention of one layer in a graph. What its methods return is what was computed in the last run: slices of the
// operations, which change with the next. Sentence counts in the batch, position in the sentence.
type Attended struct {
	Mixed     *gorgonia.Node // the mixed values [batch*seq, heads*headDim]
	op        *attention
	projected Projected // as used in the scores

	graph  *Transformer   // nil outside of a model
	prefix string         // of the names of the layer's hook points
	cut    map[int][]Edge // by sentence
}

// hook adds the hook points of scores and weights.
func (a *Attended) hook(g *graph) {
	op := a.op
	a.graph, a.prefix = g.t, g.prefix
	g.t.Layers = append(g.t.Layers, a)
	g.hookAt("attn.scores", func(sentence int) []kernel.Matrix { return op.squares(op.hooked.data, sentence) },
		func(h *HookPoint) { op.hooked.scores, op.hooked.data = h, make([]float32, len(op.weights)) })
	g.hookAt("attn.weights", func(sentence int) []kernel.Matrix { return op.squares(op.weights, sentence) },
		func(h *HookPoint) { op.hooked.weights = h })
}

// Weights returns the attention weights, [batch, heads, query, key]:
// the very numbers that the values were mixed by (before dropout, where a training graph
// has any). Rows behind the end of a sentence hold nothing of this run.
func (a *Attended) Weights() []float32 { return a.op.weights }

// Row returns the attention weights of a query in one head for the tokens from the first to itself, [query+1], or for all of its
// sentence where there is no mask.
func (a *Attended) Row(sentence, head, query int) []float32 {
	seen := query + 1
	if a.op.noMask {
		_, seen = a.op.Sentence(sentence, a.op.seq)
	}
	return a.op.weights[((sentence*a.op.heads+head)*a.op.seq+query)*a.op.seq:][:seen]
}

// Z returns z of a token in one head, the sum of the values times their attention weights, [headDim]: the input of the output projection.
func (a *Attended) Z(sentence, head, position int) []float32 {
	return a.op.query(a.op.Result(), sentence, head).Row(position)
}

// Query returns the query of a token in one head, [headDim]: the very numbers whose products with the keys became the weights.
func (a *Attended) Query(sentence, head, position int) []float32 {
	return a.op.query(valueOf(a.projected.Query), sentence, head).Row(position)
}

// Key returns the key of a token that a head compares its queries with, [headDim].
func (a *Attended) Key(sentence, head, position int) []float32 {
	return a.op.key(valueOf(a.projected.Key), sentence, head).Row(position)
}

// Value returns the value of a token that a head mixes, [headDim].
func (a *Attended) Value(sentence, head, position int) []float32 {
	return a.op.key(valueOf(a.projected.Value), sentence, head).Row(position)
}

// valueOf returns what a node held in the last run.
func valueOf(n *gorgonia.Node) gorgonia.Value {
	_, value, _ := node.Result(n)
	return value
}

// notFinite returns the first number of the last run that is NaN or infinite, if there is one, and what it belongs to: the
// queries, keys and values of the filled rows, or the attention weights.
func (a *Attended) notFinite(rows int) (name string, x float32, found bool) {
	for _, of := range []struct {
		name       string
		projection *gorgonia.Node
	}{{"the queries", a.projected.Query}, {"the keys", a.projected.Key}, {"the values", a.projected.Value}} {
		value := valueOf(of.projection)
		if x, found := notFinite(node.Floats(value)[:rows*value.Shape()[1]]); found {
			return of.name, x, true
		}
	}
	for sentence := range a.op.batch {
		_, length := a.op.Sentence(sentence, a.op.seq)
		for head := range a.op.heads {
			for query := range length {
				if x, found := notFinite(a.Row(sentence, head, query)); found {
					return "the attention weights", x, true
				}
			}
		}
	}
	return "", 0, false
}
