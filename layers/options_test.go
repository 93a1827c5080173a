package layers

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/node/nodetest"
)

// attended computes a graph of attention over queries [rows, dim], and keys and values [rows, kvDim], and returns it with the
// mixed values.
func attended(t *testing.T, heads, seq, dim, kvDim int, vectors [3][]float32, o AttentionOptions) (a *LayerAttention, mixed []float32) {
	t.Helper()
	g := gorgonia.NewGraph()
	var in [3]*gorgonia.Node
	for i, name := range []string{"query", "key", "value"} {
		in[i] = node.Input(g, name, []int{len(vectors[0]) / dim, []int{dim, kvDim, kvDim}[i]}, vectors[i])
	}
	a, err := Attend("attention", Projected{in[0], in[1], in[2]}, heads, seq, o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := node.NewMachine(g, a.ZNode)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Run(); err != nil {
		t.Fatal(err)
	}
	return a, node.Floats(valueOf(a.ZNode))
}

// Heads that share keys and values compute the same bits as if each had them to itself.
func TestGroupedQueriesEqualRepeatedKeysAndValues(t *testing.T) {
	const batch, seq, heads, headDim = 2, 5, 6, 3
	for _, kvHeads := range []int{1, 2, 3, 6} {
		var grouped, repeated [3][]float32
		for i, in := range groupedInputs(batch*seq, heads, kvHeads, headDim) {
			grouped[i], repeated[i] = in.Data, in.Data
			if i == 0 {
				continue
			}
			repeated[i] = nil
			for row := range batch * seq {
				for head := range heads {
					repeated[i] = append(repeated[i], in.Data[row*kvHeads*headDim+head*kvHeads/heads*headDim:][:headDim]...)
				}
			}
		}
		a, mixed := attended(t, heads, seq, heads*headDim, kvHeads*headDim, grouped, AttentionOptions{})
		b, want := attended(t, heads, seq, heads*headDim, heads*headDim, repeated, AttentionOptions{})
		sameBits(t, "weights", a.Weights(), b.Weights())
		sameBits(t, "mixed values", mixed, want)
		for head := range heads {
			sameBits(t, "key", a.Key(1, head, 2), b.Key(1, head, 2))
			sameBits(t, "value", a.Value(1, head, 2), b.Value(1, head, 2))
		}
	}
	var vectors [3][]float32
	for i, in := range groupedInputs(4, 4, 3, 2) {
		vectors[i] = in.Data
	}
	g := gorgonia.NewGraph()
	p := Projected{node.Input(g, "q", []int{4, 8}, vectors[0]), node.Input(g, "k", []int{4, 6}, vectors[1]), node.Input(g, "v", []int{4, 6}, vectors[2])}
	if _, err := Attend("attention", p, 4, 4, AttentionOptions{}); err == nil || !strings.Contains(err.Error(), "the number of key and value heads must divide the heads") {
		t.Errorf("3 heads of keys for 4 of queries: error %v", err)
	}
}

// Without a mask every row of weights is the softmax of all of its scores, and with a scale of its own
// the scores are the products times that.
func TestOptionsChangeTheMaskAndTheScaleAndNothingElse(t *testing.T) {
	const batch, seq, heads, headDim = 2, 7, 3, 5
	const dim = heads * headDim
	r := rand.New(rand.NewPCG(9, 0))
	var vectors [3][]float32
	for i := range vectors {
		vectors[i] = nodetest.Normal(r, "x", batch*seq, dim).Data
	}
	own := float64(float32(1 / math.Sqrt(headDim)))
	plain, plainMixed := attended(t, heads, seq, dim, dim, vectors, AttentionOptions{})
	same, sameMixed := attended(t, heads, seq, dim, dim, vectors, AttentionOptions{Scale: own})
	sameBits(t, "weights with the scale written out", same.Weights(), plain.Weights())
	sameBits(t, "values with the scale written out", sameMixed, plainMixed)

	for _, d := range []AttentionOptions{{NoMask: true}, {Scale: 2}, {Scale: 0.25, NoMask: true}} {
		a, mixed := attended(t, heads, seq, dim, dim, vectors, d)
		weights := a.Weights()
		scale := d.Scale
		if scale == 0 {
			scale = own
		}
		for row := range len(weights) / seq {
			sentence, head, query := row/(heads*seq), row/seq%heads, row%seq
			seen := query + 1
			if d.NoMask {
				seen = seq
			}
			vector := func(i, position int) []float32 {
				return vectors[i][(sentence*seq+position)*dim+head*headDim:][:headDim]
			}
			want, sum := make([]float64, seq), 0.0
			for key := range seen {
				score := 0.0
				for i, q := range vector(0, query) {
					score += float64(q) * float64(vector(1, key)[i])
				}
				want[key] = math.Exp(score * scale)
				sum += want[key]
			}
			for key := range seq {
				if got := float64(weights[row*seq+key]); !(math.Abs(got-want[key]/sum) <= 1e-5) || key >= seen && got != 0 {
					t.Fatalf("%+v: sentence %d, head %d, query %d, key %d: weight %g, want %g", d, sentence, head, query, key, got, want[key]/sum)
				}
			}
			for i := range headDim {
				sumOfValues := 0.0
				for key := range seen {
					sumOfValues += want[key] / sum * float64(vector(2, key)[i])
				}
				if got := float64(mixed[(sentence*seq+query)*dim+head*headDim+i]); !(math.Abs(got-sumOfValues) <= 1e-5) {
					t.Fatalf("%+v: value %d of query %d is %g, want %g", d, i, query, got, sumOfValues)
				}
			}
		}
	}
}

func TestGradientWithoutTheMask(t *testing.T) {
	for name, seq := range map[string]int{"one tile": 7, "two tiles": tileRows + 3} {
		t.Run(name, func(t *testing.T) {
			batch, heads, headDim, tolerance := 2, 3, 5, 1e-4
			if seq > tileRows { // many terms in the loss, whose rounding shows in a difference, and all rows alike wide
				batch, heads, headDim, tolerance = 1, 1, 2, 2e-3
			}
			inputs := projectionInputs(rand.New(rand.NewPCG(5, 0)), batch*seq, 4, heads*headDim)
			nodetest.CheckGradients(t, tolerance, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				a, err := attentionWith(in, heads, seq, nil, AttentionOptions{NoMask: true})
				return a.ZNode, err
			})
		})
	}
}

// Without a mask a later word changes what an earlier one sees, in sentences of any length.
func TestWithoutTheMaskAWordSeesAllOfItsSentenceAndNoOther(t *testing.T) {
	c, weights := small(t)
	f, err := New(c, weights, Options{Batch: 2, Seq: 7, Attention: AttentionOptions{NoMask: true}})
	if err != nil {
		t.Fatal(err)
	}
	f.Sentences.SetLength(0, 3)
	f.Sentences.SetLength(1, 5)
	copy(f.IDs, randomIds(8, c.Vocab))
	m, err := node.NewMachine(f.ExprGraph, f.Logits)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	_, value, _ := node.Result(f.Logits)
	logits := func() []float32 {
		if err := m.Run(); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(node.Floats(value)[:8*c.Vocab])
	}
	before := logits()
	for sentence, length := range []int{3, 5} {
		for query := range length {
			row := f.Attention[0].Row(sentence, 0, query)
			if len(row) != length || !(math.Abs(float64(kernel.SumSquares(row))) > 0) || row[length-1] == 0 {
				t.Errorf("sentence %d, query %d: weights %v, want %d above 0", sentence, query, row, length)
			}
		}
	}
	f.IDs[7] = (f.IDs[7] + 1) % c.Vocab // the last word of the second sentence
	after := logits()
	sameBits(t, "the other sentence", after[:3*c.Vocab], before[:3*c.Vocab])
	if slices.Equal(after[3*c.Vocab:4*c.Vocab], before[3*c.Vocab:4*c.Vocab]) {
		t.Error("the first word of the sentence does not see its last")
	}
}
