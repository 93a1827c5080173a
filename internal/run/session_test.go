package run

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/gorgonia"

	"attend/data"
	"attend/internal/kernel"
	"attend/layers"
)

// The map of a sentence holds the very numbers that the attention of a training graph computes for
// it among the sentences of a batch.
func TestMapIsTheTrainingGraphs(t *testing.T) {
	s := small()
	s.Layers = 2
	r := trained(t, s, smallText())
	sentences := []string{"The otter likes the dog near rocks", "the lion sees", "Zebra"}
	const batch = 3
	seq := r.Config.Context
	graph, err := layers.New(r.Config, r.Parameters, layers.Options{Batch: batch, Seq: seq, Training: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range sentences {
		e, err := r.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		copy(graph.IDs[i*seq:], e.IDs)
	}
	vm := gorgonia.NewTapeMachine(graph.ExprGraph)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}

	one := reader(t, r, 1)
	for i, text := range sentences {
		m, err := one.Map(text, 3)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
		words := strings.Fields(text)
		if want := append([]string{data.BoundaryToken}, words...); !slices.Equal(m.Tokens, want) || m.Text != text {
			t.Errorf("tokens %q of %q, want %q", m.Tokens, m.Text, want)
		}
		if len(m.Attention) != r.Config.Layers || len(m.Attention[0]) != r.Config.Heads {
			t.Fatalf("%d layers of %d heads", len(m.Attention), len(m.Attention[0]))
		}
		for layer, heads := range m.Attention {
			weights := graph.Attention[layer].Weights() // [batch, heads, query, key]
			for head, rows := range heads {
				for query, row := range rows {
					start := ((i*r.Config.Heads+head)*seq + query) * seq
					if !slices.Equal(row, weights[start:start+len(m.Tokens)]) {
						t.Errorf("%q, layer %d, head %d, query %d: %v, the graph has %v", text, layer, head, query, row, weights[start:start+len(m.Tokens)])
					}
					sum := 0.0
					for _, w := range row {
						sum += float64(w)
					}
					if math.Abs(sum-1) > 1e-5 {
						t.Errorf("%q, layer %d, head %d, query %d adds up to %g", text, layer, head, query, sum)
					}
				}
			}
		}
	}
}

// What stands beside a sentence in a batch, and before it in the machine, changes nothing.
func TestReadBatches(t *testing.T) {
	r := trained(t, small(), smallText())
	var sentences [][]int
	for i := range 11 {
		sentence := []int{0}
		for range i % 8 {
			sentence = append(sentence, 1+(i*5+len(sentence)*3)%(r.Config.Vocab-1))
		}
		sentences = append(sentences, sentence[:min(len(sentence), r.Config.Context)])
	}
	read := func(batch int) (all []string) {
		err := reader(t, r, batch).Forward(sentences, func(i int, out ForwardResult) error {
			if i != len(all) {
				t.Errorf("sentence %d comes at place %d", i, len(all))
			}
			last := len(sentences[i]) - 1
			all = append(all, fmt.Sprint(out.Logits(last), out.Weights(0, 1, last)))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	alone := read(1)
	for _, batch := range []int{4, 32} {
		if !slices.Equal(read(batch), alone) {
			t.Errorf("batches of %d give other numbers", batch)
		}
	}
	err := reader(t, r, 2).Forward([][]int{{0}, {0}, make([]int, r.Config.Context+1)}, func(int, ForwardResult) error { return nil })
	wantError(t, err, "sentence 3 has 9 tokens", "at most 8")
	own := fmt.Errorf("enough")
	if err := reader(t, r, 2).Forward(sentences, func(int, ForwardResult) error { return own }); err != own {
		t.Errorf("the visitor's error became %v", err)
	}
}

func TestMapNext(t *testing.T) {
	r := trained(t, small(), smallText())
	one := reader(t, r, 1)
	m, err := one.Map("The lion sees the", 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Next) != r.Vocabulary.Len() {
		t.Fatalf("%d predictions of %d words", len(m.Next), r.Vocabulary.Len())
	}
	sum, seen := 0.0, map[string]bool{}
	for i, p := range m.Next {
		sum += p.Probability
		seen[p.Word] = true
		if i > 0 && p.Probability > m.Next[i-1].Probability {
			t.Errorf("prediction %d is likelier than the one before: %v", i, m.Next[:i+1])
		}
	}
	if math.Abs(sum-1) > 1e-5 || len(seen) != len(m.Next) {
		t.Errorf("%d words with probabilities that add up to %g", len(seen), sum)
	}
	// Independently: softmax in float64 of the logits at the last word.
	e, err := r.Encode("The lion sees the")
	if err != nil {
		t.Fatal(err)
	}
	err = one.Forward([][]int{e.IDs}, func(_ int, out ForwardResult) error {
		p := softmax(out.Logits(len(e.IDs) - 1))
		for _, next := range m.Next {
			id, _ := r.Vocabulary.ID(next.Word)
			if math.Abs(p[id]-next.Probability) > 1e-6 {
				t.Errorf("%s: %g, want %g", next.Word, next.Probability, p[id])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m, err = one.Map("The lion", 3); err != nil || len(m.Next) != 3 {
		t.Errorf("%d predictions, %v, want 3", len(m.Next), err)
	}
}

// softmax in float64.
func softmax(logits []float32) []float64 {
	p := make([]float64, len(logits))
	sum := 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x) - float64(logits[0]))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func TestMapErrors(t *testing.T) {
	r := trained(t, small(), smallText())
	one := reader(t, r, 1)
	for text, parts := range map[string][]string{
		"":       {"empty"},
		" \t\n":  {"empty"},
		"a\x00b": {"NUL"},
		"a\xffb": {"UTF-8"},
	} {
		_, err := one.Map(text, 3)
		wantError(t, err, parts...)
	}
	if m, err := one.Map(strings.Repeat("lion ", 7), 3); err != nil || len(m.Tokens) != 8 {
		t.Errorf("a full context: %d tokens, %v", len(m.Tokens), err)
	}
}

func TestMapUnknown(t *testing.T) {
	r := trained(t, small(), smallText())
	m, err := reader(t, r, 1).Map("The walrus sees THE <s>", 3)
	if err != nil {
		t.Fatal(err)
	}
	tokens := []string{"<s>", "The", "walrus", "sees", "THE", "<", "s", ">"}
	unknown := []bool{false, false, true, false, false, true, true, true}
	if !slices.Equal(m.Tokens, tokens) || !slices.Equal(m.Unknown, unknown) {
		t.Errorf("%q %v, want %q %v", m.Tokens, m.Unknown, tokens, unknown)
	}
}

func TestMapChars(t *testing.T) {
	s := small()
	s.Unit, s.Context = "char", 12
	r := trained(t, s, smallText())
	one := reader(t, r, 1)
	m, err := one.Map("The lion Ω", 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Split("The lion Ω", ""); !slices.Equal(m.Tokens, want) || !m.Unknown[9] || slices.Contains(m.Unknown[:9], true) {
		t.Errorf("%q %v, want %q", m.Tokens, m.Unknown, want)
	}
}

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
				v := m.Vectors[layer][head]
				for query, row := range rows {
					for key, want := range softmaxOfProducts(v.Query[query], v.Key[:query+1]) {
						if got := float64(row[key]); math.Abs(got-want) > 1e-5 {
							t.Errorf("%q, layer %d, head %d, query %d, key %d: the vectors give %v, the map has %v", text, layer, head, query, key, want, got)
						}
					}
				}
				if n := len(v.Value[0]); n != 5 {
					t.Errorf("a value of %d numbers, want 5", n)
				}
			}
		}
		words := strings.Fields(text)
		for i := range words { // after the boundary token come the words
			prefix, err := reader.Map(strings.Join(words[:i+1], " "), 2)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(m.NextAt[i+1], prefix.Next) {
				t.Errorf("%q: after word %d the map has %v, the text up to it %v", text, i+1, m.NextAt[i+1], prefix.Next)
			}
		}
		if len(m.NextAt) != len(m.Tokens) {
			t.Errorf("%q: next tokens after %d of %d tokens", text, len(m.NextAt), len(m.Tokens))
		}
		m.Vectors, m.NextAt = nil, nil
		if diff := cmp.Diff(plain, m); diff != "" {
			t.Errorf("%q: with vectors the map is another: %s", text, diff)
		}
	}
	if _, err := reader.MapWithVectors("", 2); err == nil {
		t.Error("no error for an empty sentence")
	}
}

// The vectors and scores of a map are those of the hook points of a graph that knows nothing of maps, bit for bit.
func TestVectorsAreThoseOfTheHookPoints(t *testing.T) {
	s := small()
	s.Layers, s.Heads, s.Dim = 2, 2, 10
	r := trained(t, s, smallText())
	const text = "The otter likes the dog near rocks"
	m, err := reader(t, r, 3).MapWithVectors(text, 2)
	if err != nil {
		t.Fatal(err)
	}
	e, err := r.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := layers.NewInference(r.Config, r.Parameters, 1, len(e.IDs))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	hooks := map[string]*layers.HookPoint{}
	for _, name := range f.HookNames() {
		if hooks[name], err = f.HookPoint(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Run(e.IDs); err != nil {
		t.Fatal(err)
	}
	for layer, heads := range m.Vectors {
		for head, v := range heads {
			for name, rows := range map[string][][]float32{"q": v.Query, "k": v.Key, "v": v.Value, "scores": v.Scores, "weights": m.Attention[layer][head], "z": v.Z} {
				want := hooks[fmt.Sprintf("blocks.%d.attn.%s", layer, name)].Read(0)[head]
				if want.Rows != len(rows) {
					t.Fatalf("%d rows of %s, want %d", len(rows), name, want.Rows)
				}
				for i, row := range rows {
					if !slices.Equal(row, want.Row(i)[:len(row)]) {
						t.Errorf("layer %d, head %d, position %d: %s is %v, the hook point has %v", layer, head, i, name, row, want.Row(i))
					}
				}
			}
		}
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

// An edit of any hook point ends with its batch: sentences after it are computed as without edits.
func TestEditsEndWithTheirBatch(t *testing.T) {
	r := trained(t, small(), smallText())
	s := reader(t, r, 1)
	e, err := r.Encode("the lion sees")
	if err != nil {
		t.Fatal(err)
	}
	sentences := [][]int{e.IDs, e.IDs, e.IDs}
	logits := func(edits []Edit) (all [][]float32) {
		t.Helper()
		if err := s.ForwardEdited(sentences, edits, func(_ int, out ForwardResult) error {
			all = append(all, slices.Clone(out.Logits(1)))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := logits(nil)
	edit := func(f *layers.Inference, sentence int) error {
		h, err := f.HookPoint("blocks.0.mlp_out")
		if err != nil {
			return err
		}
		h.Edit(sentence, func(heads []kernel.Matrix) { heads[0].Row(1)[0]++ })
		return f.Attention[0].RemoveAttention(layers.Link{Sentence: sentence, Head: layers.AllHeads, Query: 1, Key: 0})
	}
	got := logits([]Edit{edit, nil, edit})
	if slices.Equal(got[0], want[0]) || slices.Equal(got[2], want[2]) {
		t.Error("an edit changes nothing")
	}
	if !slices.Equal(got[1], want[1]) {
		t.Error("an edit changes the next batch")
	}
	if !slices.Equal(logits(nil)[0], want[0]) {
		t.Error("an edit outlives its pass")
	}
}

// Of a text longer than the context the last tokens are read, after the boundary token: the map is that of these words alone.
func TestMapOfLongText(t *testing.T) {
	long := "otter near rocks now The lion sees the ant near rocks"
	for unit, context := range map[string]int{data.Word: 8, data.Char: 10} {
		s := small()
		s.Unit = unit
		if unit == data.Char {
			s.Context = context
		}
		r := trained(t, s, smallText())
		if r.Config.Context != context {
			t.Fatalf("%s: the context is %d", unit, r.Config.Context)
		}
		part, omitted := "The lion sees the ant near rocks", 4
		if unit == data.Char {
			part, omitted = long[len(long)-context:], len(long)-context
		}
		session := reader(t, r, 1)
		whole, err := session.Map(long, 3)
		if err != nil {
			t.Fatal(err)
		}
		want, err := session.Map(part, 3)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Omitted != omitted || want.Omitted != 0 || whole.Text != long {
			t.Errorf("%s: %d and %d tokens omitted, want %d and 0", unit, whole.Omitted, want.Omitted, omitted)
		}
		whole.Omitted, whole.Text = 0, part
		if !reflect.DeepEqual(whole, want) {
			t.Errorf("%s: the map of a long text is not that of its last tokens", unit)
		}
	}
}

// A context that has no space for a word is said to have none.
func TestEncodeInNoContext(t *testing.T) {
	r := trained(t, small(), smallText())
	r.Config.Context = 1
	_, err := r.Encode("the lion")
	wantError(t, err, "a context of 1, in which no word has space after <s>", "larger --context")
}
