package render

import (
	"fmt"
	"math"
)

// Vectors are the queries, keys and values of a sentence, as the projections of each head computed
// them: [layer][head][place][headDim]. Weights are softmax(query·key / sqrt(headDim)) over the keys
// up to the query's place.
type Vectors struct {
	Query, Key, Value [][][][]float32
}

// check tells whether there is a query, key and value for each of the layers, heads and places, all
// equally long and of finite numbers.
func (v *Vectors) check(layers, heads, seq int) error {
	headDim := 0 // of the first vector; a missing one is reported below
	if len(v.Query) > 0 && len(v.Query[0]) > 0 && len(v.Query[0][0]) > 0 {
		headDim = len(v.Query[0][0][0])
	}
	for _, part := range []struct {
		name    string
		vectors [][][][]float32
	}{{"query", v.Query}, {"key", v.Key}, {"value", v.Value}} {
		if len(part.vectors) != layers {
			return fmt.Errorf("%s vectors of %d layers for %d", part.name, len(part.vectors), layers)
		}
		for l, layer := range part.vectors {
			if len(layer) != heads {
				return fmt.Errorf("layer %d: %s vectors of %d heads for %d", l, part.name, len(layer), heads)
			}
			for h, places := range layer {
				if err := checkPlaces(places, seq, headDim); err != nil {
					return fmt.Errorf("layer %d, head %d: %s vectors: %w", l, h, part.name, err)
				}
			}
		}
	}
	return nil
}

// checkPlaces checks the vectors [place][headDim] of one head over seq tokens.
func checkPlaces(places [][]float32, seq, headDim int) error {
	if len(places) != seq {
		return fmt.Errorf("%d for %d tokens", len(places), seq)
	}
	for i, vector := range places {
		if len(vector) != headDim || headDim == 0 {
			return fmt.Errorf("place %d has %d numbers, the first query %d", i, len(vector), headDim)
		}
		for j, x := range vector {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("place %d: number %d is %v", i, j, x)
			}
		}
	}
	return nil
}
