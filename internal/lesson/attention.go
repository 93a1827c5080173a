package lesson

import (
	"slices"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/layers"
)

// products returns the dot product of a query with each key, [keys], by the very product of matrices that
// attention is made of.
func products(query []float32, keys []Vector) []float32 {
	scores := make([]float32, len(keys))
	all := stacked(keys, len(query))
	kernel.MatMul(kernel.Dense(scores, 1, len(keys)), 1, kernel.Dense(slices.Clone(query), 1, len(query)), kernel.Dense(all, len(keys), len(query)).T(), 0)
	return scores
}

// attended is what one query makes of some keys and values.
type attended struct {
	weights []float32 // [keys], they sum to 1
	output  []float32 // [numbers of a value]
}

// attendTo runs the attention that a model trains with, in a graph of its own, with the query at the last of as many
// places as there are keys, so that it sees them all.
//
//	weights = softmax(scale query keys'),  output = weights values
func attendTo(query []float32, keys, values []Vector, scale float64) (attended, error) {
	n, dim := len(keys), max(len(query), len(values[0].Numbers))
	queries := make([]float32, n*dim) // zeros fill up what is shorter: they add nothing to a dot product
	copy(queries[(n-1)*dim:], query)
	heads, err := runAttention(1, n, dim, queries, stacked(keys, dim), stacked(values, dim), layers.AttentionOptions{Scale: scale})
	if err != nil {
		return attended{}, err
	}
	return attended{slices.Clone(heads.Row(0, 0, n-1)), slices.Clone(heads.Output(0, 0, n-1)[:len(values[0].Numbers)])}, nil
}

// runAttention runs the operation of attention over sentences of vectors [batch*seq, dim], one head.
func runAttention(batch, seq, dim int, query, key, value []float32, options layers.AttentionOptions) (*layers.Attended, error) {
	g := gorgonia.NewGraph()
	shape := []int{batch * seq, dim}
	p := layers.Projected{Query: node.Weights(g, "query", shape, query), Key: node.Weights(g, "key", shape, key), Value: node.Weights(g, "value", shape, value)}
	heads, err := layers.Attend("attention", p, 1, seq, options)
	if err != nil {
		return nil, err
	}
	return heads, runGraph(g, heads.Mixed)
}

// runGraph computes a graph once.
func runGraph(g *gorgonia.ExprGraph, root *gorgonia.Node) error {
	m, err := node.NewMachine(g, root)
	if err != nil {
		return err
	}
	if err := m.Run(); err != nil {
		return err
	}
	return m.Close()
}

// stacked puts vectors below one another, each filled up with zeros to a width, [vectors, width].
func stacked(vectors []Vector, width int) []float32 {
	rows := make([]float32, len(vectors)*width)
	for i, v := range vectors {
		copy(rows[i*width:(i+1)*width], v.Numbers)
	}
	return rows
}
