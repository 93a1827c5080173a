package analysis

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// A model whose numbers are finite and whose scores are not is refused by every analysis.
func TestAnalysesRefuseAModelThatDiverged(t *testing.T) {
	corpus, err := loadSmall(small())
	if err != nil {
		t.Fatal(err)
	}
	text := "the lion sees the ant"
	r := trained(t, small(), runtest.Text())
	for _, huge := range []float32{1e30, -1e30, math.MaxFloat32} {
		for _, p := range r.Parameters.All() {
			for i := range p.Data {
				p.Data[i] = huge
			}
		}
		for what, compute := range map[string]func() (any, error){
			"why":           func() (any, error) { return Why(r, Question{Text: text}, nil) },
			"explanation":   func() (any, error) { return Explain(r, LinkName{Text: text}) },
			"evaluation":    func() (any, error) { return Evaluate(r, corpus) },
			"heads":         func() (any, error) { return Heads(r, corpus, &Rules{}) },
			"head outputs":  func() (any, error) { return NewHeadOutputs(r, corpus) },
			"position mean": func() (any, error) { return PositionMean(r, corpus, 3) },
			"sentences":     func() (any, error) { return CompareSentences(r, text, text) },
			"runs":          func() (any, error) { return Compare(r, r, text, corpus, corpus) },
			"matches":       func() (any, error) { return MatchHeads(r, r, []string{text}) },
			"seeds":         func() (any, error) { return Seeds(t.Context(), r, corpus, text, 2, 0.5, nil) },
		} {
			result, err := compute()
			var notFinite *layers.NotFiniteError
			if !errors.As(err, &notFinite) {
				t.Errorf("%g, %s: error %v and a %T", huge, what, err, result)
			}
			wantError(t, err, r.Path, "diverged", "train again with a lower --lr")
		}
	}
}

// A context that needs too much memory is refused before anything is computed.
func TestAnalysesRefuseAHugeContext(t *testing.T) {
	s := small()
	s.Positions = "none"
	r, err := run.Open(trained(t, s, runtest.Text()).Path, run.MaxMemory(1e9))
	if err != nil {
		t.Fatal(err)
	}
	r.Config.Context, r.Settings.Context = 65536, 65536
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	long := make([]int, 65000)
	for what, f := range map[string]func() error{
		"evaluation":    func() error { _, err := Evaluate(r, corpus); return err },
		"interventions": func() error { return forward(r, []intervention{{ids: long}, {ids: long}}) },
		"seeds": func() error {
			_, err := Seeds(t.Context(), r, corpus, "the lion sees the ant", 2, 0.1, nil)
			return err
		},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := f()
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 20<<20 {
			t.Errorf("%s: %d MB were allocated", what, bytes>>20)
		}
		runtest.WantTooLarge(t, what, err)
	}
}

// Interventions are computed in smaller batches where a large one does not fit.
func TestInterventionsFitTheMemory(t *testing.T) {
	for _, c := range []struct{ sentences, longest, fit, want int }{
		{2500, 3, 1000, 85}, {2500, 3, 84, 42}, {2500, 3, 41, 21}, {2500, 3, 0, 1}, {7, 3, 1000, 7}, {7, 1000, 1000, 1}, {0, 1, 1000, 1},
	} {
		if got := batchOf(c.sentences, c.longest, func(batch int) bool { return batch <= c.fit }); got != c.want {
			t.Errorf("%d sentences of %d tokens where %d fit: batches of %d, want %d", c.sentences, c.longest, c.fit, got, c.want)
		}
	}
	r := trained(t, small(), runtest.Text())
	n, list := 0, make([]intervention, 2500)
	for i := range list {
		list[i] = intervention{ids: []int{0, 1, 2}, read: func(run.ForwardResult) { n++ }}
	}
	if err := forward(r, list); err != nil || n != len(list) {
		t.Errorf("%d of %d were read, error %v", n, len(list), err)
	}
}

// Many interventions give the same numbers in one batch as a few at a time.
func TestInterventionsInParts(t *testing.T) {
	r := deep(t)
	e, err := r.Encode("The otter likes the dog near")
	if err != nil {
		t.Fatal(err)
	}
	var many []intervention
	for i := range 2*mostRows/len(e.IDs) + 5 {
		v := intervention{ids: e.IDs}
		if i%4 > 0 {
			v.edit = removeAttention(attention.All, 5, i%5)
		}
		many = append(many, v)
	}
	read := func(list []intervention) []float64 {
		var all []float64
		list = slices.Clone(list)
		for i := range list {
			list[i].read = func(out run.ForwardResult) {
				if i != len(all) {
					t.Fatalf("intervention %d comes at position %d", i, len(all))
				}
				all = append(all, LogProbability(out.Logits(5), 2))
			}
		}
		if err := forward(r, list); err != nil {
			t.Fatal(err)
		}
		return all
	}
	together := read(many)
	for _, i := range []int{0, 1, 2, 7, len(many) / 2, len(many) - 1} {
		if alone := read(many[i : i+1]); alone[0] != together[i] {
			t.Errorf("intervention %d: %g, alone %g", i, together[i], alone[0])
		}
	}
	if together[0] == together[1] || together[1] == together[2] || together[0] != together[4] {
		t.Errorf("the first are %v", together[:5])
	}
}

func TestHeadMeansAreMeansOfOutputs(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	var sum, tokens float64
	one := session(t, r, 1)
	for _, sentence := range corpus.HeldOut.Rows(r.Config.Context, 0) {
		err := one.Forward([][]int{sentence[:len(sentence)-1]}, func(_ int, out run.ForwardResult) error {
			for position := range len(sentence) - 1 {
				sum += float64(out.Z(1, 2, position)[1])
				tokens++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	near(t, "mean", float64(outputs.Means[1][2][1]), sum/tokens, 1e-6)
}

func TestLogProbability(t *testing.T) {
	logits := []float32{1, 2, -1000, 2000}
	near(t, "certain", LogProbability(logits, 3), 0, 0)
	near(t, "impossible, but finite", LogProbability(logits, 2), -3000, 1e-9)
	near(t, "of several", LogProbability([]float32{0, 0, float32(math.Log(2))}, 0, 2), math.Log(0.75), 1e-7)
}

// The effects of a map are those of zero ablation, one head at a time: computed here one pass at a time, through the hook point
// of the heads' outputs.
func TestMeasureEffects(t *testing.T) {
	r := deep(t)
	maps, err := Maps(r, 1, "The otter likes the dog near")
	if err != nil {
		t.Fatal(err)
	}
	m := &maps[0]
	if err := MeasureEffects(r, m); err != nil {
		t.Fatal(err)
	}
	e, err := r.Encode(m.Text)
	if err != nil {
		t.Fatal(err)
	}
	target, known := r.Vocabulary.ID(m.Next[0].Word)
	if !known {
		t.Fatalf("%q is not in the vocabulary", m.Next[0].Word)
	}
	of := func(edit run.Edit) (log float64) {
		err := session(t, r, 1).ForwardEdited([][]int{e.IDs}, []run.Edit{edit}, func(_ int, out run.ForwardResult) error {
			log = LogProbability(out.Logits(len(e.IDs)-1), target)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	for layer := range r.Config.Layers {
		for head := range r.Config.Heads {
			ablated := of(func(f *layers.Inference, sentence int) error {
				z, err := f.HookPoint(fmt.Sprintf("blocks.%d.attn.z", layer))
				if err != nil {
					return err
				}
				z.Edit(sentence, func(heads []kernel.Matrix) {
					for position := range heads[head].Rows {
						clear(heads[head].Row(position))
					}
				})
				return nil
			})
			if ablated == of(nil) {
				t.Errorf("layer %d, head %d: its ablation changes nothing", layer, head)
			}
			near(t, fmt.Sprintf("layer %d, head %d", layer, head), m.Effects[layer][head], of(nil)-ablated, 1e-6)
		}
	}
}
