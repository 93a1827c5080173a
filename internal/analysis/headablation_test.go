package analysis

import (
	"math"
	"testing"

	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

// lossesOf returns the loss of each prediction of a sequence in a graph of one sentence, after an edit.
func lossesOf(t *testing.T, r *run.Run, sequence []int, edit func(f *layers.Inference)) (losses []float64) {
	t.Helper()
	ids := sequence[:len(sequence)-1]
	f, err := layers.NewInference(r.Config, r.Parameters, 1, len(ids))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edit(f)
	if err := f.Run(ids); err != nil {
		t.Fatal(err)
	}
	for position := range ids {
		losses = append(losses, -math.Log(softmax(f.LogitsAt(0, position))[sequence[position+1]]))
	}
	return losses
}

// The cost at a token of a head of an earlier layer is the rise of the loss from this token on if z is the mean there and nowhere
// else. Resample ablation takes z of other tokens, others in each draw, and its effect is the mean over the draws.
func TestAblationByHand(t *testing.T) {
	r := needsAttention(t, 2)
	corpus, err := loadText(twoBefore())(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	sequences := corpus.HeldOut.Rows(r.Config.Context, 3)
	a, err := newAblation(r, outputs, sequences)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.sequences) != 3 || len(a.sampled) != countTokens(inputs(sequences)) {
		t.Fatalf("%d sequences, ablated at %d tokens", len(a.sequences), len(a.sampled))
	}
	const head = 1
	got, err := a.head(0, head)
	if err != nil {
		t.Fatal(err)
	}
	var rises, tokens []float64
	differ := false
	for i, sequence := range sequences {
		plain := lossesOf(t, r, sequence, func(*layers.Inference) {})
		for position := range plain {
			ablated := lossesOf(t, r, sequence, func(f *layers.Inference) {
				hook, err := f.HookPoint("blocks.0.attn.z")
				if err != nil {
					t.Fatal(err)
				}
				hook.Edit(0, func(heads []kernel.Matrix) { copy(heads[head].Row(position), outputs.Means[0][head]) })
			})
			cost := 0.0
			for p := position; p < len(plain); p++ {
				cost += ablated[p] - plain[p]
			}
			near(t, "cost", got.costs[i][position], cost, 1e-4)
			differ = differ || math.Abs(cost) > 0.01
		}
		rise := 0.0
		for draw := range resampleDraws {
			for p, loss := range lossesOf(t, r, sequence, func(f *layers.Inference) {
				if err := outputs.resample(0, head, draw*len(sequences)+i)(f, 0); err != nil {
					t.Fatal(err)
				}
			}) {
				rise += (loss - plain[p]) / resampleDraws
			}
		}
		rises, tokens = append(rises, rise), append(tokens, float64(len(plain)))
	}
	want := perToken(rises, tokens)
	near(t, "resample ablation", got.resample.mean, want.mean, 1e-5)
	near(t, "its standard error", *got.resample.standardError, *want.standardError, 1e-5)
	if !differ || want.mean == 0 {
		t.Error("ablating the head changes nothing")
	}
}

// The standard error of a ratio in closed form.
func TestPerToken(t *testing.T) {
	s := perToken([]float64{2, 4, 9}, []float64{1, 2, 2})
	near(t, "mean", s.mean, 3, 1e-12)
	near(t, "standard error", *s.standardError, math.Sqrt(1.5*(1+4+9))/5, 1e-12)
	if s := perToken([]float64{2}, []float64{4}); s.mean != 0.5 || s.standardError != nil {
		t.Errorf("one group: %+v", s)
	}
}

// Much work is measured on fewer tokens, and a head of an earlier layer at some tokens.
func TestAblationIsBounded(t *testing.T) {
	r := deep(t)
	if w := workPerToken(r); w < 1000 {
		t.Errorf("%g multiply-adds", w)
	}
	sequences := [][]int{make([]int, 9), make([]int, 9), make([]int, 9)}
	for tokens, want := range map[int]int{1: 1, 8: 1, 15: 1, 16: 2, 24: 3, 1000: 3} {
		if got := len(firstTokens(sequences, tokens)); got != want {
			t.Errorf("%d tokens: %d sequences, want %d", tokens, got, want)
		}
	}
	r.Config.Vocab = 1 << 30 // the work of a huge vocabulary, which is not computed
	a := &ablation{r: r, plain: [][]float64{make([]float64, 100), make([]float64, 100)}}
	a.sample()
	if len(a.sampled) != leastCosts {
		t.Errorf("%d tokens are ablated alone, want %d", len(a.sampled), leastCosts)
	}
}
