package layers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/internal/node"
)

// inference runs two sentences of different lengths, 7 and 5 tokens, after the given interventions.
func inference(t *testing.T, intervene func(f *Inference) error) *Inference {
	t.Helper()
	c, weights := small(t)
	f, err := NewInference(c, weights, 3, c.Context)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := intervene(f); err != nil {
		t.Fatal(err)
	}
	ids := randomIds(12, c.Vocab)
	if err := f.Run(ids[:7], ids[7:]); err != nil {
		t.Fatal(err)
	}
	return f
}

func nothing(*Inference) error { return nil }

// row returns the weights [key] of a query in a layer of small's model.
func row(f *Inference, layer, sentence, head, query int) []float32 {
	return f.Attention[layer].Weights()[((sentence*3+head)*7+query)*7:][:query+1]
}

func TestCutRenormalizesItsRowAndNothingElse(t *testing.T) {
	plain := inference(t, nothing)
	cut := inference(t, func(f *Inference) error {
		return f.Attention[1].RemoveAttention(Link{0, 1, 5, 2}, Link{0, 1, 5, 4}, Link{1, AllHeads, 3, 0})
	})
	for layer := range 2 {
		for sentence, length := range []int{7, 5} {
			for head := range 3 {
				for query := range length {
					want := slices.Clone(row(plain, layer, sentence, head, query))
					got := row(cut, layer, sentence, head, query)
					var gone []int
					switch {
					case layer == 1 && sentence == 0 && head == 1 && query == 5:
						gone = []int{2, 4}
					case layer == 1 && sentence == 1 && query == 3:
						gone = []int{0}
					default:
						sameBits(t, "a row without a cut", got, want)
						continue
					}
					left := float32(1)
					for _, key := range gone {
						left -= want[key]
						want[key] = 0
					}
					for key := range want {
						if w := want[key] / left; math.Abs(float64(got[key]-w)) > 2e-6 || w == 0 && math.Float32bits(got[key]) != 0 {
							t.Errorf("sentence %d, head %d, query %d: weights %v, want %v over %v", sentence, head, query, got, want, left)
							break
						}
					}
				}
			}
		}
	}
	for position := range 5 { // what comes before the cut in the first sentence
		sameBits(t, "earlier logits", cut.LogitsAt(0, position), plain.LogitsAt(0, position))
	}
	if slices.Equal(cut.LogitsAt(0, 5), plain.LogitsAt(0, 5)) || slices.Equal(cut.LogitsAt(1, 3), plain.LogitsAt(1, 3)) {
		t.Error("a cut changes no logits")
	}
	if !slices.Equal(cut.LogitsAt(0, 6), plain.LogitsAt(0, 6)) {
		t.Error("a cut in the last layer changes the logits of a later token, which does not see it")
	}
}

func TestCutsAddUpUntilRestored(t *testing.T) {
	together := inference(t, func(f *Inference) error {
		return f.Attention[0].RemoveAttention(Link{0, 0, 6, 1}, Link{0, AllHeads, 6, 3})
	})
	f := inference(t, func(f *Inference) error {
		if err := f.Attention[0].RemoveAttention(Link{0, 0, 6, 1}); err != nil {
			return err
		}
		return f.Attention[0].RemoveAttention(Link{0, AllHeads, 6, 3})
	})
	sameBits(t, "cut one after the other", f.LogitsAt(0, 6), together.LogitsAt(0, 6))
	plain := inference(t, nothing)
	if slices.Equal(f.LogitsAt(0, 6), plain.LogitsAt(0, 6)) {
		t.Error("cuts change nothing")
	}
	f = inference(t, func(f *Inference) error {
		if err := f.Attention[1].SetZ(0, 2, make([]float32, 5)); err != nil {
			return err
		}
		err := f.Attention[1].RemoveAttention(Link{1, 0, 2, 1})
		f.ClearEdits()
		return err
	})
	for position := range 7 {
		sameBits(t, "restored", f.LogitsAt(0, position), plain.LogitsAt(0, position))
	}
}

func TestFixReplacesOneHeadInOneSentence(t *testing.T) {
	plain := inference(t, nothing)
	output := []float32{1, -2, 3, -4, 5}
	fixed := inference(t, func(f *Inference) error { return f.Attention[0].SetZ(1, 2, output) })
	for position := range 5 {
		for head := range 3 {
			want := plain.Attention[0].Z(1, head, position)
			if head == 2 {
				want = output
			}
			sameBits(t, "output", fixed.Attention[0].Z(1, head, position), want)
			sameBits(t, "weights", row(fixed, 0, 1, head, position), row(plain, 0, 1, head, position))
		}
		if slices.Equal(fixed.LogitsAt(1, position), plain.LogitsAt(1, position)) {
			t.Errorf("position %d: the logits do not change", position)
		}
	}
	for position := range 7 {
		sameBits(t, "logits of the other sentence", fixed.LogitsAt(0, position), plain.LogitsAt(0, position))
	}
}

// value returns what the value projection of layer 1 gives a head at a position, [headDim].
func value(t *testing.T, f *Inference, sentence, head, position int) []float32 {
	t.Helper()
	start, _ := f.Sentences.At(sentence)
	for _, n := range f.ExprGraph.AllNodes() {
		if op := n.Op(); op != nil && op.String() == "h.1.attn.value" {
			_, values, _ := node.Result(n)
			return node.Floats(values)[(start+position)*15+head*5:][:5]
		}
	}
	t.Fatal("the graph has no value")
	return nil
}

// Output is the mix that the weights make of the values.
func TestOutputIsTheMixedValue(t *testing.T) {
	f := inference(t, nothing)
	const sentence, head, position = 1, 1, 4
	for i, got := range f.Attention[1].Z(sentence, head, position) {
		var want float64
		for key, w := range row(f, 1, sentence, head, position) {
			want += float64(w) * float64(value(t, f, sentence, head, key)[i])
		}
		if math.Abs(float64(got)-want) > 1e-5 {
			t.Errorf("number %d is %g, want %g", i, got, want)
		}
	}
}

func TestInterventionsOutsideOfTheBatch(t *testing.T) {
	f := inference(t, nothing)
	a := f.Attention[0]
	for _, link := range []Link{{-1, 0, 1, 0}, {3, 0, 1, 0}, {0, -2, 1, 0}, {0, 3, 1, 0}, {0, 0, 7, 0}, {0, 0, 1, 2}, {0, 0, 1, -1}} {
		if err := a.RemoveAttention(link); err == nil || !strings.Contains(err.Error(), "no link from") {
			t.Errorf("%v: error %v", link, err)
		}
	}
	if err := a.RemoveAttention(Link{0, 1, 0, 0}); err == nil || !strings.Contains(err.Error(), "no key left in head 1") {
		t.Errorf("the only link of the first token: error %v", err)
	}
	if err := a.RemoveAttention(Link{0, 2, 1, 0}); err != nil {
		t.Error(err)
	}
	if err := a.RemoveAttention(Link{0, AllHeads, 1, 1}); err == nil || !strings.Contains(err.Error(), "no key left in head 2") {
		t.Errorf("the last link of the second token: error %v", err)
	}
	for _, c := range []struct{ sentence, head, numbers int }{{-1, 0, 5}, {3, 0, 5}, {0, -1, 5}, {0, 3, 5}, {0, 0, 4}} {
		if err := a.SetZ(c.sentence, c.head, make([]float32, c.numbers)); err == nil || !strings.Contains(err.Error(), "no head") {
			t.Errorf("%v: error %v", c, err)
		}
	}
}
