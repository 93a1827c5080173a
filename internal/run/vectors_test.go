package run

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Softmax of query·key / sqrt(headDim) over the keys up to the query is the weight of every cell: the
// vectors of a map are those that its weights were computed from.
func TestVectorsGiveTheWeights(t *testing.T) {
	s := small()
	s.Layers, s.Heads, s.Dim = 3, 2, 10
	r := trained(t, s, smallText())
	const batch = 3 // a map stands at the first place, whatever the batch
	reader := reader(t, r, batch)
	for _, text := range []string{"The otter likes the dog near rocks", "Zebra", "the lion sees"} {
		m, err := reader.MapWithVectors(text, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		plain, err := reader.Map(text, 2)
		if err != nil {
			t.Fatal(err)
		}
		for layer, heads := range m.Attention {
			for head, rows := range heads {
				for query, row := range rows {
					for key, want := range softmaxOfProducts(m.Vectors.Query[layer][head][query], m.Vectors.Key[layer][head][:query+1]) {
						if got := float64(row[key]); math.Abs(got-want) > 1e-5 {
							t.Errorf("%q, layer %d, head %d, query %d, key %d: the vectors give %v, the map has %v", text, layer, head, query, key, want, got)
						}
					}
				}
				if n := len(m.Vectors.Value[layer][head][0]); n != 5 {
					t.Errorf("a value of %d numbers, want 5", n)
				}
			}
		}
		m.Vectors = nil
		if diff := cmp.Diff(plain, m); diff != "" {
			t.Errorf("%q: with vectors the map is another: %s", text, diff)
		}
	}
	if _, err := reader.MapWithVectors("", 2); err == nil {
		t.Error("no error for an empty sentence")
	}
}

// softmaxOfProducts is softmax(query·key / sqrt(headDim)) over the keys, in float64.
func softmaxOfProducts(query []float32, keys [][]float32) []float64 {
	weights, sum := make([]float64, len(keys)), 0.0
	for k, key := range keys {
		product := 0.0
		for i := range query {
			product += float64(query[i]) * float64(key[i])
		}
		weights[k] = math.Exp(product / math.Sqrt(float64(len(query))))
		sum += weights[k]
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}
