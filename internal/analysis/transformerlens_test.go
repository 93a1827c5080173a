package analysis

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"attend/internal/attention"
	"attend/internal/run"
)

// lensGolden is what TransformerLens finds in a run, see testdata/transformerlens/make.py.
type lensGolden struct {
	Sentences []struct {
		Text      string      `json:"text"`
		IDs       []int       `json:"ids"`
		Previous  [][]float64 `json:"previous_token_head"` // [layer][head]
		Duplicate [][]float64 `json:"duplicate_token_head"`
		Induction [][]float64 `json:"induction_head"`
	} `json:"sentences"`
	Copying struct {
		IDs         []int       `json:"ids"`
		Share, Mean [][]float64 // [layer][head]
	} `json:"copying"`
}

// lensRuns returns the runs that TransformerLens has opened, and what it found, by name.
func lensRuns(t *testing.T) (runs map[string]*run.Run, golden map[string]lensGolden) {
	t.Helper()
	folder := filepath.Join("testdata", "transformerlens")
	b, err := os.ReadFile(filepath.Join(folder, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	runs = map[string]*run.Run{}
	for name := range golden {
		if runs[name], err = run.Open(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if len(runs) != 3 {
		t.Fatalf("%d runs", len(runs))
	}
	return runs, golden
}

// The share of the previous token, of duplicate tokens and of induction is the score of TransformerLens's head detector, sentence
// by sentence.
func TestSharesAreThoseOfTransformerLens(t *testing.T) {
	runs, golden := lensRuns(t)
	compared, largest := 0, map[string]float64{}
	for name, r := range runs {
		for _, s := range golden[name].Sentences {
			e, err := r.Encode(s.Text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(e.IDs, s.IDs) {
				t.Fatalf("%s, %q: ids %v, TransformerLens reads %v", name, s.Text, e.IDs, s.IDs)
			}
			heads := make([]attention.Head, r.Config.Layers*r.Config.Heads)
			for i := range heads {
				heads[i].Layer, heads[i].Head = i/r.Config.Heads, i%r.Config.Heads
				heads[i].Effect, heads[i].EffectError = new(float64), new(float64)
			}
			if err := describeHeads(r, &Rules{}, [][]int{e.IDs}, heads, make([][][]float64, len(heads))); err != nil {
				t.Fatal(err)
			}
			for _, h := range heads {
				for role, want := range map[string][][]float64{
					attention.RolePrevious: s.Previous, attention.RoleDuplicate: s.Duplicate, attention.RoleInduction: s.Induction,
				} {
					got := 0.0 // without a case
					if i := slices.IndexFunc(h.Scores, func(s attention.RoleScore) bool { return s.Role == role }); i >= 0 {
						got = h.Scores[i].Share
					} else if role == attention.RolePrevious && len(e.IDs) < 3 {
						continue // <s> is the only previous token
					}
					w := want[h.Layer][h.Head]
					if math.Abs(got-w) > 1e-4 {
						t.Errorf("%s, %q, layer %d, head %d, %s: share %g, TransformerLens %g", name, s.Text, h.Layer, h.Head, role, got, w)
					}
					largest[role] = max(largest[role], w)
					compared++
				}
			}
		}
	}
	if compared < 180 || len(largest) != 3 || largest[attention.RolePrevious] < 0.2 || largest[attention.RoleDuplicate] < 0.2 || largest[attention.RoleInduction] < 0.2 {
		t.Errorf("%d scores were compared; the largest are %v", compared, largest)
	}
}

// The copying of each head is what the matrices of TransformerLens give.
func TestCopyingIsThatOfTransformerLens(t *testing.T) {
	runs, golden := lensRuns(t)
	for name, r := range runs {
		g := golden[name].Copying
		c := newCopying(r, g.IDs)
		for layer := range r.Config.Layers {
			for head := range r.Config.Heads {
				got := c.of(layer, head)
				if got == nil || got.Tokens != len(g.IDs) {
					t.Fatalf("%s: copying %+v of %d tokens", name, got, len(g.IDs))
				}
				near(t, name+" share", got.Share, g.Share[layer][head], 1e-9)
				near(t, name+" mean", got.Mean, g.Mean[layer][head], 1e-4)
			}
		}
	}
}
