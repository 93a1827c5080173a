package layers

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/internal/node"
	"attend/internal/node/nodetest"
	"attend/internal/param"
)

// small is a model whose sizes are all different, with weights large enough to attend sharply.
func small(t *testing.T) (Config, *param.Set) {
	t.Helper()
	c := Config{Vocab: 13, Context: 7, Layers: 2, Heads: 3, Dim: 15, Hidden: 11, Positions: embed.Learned, Norm: LayerNormName, Activation: GELU, Init: GPT2Init}
	weights, err := NewParameters(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range weights.All() {
		if p.IsMatrix() {
			for i := range p.Data {
				p.Data[i] *= 15
			}
		}
	}
	return c, weights
}

// forward runs ids of batch sentences and returns copies of the logits and, by layer, the weights.
func forward(t *testing.T, c Config, weights *param.Set, batch, seq int, ids []int) (logits []float32, attention [][]float32) {
	t.Helper()
	f, err := NewInference(c, weights, batch, seq)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Run(slices.Collect(slices.Chunk(ids, seq))...); err != nil {
		t.Fatal(err)
	}
	for _, a := range f.Attention {
		attention = append(attention, slices.Clone(a.Weights()))
	}
	return slices.Clone(f.logits[:f.Sentences.Rows()*c.Vocab]), attention
}

func randomIds(n, vocab int) []int {
	r := rand.New(rand.NewPCG(1, 2))
	ids := make([]int, n)
	for i := range ids {
		ids[i] = r.IntN(vocab)
	}
	return ids
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %v, want %v bit for bit", what, i, got[i], want[i])
		}
	}
}

func TestAttentionRowsSumToOneAndTheFutureWeighsNothing(t *testing.T) {
	c, weights := small(t)
	const batch, seq = 5, 7
	_, attention := forward(t, c, weights, batch, seq, randomIds(batch*seq, c.Vocab))
	for layer, w := range attention {
		if len(w) != batch*c.Heads*seq*seq {
			t.Fatalf("layer %d has %d weights", layer, len(w))
		}
		for row := range len(w) / seq {
			query, sum := row%seq, 0.0
			for key, x := range w[row*seq : (row+1)*seq] {
				sum += float64(x)
				if key > query && math.Float32bits(x) != 0 || x < 0 {
					t.Fatalf("layer %d, query %d, key %d: weight %g", layer, query, key, x)
				}
			}
			if !(math.Abs(sum-1) <= 1e-6) {
				t.Fatalf("layer %d, row %d sums to %g", layer, row, sum)
			}
		}
	}
}

func TestLaterWordsChangeNothingEarlier(t *testing.T) {
	c, weights := small(t)
	const seq = 7
	ids := randomIds(seq, c.Vocab)
	logits, attention := forward(t, c, weights, 1, seq, ids)
	for position := 1; position < seq; position++ {
		changed := slices.Clone(ids)
		for i := position; i < seq; i++ {
			changed[i] = (ids[i] + 1 + i) % c.Vocab
		}
		l, a := forward(t, c, weights, 1, seq, changed)
		sameBits(t, "earlier logits", l[:position*c.Vocab], logits[:position*c.Vocab])
		if slices.Equal(l[position*c.Vocab:], logits[position*c.Vocab:]) {
			t.Errorf("changing word %d changes no logits", position)
		}
		for layer := range a {
			for head := range c.Heads {
				start := head * seq * seq
				sameBits(t, "earlier weights", a[layer][start:start+position*seq], attention[layer][start:start+position*seq])
			}
		}
		// A sentence that ends here is padded: the padding is in the future.
		l, _ = forward(t, c, weights, 1, seq, ids[:position])
		sameBits(t, "logits before the padding", l[:position*c.Vocab], logits[:position*c.Vocab])
		// And a graph of just its length gives the same.
		l, _ = forward(t, c, weights, 1, position, ids[:position])
		sameBits(t, "logits without padding", l, logits[:position*c.Vocab])
	}
}

func TestASentenceIsTheSameBitsInAnyBatchAtAnyPlace(t *testing.T) {
	c, weights := small(t)
	const batch, seq = 7, 5
	ids := randomIds(batch*seq, c.Vocab)
	logits, attention := forward(t, c, weights, batch, seq, ids)
	var reversed []int
	for s := batch - 1; s >= 0; s-- {
		reversed = append(reversed, ids[s*seq:(s+1)*seq]...)
	}
	permuted, _ := forward(t, c, weights, batch, seq, reversed)
	for s := range batch {
		want := logits[s*seq*c.Vocab : (s+1)*seq*c.Vocab]
		at := batch - 1 - s
		sameBits(t, "logits in the permuted batch", permuted[at*seq*c.Vocab:(at+1)*seq*c.Vocab], want)
		alone, a := forward(t, c, weights, 1, seq, ids[s*seq:(s+1)*seq])
		sameBits(t, "logits alone", alone, want)
		span := c.Heads * seq * seq
		for layer := range a {
			sameBits(t, "weights alone", a[layer], attention[layer][s*span:(s+1)*span])
		}
	}
}

// attend is Vaswani et al.'s equation in double precision, one head at a time.
func attend(query, key, value []float32, batch, seq, heads, headDim int) (mixed, weights []float64) {
	dim := heads * headDim
	mixed, weights = make([]float64, batch*seq*dim), make([]float64, batch*heads*seq*seq)
	for b := range batch {
		for h := range heads {
			for q := range seq {
				row := weights[((b*heads+h)*seq+q)*seq:][:seq]
				sum := 0.0
				for k := range q + 1 {
					score := 0.0
					for i := range headDim {
						score += float64(query[(b*seq+q)*dim+h*headDim+i]) * float64(key[(b*seq+k)*dim+h*headDim+i])
					}
					row[k] = math.Exp(score / math.Sqrt(float64(headDim)))
					sum += row[k]
				}
				for k := range q + 1 {
					row[k] /= sum
					for i := range headDim {
						mixed[(b*seq+q)*dim+h*headDim+i] += row[k] * float64(value[(b*seq+k)*dim+h*headDim+i])
					}
				}
			}
		}
	}
	return mixed, weights
}

func TestAttentionEqualsItsEquation(t *testing.T) {
	const batch, seq, heads, headDim = 2, 7, 3, 5
	// Weights that pick query, key and value out of one wide x.
	const dim = heads * headDim
	r := rand.New(rand.NewPCG(5, 0))
	x := nodetest.Normal(r, "x", batch*seq, 3*dim)
	all := []nodetest.Input{x}
	for i, name := range []string{"query", "key", "value"} {
		pick := make([]float32, 3*dim*dim)
		for j := range dim {
			pick[(i*dim+j)*dim+j] = 1
		}
		all = append(all, nodetest.Input{Name: name + ".weight", Shape: []int{3 * dim, dim}, Data: pick})
		if name != "key" {
			all = append(all, nodetest.Input{Name: name + ".bias", Shape: []int{dim}, Data: make([]float32, dim)})
		}
	}
	inputs := make([]nodetest.Input, 3) // query, key, value
	for i := range inputs {
		inputs[i].Data = make([]float32, batch*seq*dim)
		for row := range batch * seq {
			copy(inputs[i].Data[row*dim:], x.Data[row*3*dim+i*dim:][:dim])
		}
	}
	run := func(inputs []nodetest.Input) ([]float32, []float32) {
		for i, in := range inputs {
			for row := range batch * seq {
				copy(x.Data[row*3*dim+i*dim:], in.Data[row*dim:][:dim])
			}
		}
		g := gorgonia.NewGraph()
		var in gorgonia.Nodes
		for _, x := range all {
			in = append(in, node.Input(g, x.Name, x.Shape, x.Data))
		}
		a, err := attentionOf(in, heads, seq, nil)
		if err != nil {
			t.Fatal(err)
		}
		vm := gorgonia.NewTapeMachine(g)
		defer vm.Close()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(node.Floats(a.ZNode.Value())), slices.Clone(a.Weights())
	}
	mixed, weights := run(inputs)
	wantMixed, wantWeights := attend(inputs[0].Data, inputs[1].Data, inputs[2].Data, batch, seq, heads, headDim)
	for i, w := range wantMixed {
		if !(math.Abs(float64(mixed[i])-w) <= 1e-5) {
			t.Fatalf("mixed value %d is %g, want %g", i, mixed[i], w)
		}
	}
	for i, w := range wantWeights {
		if !(math.Abs(float64(weights[i])-w) <= 1e-5) {
			t.Fatalf("weight %d is %g, want %g", i, weights[i], w)
		}
	}
	// What one head receives changes no other head.
	for row := range batch * seq {
		for i := range inputs {
			inputs[i].Data[row*heads*headDim+headDim] += 3 // the first column of head 1
		}
	}
	changed, _ := run(inputs)
	for i := range mixed {
		if head := i % (heads * headDim) / headDim; head != 1 && mixed[i] != changed[i] {
			t.Fatalf("head %d changed with the inputs of head 1", head)
		}
	}
	if slices.Equal(mixed, changed) {
		t.Error("head 1 did not change with its inputs")
	}
}

func TestTheGraphShowsQueryKeyAndValue(t *testing.T) {
	c, weights := small(t)
	f, err := New(c, weights, Options{Batch: 2, Seq: 3})
	if err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, n := range f.ExprGraph.AllNodes() {
		if op := n.Op(); op != nil {
			names.WriteString(op.String() + "\n")
		}
	}
	for _, want := range []string{"h.0.attn.query", "h.0.attn.key", "h.0.attn.value", "h.1.attn.query", "h.1.attn.heads", "h.1.attn.output", "h.1.mlp.up", "unembedding"} {
		if strings.Count("\n"+names.String(), "\n"+want+"\n") != 1 {
			t.Errorf("the graph does not show one %s:\n%s", want, names.String())
		}
	}
}
