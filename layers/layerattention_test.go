package layers

import (
	"math"
	"slices"
	"testing"

	"attend/internal/node"
)

// The vectors of each token are those that attention computed with: the products of queries and keys give its
// weights, and the values its mixed values.
func TestVectorsAreWhatAttentionComputedWith(t *testing.T) {
	c, weights := small(t)
	const batch, seq = 3, 5
	f, err := NewInference(c, weights, batch, seq)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Run(slices.Collect(slices.Chunk(randomIds(batch*seq, c.Vocab), seq))...); err != nil {
		t.Fatal(err)
	}
	headDim := c.HeadDim()
	for layer, a := range f.Attention {
		query, key, value := make([]float32, 0), make([]float32, 0), make([]float32, 0) // [batch*seq, dim]
		for row := range batch * seq {
			for head := range c.Heads {
				query = append(query, a.Query(row/seq, head, row%seq)...)
				key = append(key, a.Key(row/seq, head, row%seq)...)
				value = append(value, a.Value(row/seq, head, row%seq)...)
			}
		}
		if len(query) != batch*seq*c.Dim {
			t.Fatalf("%d numbers in all queries, want %d", len(query), batch*seq*c.Dim)
		}
		mixed, want := attend(query, key, value, batch, seq, c.Heads, headDim)
		for i, w := range want {
			if got := float64(a.Weights()[i]); !(math.Abs(got-w) <= 1e-5) {
				t.Fatalf("layer %d: weight %d is %g, the vectors give %g", layer, i, got, w)
			}
		}
		_, out, _ := node.Result(a.ZNode)
		for i, w := range mixed {
			if got := float64(node.Floats(out)[i]); !(math.Abs(got-w) <= 1e-4) {
				t.Fatalf("layer %d: mixed value %d is %g, the vectors give %g", layer, i, got, w)
			}
		}
	}
}
