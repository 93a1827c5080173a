package analysis

import (
	"fmt"
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
)

// LinkName names a link of a sentence in one head: a query, and a key that it attends to.
type LinkName struct {
	Text        string
	Layer, Head int    // from 0
	Query, Key  string // a word of the sentence, such as zebra or the:2, or a position, such as #3, see [positionOf]
}

// Explain returns the arithmetic of the attention weight of one link: every number from the query and key vectors to the
// contribution of the value, as the operations computed them.
func Explain(r *run.Run, n LinkName) (attention.Explanation, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return attention.Explanation{}, err
	}
	defer session.Close()
	m, err := session.MapWithVectors(n.Text, 1)
	if err != nil {
		return attention.Explanation{}, err
	}
	words := typedWords(r, m.Tokens, m.Omitted)
	query, readQuery, err := words.position(n.Query, len(m.Tokens)-1)
	if err != nil {
		return attention.Explanation{}, fmt.Errorf("query: %w", err)
	}
	links := attention.Links(widened(m.Attention[n.Layer][n.Head][query]), 1)
	key, readKey, err := words.position(n.Key, links[0].Key)
	if err != nil {
		return attention.Explanation{}, fmt.Errorf("key: %w", err)
	}
	if key > query {
		spelled := func(position int) string {
			return fmt.Sprintf("%s (position %d)", printable.Quote(m.Tokens[position]), position+1-words.before)
		}
		return attention.Explanation{}, fmt.Errorf("%s comes after %s, and no query attends to a later key: "+
			"choose an earlier key, or %s itself", spelled(key), spelled(query), spelled(query))
	}
	x := explanation(m, n.Layer, n.Head, query, key)
	for _, reading := range []string{readQuery, readKey} {
		if reading != "" && !slices.Contains(x.Readings, reading) {
			x.Readings = append(x.Readings, reading)
		}
	}
	return x, nil
}

// explanation returns the numbers of a link of a map with vectors.
func explanation(m attention.Map, layer, head, query, key int) attention.Explanation {
	v := m.Vectors[layer][head]
	headDim := len(v.Query[query])
	x := attention.Explanation{
		Encoded: m.Encoded, Layer: layer, Head: head, Query: query, Key: key,
		QueryVector: v.Query[query], KeyVector: v.Key[key], ValueVector: v.Value[key],
		Scale: float32(1 / math.Sqrt(float64(headDim))), Products: make([]float32, query+1), Scores: v.Scores[query],
		Weights: m.Attention[layer][head][query][:query+1], Contribution: make([]float32, headDim), Z: v.Z[query],
	}
	// The operation scales while it multiplies, so no hook point has the unscaled products.
	keys := slices.Concat(v.Key[:query+1]...)
	all := kernel.Dense(keys, query+1, headDim)
	kernel.MatMul(kernel.Dense(x.Products, 1, query+1), 1, kernel.Dense(x.QueryVector, 1, headDim), all.T(), 0)
	for i, value := range x.ValueVector {
		x.Contribution[i] = x.Weights[key] * value
	}
	return x
}
