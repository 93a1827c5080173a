package render

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// withVectors gives a map vectors of headDim numbers, of whose products its weights are the softmax.
func withVectors(m Map, headDim int) Map {
	random := rand.New(rand.NewPCG(3, uint64(headDim)))
	draw := func() [][][][]float32 { // [layer][head][place][headDim]
		all := make([][][][]float32, len(m.Attention))
		for l := range all {
			all[l] = make([][][]float32, len(m.Attention[l]))
			for h := range all[l] {
				for range m.Tokens {
					vector := make([]float32, headDim)
					for i := range vector {
						vector[i] = float32(1.5 * random.NormFloat64())
					}
					all[l][h] = append(all[l][h], vector)
				}
			}
		}
		return all
	}
	m.Vectors = &Vectors{Query: draw(), Key: draw(), Value: draw()}
	attention := make([][][][]float32, len(m.Attention))
	for l := range attention {
		for h := range m.Attention[l] {
			query, key := m.Vectors.Query[l][h], m.Vectors.Key[l][h]
			attention[l] = append(attention[l], causal(len(m.Tokens), func(q, k int) float64 {
				return product(query[q], key[k]) / math.Sqrt(float64(headDim))
			}))
		}
	}
	m.Attention = attention
	return m
}

func product(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestVectorsAreChecked(t *testing.T) {
	whole := func() Map { return withVectors(made("a b", []string{"a", "b"}, 2, 3), 5) }
	if err := whole().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(v *Vectors){
		"value vectors of 1 layers for 2":                                          func(v *Vectors) { v.Value = v.Value[:1] },
		"layer 1: key vectors of 2 heads for 3":                                    func(v *Vectors) { v.Key[1] = v.Key[1][:2] },
		"layer 1, head 2: query vectors: 1 for 2 tokens":                           func(v *Vectors) { v.Query[1][2] = v.Query[1][2][:1] },
		"head 0: key vectors: place 1 has 4 numbers, the first query 5":            func(v *Vectors) { v.Key[0][0][1] = v.Key[0][0][1][:4] },
		"head 2: value vectors: place 0: number 3 is NaN":                          func(v *Vectors) { v.Value[1][2][0][3] = float32(math.NaN()) },
		"head 0: query vectors: place 1: number 0 is +Inf":                         func(v *Vectors) { v.Query[0][0][1][0] = float32(math.Inf(1)) },
		"layer 0, head 0: query vectors: place 0 has 0 numbers, the first query 0": func(v *Vectors) { v.Query[0][0][0] = nil },
		"query vectors of 0 layers for 2":                                          func(v *Vectors) { *v = Vectors{} },
	} {
		m := whole()
		spoil(m.Vectors)
		if err := m.Validate(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
