package layers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"pgregory.net/rapid"

	"attend/embed"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/node/nodetest"
	"attend/internal/param"
)

// rotate adds rotary positions (Su et al. 2021) to the graph, which no choice of the program has: by the angle t/10^i for
// columns 2i and 2i+1 of a head.
func rotate(name string, x *gorgonia.Node, headDim, seq int) (*gorgonia.Node, error) {
	return node.Apply(&rotation{node.New(name, x.Shape(), x), headDim, seq})
}

type rotation struct {
	node.Op
	headDim, seq int
}

func (r *rotation) Forward(in ...gorgonia.Value) {
	width, x, y := in[0].Shape()[1], node.Floats(in[0]), r.Out()
	copy(y, x)
	for s := range in[0].Shape()[0] / r.seq {
		start, length := r.Sentence(s, r.seq)
		for t := range length {
			for column := 0; column < width; column += r.headDim {
				for i := 0; i+1 < r.headDim; i += 2 {
					at := (start+t)*width + column + i
					sin, cos := math.Sincos(float64(r.First(s)+t) / math.Pow(10, float64(i/2)))
					y[at] = float32(cos*float64(x[at]) - sin*float64(x[at+1]))
					y[at+1] = float32(sin*float64(x[at]) + cos*float64(x[at+1]))
				}
			}
		}
	}
}

// withRotation adds rotary positions to the schemes during a test.
func withRotation(t *testing.T) {
	before := embed.Schemes
	embed.Schemes = append(slices.Clone(before), embed.Schemes[len(before)-1])
	embed.Schemes[len(before)].Name, embed.Schemes[len(before)].Choice = "rotary", embed.Scheme{Rotate: rotate}
	t.Cleanup(func() { embed.Schemes = before })
}

// sharp returns parameters with weights large enough to attend sharply.
func sharp(t rapid.TB, c Config) *param.Set {
	t.Helper()
	params, err := NewParameters(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range params.All() {
		if p.IsMatrix() {
			for i := range p.Data {
				p.Data[i] *= 10
			}
		}
	}
	return params
}

// continuation is a sentence that a graph with a base sentence computes from a position on, with removed links.
type continuation struct {
	ids   []int
	from  int
	links map[int][]Link // by layer; their Sentence is set when they are used
}

// continued compares results of sentences that are computed from a position on with those of the whole sentences.
type continued struct {
	t           rapid.TB
	c           Config
	base, graph *Inference
	whole       *Inference
	lastOnly    bool
}

func newContinued(t rapid.TB, c Config, batch, rows int, baseLast, lastOnly bool) *continued {
	t.Helper()
	must := func(f *Inference, err error) *Inference {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	params := sharp(t, c)
	x := &continued{t: t, c: c, lastOnly: lastOnly}
	x.base = must(NewInferenceOf(c, params, Options{Batch: 1, Seq: c.Context, LastOnly: baseLast}))
	x.graph = must(NewInferenceOf(c, params, Options{Batch: batch, Seq: rows, Base: x.base.Graph, LastOnly: lastOnly}))
	x.whole = must(NewInference(c, params, 1, c.Context))
	return x
}

// begin computes the base sentence.
func (x *continued) begin(base []int) {
	if err := x.base.Run(base); err != nil {
		x.t.Fatal(err)
	}
}

func (x *continued) close() {
	for _, f := range []*Inference{x.base, x.graph, x.whole} {
		f.Close()
	}
}

// check computes the continuations in one batch and each whole sentence, and compares all results bit for bit.
func (x *continued) check(batch []continuation) {
	x.t.Helper()
	remove := func(f *Inference, sentence int, v continuation) {
		for layer, links := range v.links {
			for i := range links {
				links[i].Sentence = sentence
			}
			if err := f.Attention[layer].RemoveAttention(links...); err != nil {
				x.t.Fatal(err)
			}
		}
	}
	var sentences [][]int
	var from []int
	x.graph.ClearEdits()
	for i, v := range batch {
		sentences, from = append(sentences, v.ids), append(from, v.from)
		remove(x.graph, i, v)
	}
	if err := x.graph.RunFrom(sentences, from); err != nil {
		x.t.Fatal(err)
	}
	for i, v := range batch {
		x.whole.ClearEdits()
		remove(x.whole, 0, v)
		if err := x.whole.Run(v.ids); err != nil {
			x.t.Fatal(err)
		}
		what := fmt.Sprintf("sentence %d of %d tokens from position %d on: ", i, len(v.ids), v.from)
		same := func(name string, got, want []float32) {
			x.t.Helper()
			if !equalBits(got, want) {
				x.t.Fatalf("%s%s are\n%v, want\n%v bit for bit", what, name, got, want)
			}
		}
		last := len(v.ids) - 1
		for position := range v.ids {
			if position >= v.from && !x.lastOnly || position == last {
				same("logits", x.graph.LogitsAt(i, position), x.whole.LogitsAt(0, position))
			}
			for layer, want := range x.whole.Attention {
				got := x.graph.Attention[layer]
				for head := range x.c.Heads {
					same("keys", got.Key(i, head, position), want.Key(0, head, position))
					same("values", got.Value(i, head, position), want.Value(0, head, position))
					if position < v.from || x.lastOnly && layer == x.c.Layers-1 && position < last {
						continue
					}
					same("queries", got.Query(i, head, position), want.Query(0, head, position))
					same("weights", got.Row(i, head, position), want.Row(0, head, position))
					same("z", got.Z(i, head, position), want.Z(0, head, position))
				}
			}
		}
	}
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// Any continuations of any base sentence have the results of the whole sentences, bit for bit, in models of all kinds, with and
// without removed attention.
func TestContinuationsEqualWholeSentences(t *testing.T) {
	withRotation(t)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(low, high int, name string) int { return rapid.IntRange(low, high).Draw(t, name) }
		c := Config{
			Vocab: draw(2, 20, "vocab"), Layers: draw(1, 3, "layers"), Heads: draw(1, 4, "heads"), Hidden: draw(1, 20, "hidden"),
			Context: draw(1, 90, "context"), Init: GPT2Init, Tied: rapid.Bool().Draw(t, "tied"),
			Positions:  rapid.SampledFrom(embed.Schemes.Names()).Draw(t, "positions"),
			Norm:       rapid.SampledFrom(Norms.Names()).Draw(t, "norm"),
			Activation: rapid.SampledFrom(Activations.Names()).Draw(t, "activation"),
		}
		c.Dim = c.Heads * draw(1, 9, "headDim")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random := func(n int) []int {
			ids := make([]int, n)
			for i := range ids {
				ids[i] = r.IntN(c.Vocab)
			}
			return ids
		}
		size, rows := draw(1, 4, "batch"), draw(1, c.Context, "rows")
		x := newContinued(t, c, size, rows, rapid.Bool().Draw(t, "baseLast"), rapid.Bool().Draw(t, "last"))
		defer x.close()
		for range 2 { // what one batch leaves does not change the next
			base := random(draw(1, c.Context, "base"))
			x.begin(base)
			var batch []continuation
			for range draw(1, size, "sentences") {
				from := r.IntN(min(len(base), c.Context-1) + 1)
				v := continuation{from: from, links: map[int][]Link{}}
				v.ids = append(slices.Clone(base[:from]), random(1+r.IntN(min(rows, c.Context-from)))...)
				for range r.IntN(3) {
					if query := v.from + r.IntN(len(v.ids)-v.from); query > 0 {
						layer := r.IntN(c.Layers)
						v.links[layer] = []Link{{0, r.IntN(c.Heads+1) - 1, query, r.IntN(query + 1)}}
					}
				}
				batch = append(batch, v)
			}
			x.check(batch)
		}
	})
}

// Sentences longer than a tile and than the part of a sum that one pass of the kernels computes: attention is removed from the
// last token in one layer and in all, and each of many words is replaced.
func TestContinuationsOfALongSentence(t *testing.T) {
	const n = 450
	c := Config{Vocab: 11, Context: n + 3, Layers: 2, Heads: 2, Dim: 10, Hidden: 7,
		Positions: embed.Learned, Norm: LayerNormName, Activation: GELU, Init: GPT2Init}
	base := randomIds(n, c.Vocab)
	for _, lastOnly := range []bool{false, true} {
		x := newContinued(t, c, 4, n, true, lastOnly)
		x.begin(base)
		removed := func(key int, layers ...int) continuation {
			v := continuation{ids: base, from: n - 1, links: map[int][]Link{}}
			for _, layer := range layers {
				v.links[layer] = []Link{{0, AllHeads, n - 1, key}}
			}
			return v
		}
		replaced := func(position int) continuation {
			v := continuation{ids: slices.Clone(base), from: position}
			v.ids[position] = (v.ids[position] + 1) % c.Vocab
			return v
		}
		x.check([]continuation{removed(0, 0, 1), replaced(385), removed(448, 1), removed(n-1, 0)})
		x.check([]continuation{replaced(63), replaced(64), replaced(127), replaced(n - 1)})
		x.check([]continuation{replaced(0)})
		x.close()
	}
}

// Query heads that share keys and values read those of the base sentence that they share.
func TestContinuationsWithGroupedHeads(t *testing.T) {
	const seq, heads, kvHeads, headDim, first = 7, 6, 2, 3, 4
	var whole [3][]float32
	for i, in := range groupedInputs(seq, heads, kvHeads, headDim) {
		whole[i] = in.Data
	}
	want, wantZ := attended(t, heads, seq, heads*headDim, kvHeads*headDim, whole, AttentionOptions{})

	g, sentences := gorgonia.NewGraph(), node.NewSentences(1, seq-first)
	sentences.SetFirst(0, first)
	var in, base [3]*gorgonia.Node
	for i, name := range []string{"query", "key", "value"} {
		width := len(whole[i]) / seq
		in[i] = node.Input(g, name, []int{seq - first, width}, slices.Clone(whole[i][first*width:]))
		base[i] = node.Input(g, "base."+name, []int{seq, width}, slices.Clone(whole[i]))
	}
	e := &keyValueCache{rows: sentences, longest: seq}
	for _, of := range base[1:] {
		width := kvHeads * headDim
		e.joined[len(e.base)] = joined{data: make([]float32, seq*width), width: width}
		e.base = append(e.base, of)
	}
	query, err := applyResidual("query.rows", in[0], node.Input(g, "zeros", in[0].Shape(), make([]float32, (seq-first)*heads*headDim)))
	if err != nil {
		t.Fatal(err)
	}
	query.Op().(*residual).SetSentences(sentences)
	a, err := applyAttention("attention", Projected{query, in[1], in[2]}, heads, seq-first, nil, AttentionOptions{}, e)
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
	sameBits(t, "z", node.Floats(valueOf(a.ZNode)), wantZ[first*heads*headDim:])
	for head := range heads {
		for position := first; position < seq; position++ {
			sameBits(t, "weights", a.Row(0, head, position), want.Row(0, head, position))
		}
	}
}

// Results of a token that is not computed are not those of another.
func TestTokensThatAreNotComputed(t *testing.T) {
	c, _ := small(t)
	x := newContinued(t, c, 2, 4, true, true)
	defer x.close()
	ids := randomIds(7, c.Vocab)
	x.begin(ids)
	x.check([]continuation{{ids: ids, from: 3}, {ids: ids, from: 4}})
	for what, read := range map[string]func(){
		"logits":  func() { x.graph.LogitsAt(1, 5) },
		"after":   func() { x.whole.LogitsAt(0, 7) },
		"weights": func() { x.graph.Attention[0].Row(1, 0, 3) },
		"z":       func() { x.graph.Attention[1].Z(1, 0, 5) },
		"query":   func() { x.graph.Attention[0].Query(0, 0, 2) },
	} {
		func() {
			defer func() {
				if message := fmt.Sprint(recover()); !strings.Contains(message, "is not computed") {
					t.Errorf("%s: %s", what, message)
				}
			}()
			read()
		}()
	}
}

// The rows of the hook points of a continuation are the tokens that are computed, and edits change these.
func TestHookPointsOfAContinuation(t *testing.T) {
	c, params := small(t)
	base := randomIds(7, c.Vocab)
	edit := func(name string, from int) *Inference {
		f, err := NewInference(c, params, 1, 7)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if from > 0 {
			if err := f.Run(base); err != nil {
				t.Fatal(err)
			}
			if f, err = NewInferenceOf(c, params, Options{Batch: 1, Seq: 4, Base: f.Graph}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
		}
		// The token at position 5, the last row of [query, key] and the last head.
		point(t, f, name).Edit(0, func(heads []kernel.Matrix) { heads[len(heads)-1].Row(5 - from)[1]++ })
		if err := f.RunFrom([][]int{base}, []int{from}); err != nil {
			t.Fatal(err)
		}
		return f
	}
	whole := edit("embed", 0)
	for _, name := range whole.HookNames() {
		whole, part := edit(name, 0), edit(name, 3)
		for position := 3; position < 7; position++ {
			sameBits(t, name, part.LogitsAt(0, position), whole.LogitsAt(0, position))
		}
		for head, got := range point(t, part, name).Read(0) {
			want := point(t, whole, name).Read(0)[head].Part(3, 4)
			if got.Rows != 4 || got.Cols != want.Cols {
				t.Fatalf("%s: %d x %d, want 4 x %d", name, got.Rows, got.Cols, want.Cols)
			}
			for row := range 4 {
				sameBits(t, name, got.Row(row), want.Row(row))
			}
		}
	}
}

func TestNoContinuation(t *testing.T) {
	c, params := small(t)
	plain, err := NewInference(c, params, 2, 6)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	ids := randomIds(7, c.Vocab)
	if err := plain.Run(ids[:5]); err != nil {
		t.Fatal(err)
	}
	f, err := NewInferenceOf(c, params, Options{Batch: 2, Seq: 2, Base: plain.Graph})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := slices.Clone(ids[:5])
	other[1] = (other[1] + 1) % c.Vocab
	wantError := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, x := range []struct {
		f    *Inference
		ids  []int
		from int
		want string
	}{
		{plain, ids[:5], 1, "the graph has no base sentence"},
		{f, ids[:5], 2, "sentence 1 has 5 tokens and begins at position 2: want at most 6 tokens, 1 to 2 of them"},
		{f, ids[:5], 5, "begins at position 5: want at most 6"},
		{f, ids[:5], -1, "begins at position -1"},
		{f, ids[:3], 0, "sentence 1 has 3 tokens, want 1 to 2"},
		{f, ids, 5, "sentence 1 has 7 tokens and begins at position 5"},
		{f, ids[:6], 5, ""},
		{f, append(slices.Clone(ids[:5]), 0, 0)[:6], 6, "begins at position 6"},
		{f, other, 3, "its tokens before are not those of the base sentence"},
	} {
		if err := x.f.RunFrom([][]int{x.ids}, []int{x.from}); x.want != "" {
			wantError(err, x.want)
		} else if err != nil {
			t.Errorf("%v from %d on: %v", x.ids, x.from, err)
		}
	}
	wantError(f.RunFrom([][]int{ids[:2]}, []int{0, 0}), "1 sentences with 2 positions")

	wider := c
	wider.Heads = 5
	deeper := c
	deeper.Layers = 1
	for _, x := range []struct {
		c    Config
		o    Options
		want string
	}{
		{c, Options{Batch: 1, Seq: 2, Base: plain.Graph, Training: true}, "a graph for training"},
		{c, Options{Batch: 1, Seq: 2, LastOnly: true, Training: true}, "a graph for training"},
		{c, Options{Batch: 1, Seq: 2, LastOnly: true, Attention: AttentionOptions{NoMask: true}}, "without a mask"},
		{c, Options{Batch: 1, Seq: 2, Base: f.Graph}, "has a base sentence itself"},
		{c, Options{Batch: 1, Seq: 7, Base: plain.Graph}, "a graph of 2 layers, 7 tokens and context 7 cannot continue"},
		{deeper, Options{Batch: 1, Seq: 2, Base: plain.Graph}, "a graph of 1 layers"},
		{wider, Options{Batch: 1, Seq: 2, Base: plain.Graph}, "a graph with 5 heads"},
	} {
		_, err := NewInferenceOf(x.c, params, x.o)
		wantError(err, x.want)
	}
}

// A key that is not finite is found in a continuation too.
func TestContinuationsAreCheckedFinite(t *testing.T) {
	c, params := small(t)
	base := randomIds(7, c.Vocab)
	plain, err := NewInference(c, params, 1, 7)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.Run(base); err != nil {
		t.Fatal(err)
	}
	f, err := NewInferenceOf(c, params, Options{Batch: 1, Seq: 2, Base: plain.Graph, LastOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, what := range map[string]string{"blocks.1.attn.k": "one of the keys", "logits": "a logit"} {
		f.ClearEdits()
		point(t, f, name).Edit(0, func(heads []kernel.Matrix) { heads[0].Row(0)[0] = float32(math.NaN()) })
		// The key at position 5 has no effect on the logits.
		if err := f.Attention[1].RemoveAttention(Link{0, AllHeads, 6, 5}); err != nil {
			t.Fatal(err)
		}
		err := f.RunFrom([][]int{base}, []int{5})
		if _, ok := err.(*NotFiniteError); !ok || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestGraphBytesOfContinuations(t *testing.T) {
	for _, c := range variants() {
		weights, err := NewParameters(c, 1)
		if err != nil {
			t.Fatal(err)
		}
		base, err := New(c, weights, Options{Batch: 1, Seq: 91})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{
			{Batch: 7, Seq: 89, LastOnly: true}, {Batch: 7, Seq: 41, Base: base},
			{Batch: 7, Seq: 41, Base: base, LastOnly: true}, {Batch: 64, Seq: 1, Base: base},
		} {
			f, err := New(c, weights, o)
			if err != nil {
				t.Fatal(err)
			}
			var shared [][]float32
			for _, p := range weights.All() {
				shared = append(shared, p.Data)
			}
			if o.Base != nil {
				for _, a := range base.Attention {
					shared = append(shared, node.Floats(valueOf(a.projected.Key)), node.Floats(valueOf(a.projected.Value)))
				}
			}
			held := float64(nodetest.Bytes(f.ExprGraph, shared...))
			estimated := c.GraphBytes(o, false, Full(o.Seq)) - nodeBytes*c.nodes(false)
			if math.Abs(estimated-held) > 100*float64(len(f.ExprGraph.AllNodes())) { // a few words for each operation
				t.Errorf("%s tied=%v %d x %d last=%v: estimated %.0f bytes, the graph holds %.0f (%.4f)",
					c.Positions, c.Tied, o.Batch, o.Seq, o.LastOnly, estimated, held, estimated/held)
			}
		}
	}
}
