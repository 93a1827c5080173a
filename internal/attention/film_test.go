package attention_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestFormation(t *testing.T) {
	for _, c := range []struct {
		name    string
		weights []float32 // of the second word for the first
		least   float64
		want    []attention.Formed
	}{
		{"one frame", []float32{0.75}, 0.25, []attention.Formed{{0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 0, 0.75}, {0, 0, 0, 1, 1, 0, 0.25}}},
		{"rises", []float32{0, 0.25, 0.5, 0.75, 1}, 0.25, []attention.Formed{{0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 20, 1}}},
		{"exactly half counts", []float32{0, 0.375, 0.75}, 0.5, []attention.Formed{{0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 10, 0.75}}},
		{"falls and rises again", []float32{0.75, 0.25, 0.75, 0.75}, 0.5, []attention.Formed{{0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 20, 0.75}}},
		{"falls", []float32{1, 0.75, 0.25}, 0.5, []attention.Formed{{0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 1, 20, 0.75}}},
		{"none heavy enough", []float32{0, 1}, 1.5, nil},
	} {
		if diff := cmp.Diff(c.want, attention.Formation(attentiontest.Filmed(c.weights...), c.least)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// Every link that is heavy enough comes once, at a frame from which on it is never below its half,
// and was below it just before.
func TestFormationHolds(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		frames, least := attentiontest.AnyFilm(t), rapid.Float64Range(0, 1).Draw(t, "least")
		last := frames[len(frames)-1]
		heavy := map[attention.Formed]bool{}
		for s, sentence := range last.Sentences {
			for l := range sentence.Attention {
				for h, weights := range sentence.Attention[l] {
					for q := range weights {
						for k, w := range weights[q] {
							if w > 0 && float64(w) >= least {
								heavy[attention.Formed{s, l, h, q, k, 0, float64(w)}] = true
							}
						}
					}
				}
			}
		}
		before := math.MinInt
		for _, f := range attention.Formation(frames, least) {
			if f.Step < before {
				t.Fatalf("step %d comes after step %d", f.Step, before)
			}
			before = f.Step
			after := false
			for i, frame := range frames {
				w := frame.Sentences[f.Sentence].Attention[f.Layer][f.Head][f.Query][f.Key]
				if frame.Step == f.Step {
					after = true
					if i > 0 && frames[i-1].Sentences[f.Sentence].Attention[f.Layer][f.Head][f.Query][f.Key] >= float32(f.Final)/2 {
						t.Fatalf("%+v was there at the frame before", f)
					}
				}
				if after && w < float32(f.Final)/2 {
					t.Fatalf("%+v weighs %v at step %d", f, w, frame.Step)
				}
			}
			if !after {
				t.Fatalf("%+v: no frame has that step", f)
			}
			f.Step = 0
			if !heavy[f] {
				t.Fatalf("%+v is not expected, or twice", f)
			}
			delete(heavy, f)
		}
		if len(heavy) > 0 {
			t.Fatalf("missing: %v", heavy)
		}
	})
}

func TestCheckFilm(t *testing.T) {
	if err := attention.CheckFilm(attentiontest.Filmed(0.5, 0.75)); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(f []attention.Frame) []attention.Frame{
		"no frames":                      func([]attention.Frame) []attention.Frame { return nil },
		"frame 2: step 0 follows step 0": func(f []attention.Frame) []attention.Frame { f[1].Step = 0; return f },
		"frame 3: the loss is NaN":       func(f []attention.Frame) []attention.Frame { f[2].HeldOutLoss = new(math.NaN()); return f },
		"frame 2: only some frames have": func(f []attention.Frame) []attention.Frame { f[1].HeldOutLoss = nil; return f },
		"frame 1: no sentences":          func(f []attention.Frame) []attention.Frame { f[0].Sentences = nil; return f },
		"2 sentences, the first frame": func(f []attention.Frame) []attention.Frame {
			f[1].Sentences = append(f[1].Sentences, f[1].Sentences...)
			return f
		},
		"not those of the first frame": func(f []attention.Frame) []attention.Frame { f[1].Sentences[0].Tokens = []string{"a", "c"}; return f },
		"frame 2: sentence 1: layer 1, h": func(f []attention.Frame) []attention.Frame {
			f[1].Sentences[0].Attention[0][0][0][0] = float32(math.NaN())
			return f
		},
		"2 layers of 1 heads": func(f []attention.Frame) []attention.Frame {
			s := &f[1].Sentences[0]
			s.Attention = append(s.Attention, s.Attention[0])
			return f
		},
	} {
		spoiled := spoil(attentiontest.Filmed(0.5, 0.5, 0.5))
		err := attention.CheckFilm(spoiled)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if got := attention.Formation(spoiled, 0); !reflect.DeepEqual(got, []attention.Formed(nil)) {
			t.Errorf("%s: formed %v", want, got)
		}
	}
}
