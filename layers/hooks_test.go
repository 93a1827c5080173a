package layers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/internal/kernel"
)

// hookedInference is a graph of small's model for three sentences, with two in it, after asking for hook points and editing them.
func hookedInference(t *testing.T, ask func(f *Inference)) *Inference {
	t.Helper()
	return inference(t, func(f *Inference) error { ask(f); return nil })
}

func point(t *testing.T, f *Inference, name string) *HookPoint {
	t.Helper()
	h, err := f.HookPoint(name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// What the hook points hold is what the equations of the model make of each other.
func TestHookPointsHoldWhatTheModelComputes(t *testing.T) {
	names := 0
	f := hookedInference(t, func(f *Inference) {
		for _, name := range f.HookNames() {
			point(t, f, name)
			names++
		}
	})
	if want := 3 + 2*15; names != want {
		t.Errorf("%d hook points, want %d", names, want)
	}
	plain := hookedInference(t, func(*Inference) {})
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-4*(1+math.Abs(want))) {
			t.Errorf("%s is %g, want %g", what, got, want)
		}
	}
	for sentence, length := range []int{7, 5} {
		read := func(name string, heads, columns int) []kernel.Matrix {
			t.Helper()
			x := point(t, f, name).Read(sentence)
			if len(x) != heads || x[0].Rows != length || x[0].Cols != columns {
				t.Fatalf("%s: %d matrices of %dx%d", name, len(x), x[0].Rows, x[0].Cols)
			}
			return x
		}
		for position := range length {
			sameBits(t, "logits", f.LogitsAt(sentence, position), plain.LogitsAt(sentence, position))
			sameBits(t, "logits", read("logits", 1, 13)[0].Row(position), plain.LogitsAt(sentence, position))
		}
		read("embed", 1, 15)
		read("final_norm", 1, 15)
		for _, block := range []string{"blocks.0.", "blocks.1."} {
			q, k, v := read(block+"attn.q", 3, 5), read(block+"attn.k", 3, 5), read(block+"attn.v", 3, 5)
			scores, weights, z := read(block+"attn.scores", 3, length), read(block+"attn.weights", 3, length), read(block+"attn.z", 3, 5)
			for head := range 3 {
				for query := range length {
					sum := 0.0
					for key := range length {
						score := 0.0
						for i := range 5 {
							score += float64(q[head].Row(query)[i]) * float64(k[head].Row(key)[i]) / math.Sqrt(5)
						}
						if key > query {
							if !math.IsInf(float64(scores[head].Row(query)[key]), -1) || weights[head].Row(query)[key] != 0 {
								t.Errorf("the future has the score %g and the weight %g", scores[head].Row(query)[key], weights[head].Row(query)[key])
							}
							continue
						}
						near("a score", float64(scores[head].Row(query)[key]), score)
						sum += math.Exp(score)
					}
					for i := range 5 {
						mixed := 0.0
						for key := range query + 1 {
							w := weights[head].Row(query)[key]
							near("a weight", float64(w), math.Exp(float64(scores[head].Row(query)[key]))/sum)
							mixed += float64(w) * float64(v[head].Row(key)[i])
						}
						near("a mixed value", float64(z[head].Row(query)[i]), mixed)
					}
				}
			}
			pre, post := read(block+"mlp.pre", 1, 11)[0], read(block+"mlp.post", 1, 11)[0]
			in, mid, out := read(block+"resid_pre", 1, 15)[0], read(block+"resid_mid", 1, 15)[0], read(block+"resid_post", 1, 15)[0]
			attention, feedForward := read(block+"attn_out", 1, 15)[0], read(block+"mlp_out", 1, 15)[0]
			for position := range length {
				want, slope := make([]float32, 11), make([]float32, 11)
				kernel.GELU(want, slope, pre.Row(position))
				for i := range want {
					near("after the activation", float64(post.Row(position)[i]), float64(want[i]))
				}
				for i := range 15 {
					near("the residual stream behind the attention", float64(mid.Row(position)[i]), float64(in.Row(position)[i]+attention.Row(position)[i]))
					near("the residual stream", float64(out.Row(position)[i]), float64(mid.Row(position)[i]+feedForward.Row(position)[i]))
				}
			}
		}
		for position := range length {
			sameBits(t, "the residual stream between the blocks", read("blocks.1.resid_pre", 1, 15)[0].Row(position), read("blocks.0.resid_post", 1, 15)[0].Row(position))
		}
	}
}

// An edit of any activation changes the logits of its sentence, before what follows is computed, and of no other; without it
// they are as before.
func TestEditsChangeTheirSentence(t *testing.T) {
	plain := hookedInference(t, func(*Inference) {})
	for _, name := range plain.HookNames() {
		add := func(heads []kernel.Matrix) { heads[len(heads)-1].Row(2)[1]++ }
		f := hookedInference(t, func(f *Inference) { point(t, f, name).Edit(1, add) })
		if slices.Equal(f.LogitsAt(1, 2), plain.LogitsAt(1, 2)) {
			t.Errorf("%s: the logits do not change", name)
		}
		for position := range 7 {
			sameBits(t, name+": the other sentence", f.LogitsAt(0, position), plain.LogitsAt(0, position))
		}
		for position := range 2 { // nothing later is seen
			sameBits(t, name+": earlier tokens", f.LogitsAt(1, position), plain.LogitsAt(1, position))
		}
		f.ClearEdits()
		ids := randomIds(12, 13)
		if err := f.Run(ids[:7], ids[7:]); err != nil {
			t.Fatal(err)
		}
		for position := range 5 {
			sameBits(t, name+": cleared", f.LogitsAt(1, position), plain.LogitsAt(1, position))
		}
	}
}

// The future weighs exactly 0, whatever an edit makes of its scores.
func TestEditsOfTheFuture(t *testing.T) {
	plain := hookedInference(t, func(*Inference) {})
	f := hookedInference(t, func(f *Inference) {
		point(t, f, "blocks.1.attn.scores").Edit(0, func(heads []kernel.Matrix) { heads[1].Row(2)[4] = 100 })
	})
	for position := range 7 {
		sameBits(t, "logits", f.LogitsAt(0, position), plain.LogitsAt(0, position))
	}
}

func TestNoHookPoints(t *testing.T) {
	c, weights := small(t)
	training, err := New(c, weights, Options{Batch: 1, Seq: 3, Training: true})
	if err != nil {
		t.Fatal(err)
	}
	if names := training.HookNames(); len(names) > 0 {
		t.Errorf("a graph for training has %v", names)
	}
	f := hookedInference(t, func(*Inference) {})
	for _, name := range []string{"", "blocks.2.attn.q", "attn.q", "blocks.0.attn"} {
		if _, err := f.HookPoint(name); err == nil || !strings.Contains(err.Error(), "no hook point") {
			t.Errorf("%q: error %v", name, err)
		}
	}
}
