package analysis

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"attend/internal/kernel"
	"attend/layers"
)

// Every number of an explanation is one of a hook point, bit for bit, or follows from such numbers: the softmax of its scores is the row of
// weights, its products times the scale are about the scores, and the contributions of all keys add up to the output.
func TestExplanationIsTheOperations(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near rocks"
	m, err := session(t, r, 1).MapWithVectors(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.Encode(text)
	f, err := layers.NewInference(r.Config, r.Parameters, 1, len(e.IDs))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for layer := range r.Config.Layers {
		hooks := map[string]*layers.HookPoint{}
		for _, name := range []string{"q", "k", "v", "scores", "weights", "z"} {
			if hooks[name], err = f.HookPoint(fmt.Sprintf("blocks.%d.attn.%s", layer, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Run(e.IDs); err != nil {
			t.Fatal(err)
		}
		for head := range r.Config.Heads {
			for query := range m.Tokens {
				sum := make([]float64, r.Config.HeadDim())
				for key := range query + 1 {
					x := explanation(m, layer, head, query, key)
					for name, of := range map[string]struct {
						row int
						got []float32
					}{"q": {query, x.QueryVector}, "k": {key, x.KeyVector}, "v": {key, x.ValueVector}, "scores": {query, x.Scores}, "weights": {query, x.Weights}, "z": {query, x.Z}} {
						if want := hooks[name].Read(0)[head].Row(of.row); !slices.Equal(of.got, want[:len(of.got)]) {
							t.Errorf("layer %d, head %d, query %d, key %d: %s is %v, the hook point has %v", layer, head, query, key, name, of.got, want)
						}
					}
					softmax := slices.Clone(x.Scores)
					kernel.Softmax(softmax)
					if !slices.Equal(x.Weights, softmax) {
						t.Errorf("layer %d, head %d, query %d: softmax %v, weights %v", layer, head, query, softmax, x.Weights)
					}
					var dot float64
					for i, q := range x.QueryVector {
						dot += float64(q) * float64(x.KeyVector[i])
						sum[i] += float64(x.Contribution[i])
					}
					near(t, "product", float64(x.Products[key]), dot, 1e-5*(1+math.Abs(dot)))
					near(t, "product scaled", float64(x.Products[key]*x.Scale), float64(x.Scores[key]), 1e-6*(1+math.Abs(dot)))
				}
				for i, s := range sum {
					near(t, "sum of contributions", s, float64(m.Vectors[layer][head].Z[query][i]), 1e-5)
				}
			}
		}
	}
}

func TestExplainFindsItsCell(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near rocks"
	m, err := session(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	top := 0 // what the last word attends to most
	for key, w := range m.Attention[1][2][7] {
		if w > m.Attention[1][2][7][top] {
			top = key
		}
	}
	for _, c := range []struct {
		query, key         string
		wantQuery, wantKey int
	}{
		{"", "otter", 7, 2}, {"", "", 7, top}, {"LIKES", "The", 3, 1}, {"the", "the", 4, 4}, {"5", "1", 5, 1}, {"near", "<s>", 6, 0},
	} {
		x, err := Explain(r, LinkName{Text: text, Layer: 1, Head: 2, Query: c.query, Key: c.key})
		if err != nil || x.Query != c.wantQuery || x.Key != c.wantKey || x.Layer != 1 || x.Head != 2 {
			t.Errorf("%s, %s: query %d, key %d, error %v", c.query, c.key, x.Query, x.Key, err)
		}
	}
	_, err = Explain(r, LinkName{Text: text, Query: "otter", Key: "dog"})
	wantError(t, err, "\"dog\" (position 5) comes after \"otter\" (position 2), and no query attends to a later key")
	_, err = Explain(r, LinkName{Text: text, Query: "cat"})
	wantError(t, err, "query: ", "\"cat\" is not in the sentence")
	_, err = Explain(r, LinkName{Text: text, Key: "cat"})
	wantError(t, err, "key: ", "\"cat\" is not in the sentence")
}
