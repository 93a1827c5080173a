package analysis

import (
	"math"
	"slices"
	"testing"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

var patchQuestion = PatchQuestion{Clean: "The otter likes the dog near", Corrupted: "The otter likes the cat near", Word: "rocks", Against: "the"}

// patched is a patching between two sentences of a model with two layers, whatever their logit difference.
func patched(t *testing.T, r *run.Run) (*patching, attention.Patching) {
	t.Helper()
	p, err := newPatching(r, patchQuestion)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.record(patchQuestion); err != nil {
		t.Fatal(err)
	}
	if err := p.compute(); err != nil {
		t.Fatal(err)
	}
	return p, p.result
}

// Where the sentences are equal nothing changes; the whole difference is at the token that differs before the first layer, and at
// the last token after the last.
func TestPatchingIdentities(t *testing.T) {
	_, got := patched(t, deep(t))
	if !slices.Equal(got.Differ, []int{5}) || len(got.Clean.Tokens) != 7 || got.Word != "rocks" || got.Against != "the" {
		t.Fatalf("%+v", got)
	}
	for name, parts := range map[string]attention.PatchParts{"denoising": got.Denoising, "noising": got.Noising} {
		if len(parts.Residual) != 3 || len(parts.Attention) != 2 || len(parts.FeedForward) != 2 || len(parts.Heads) != 2 || len(parts.Heads[1]) != 4 ||
			len(parts.HeadsAt[1][3]) != 7 || len(parts.Patterns[0]) != 4 {
			t.Fatalf("%s: %+v", name, parts)
		}
		for at := range 7 {
			for depth, row := range parts.Residual {
				want := math.NaN()
				switch {
				case at < 5 || depth == 0 && at != 5 || depth == 2 && at != 6:
					want = 0
				case depth == 0 || depth == 2:
					want = 1
				}
				if math.Abs(row[at]-want) > 1e-4 {
					t.Errorf("%s: residual %d at token %d: %g, want %g", name, depth, at, row[at], want)
				}
			}
			for layer := range 2 {
				if at < 5 && (parts.Attention[layer][at] != 0 || parts.FeedForward[layer][at] != 0 || parts.HeadsAt[layer][2][at] != 0) {
					t.Errorf("%s: layer %d at token %d, before the difference, is not 0", name, layer, at)
				}
			}
		}
	}
}

// A patch is what a graph of one sentence computes with the activation of the other put in by hand, and the patches of both
// directions are of the same two differences.
func TestPatchesAreThoseOfTheGraph(t *testing.T) {
	r := deep(t)
	p, got := patched(t, r)
	graph := func(ids []int) *layers.Inference {
		f, err := layers.NewInference(r.Config, r.Parameters, 1, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	difference := func(f *layers.Inference, ids []int) float64 {
		if err := f.Run(ids); err != nil {
			t.Fatal(err)
		}
		return p.difference(f.LogitsAt(0, len(ids)-1))
	}
	clean, corrupted := graph(p.ids[0]), graph(p.ids[1])
	of := [2]float64{difference(clean, p.ids[0]), difference(corrupted, p.ids[1])}
	near(t, "clean", got.Clean.Difference, of[0], 1e-5)
	near(t, "corrupted", got.Corrupted.Difference, of[1], 1e-5)
	for _, c := range []struct {
		hook       string
		head, at   int
		of         func(parts attention.PatchParts) float64
		everywhere bool
	}{
		{"blocks.1.resid_pre", 0, 5, func(p attention.PatchParts) float64 { return p.Residual[1][5] }, false},
		{"blocks.0.attn_out", 0, 6, func(p attention.PatchParts) float64 { return p.Attention[0][6] }, false},
		{"blocks.1.mlp_out", 0, 6, func(p attention.PatchParts) float64 { return p.FeedForward[1][6] }, false},
		{"blocks.0.attn.z", 2, 6, func(p attention.PatchParts) float64 { return p.HeadsAt[0][2][6] }, false},
		{"blocks.1.attn.z", 3, 0, func(p attention.PatchParts) float64 { return p.Heads[1][3] }, true},
		{"blocks.1.attn.weights", 1, 0, func(p attention.PatchParts) float64 { return p.Patterns[1][1] }, true},
	} {
		for into, parts := range map[int]attention.PatchParts{1: got.Denoising, 0: got.Noising} {
			source, f := graph(p.ids[1-into]), graph(p.ids[into])
			from, err := source.HookPoint(c.hook)
			if err != nil {
				t.Fatal(err)
			}
			difference(source, p.ids[1-into])
			h, err := f.HookPoint(c.hook)
			if err != nil {
				t.Fatal(err)
			}
			h.Edit(0, func(heads []kernel.Matrix) {
				for row := range heads[c.head].Rows {
					if c.everywhere || row == c.at {
						copy(heads[c.head].Row(row), from.Read(0)[c.head].Row(row))
					}
				}
			})
			want := (difference(f, p.ids[into]) - of[into]) / (of[1-into] - of[into])
			near(t, c.hook, c.of(parts), want, 1e-4)
		}
	}
}

func TestPatchErrors(t *testing.T) {
	r := deep(t)
	for want, q := range map[string]PatchQuestion{
		"and these have 6 and 5":                      {Clean: patchQuestion.Clean, Corrupted: "The otter likes the dog"},
		"the model reads these as the same tokens":    {Clean: patchQuestion.Clean, Corrupted: "the OTTER likes the dog near"},
		"not one word of this run's vocabulary":       {Clean: patchQuestion.Clean, Corrupted: patchQuestion.Corrupted, Word: "spoon"},
		"--word and --against are both \"rocks\"":     {Clean: patchQuestion.Clean, Corrupted: patchQuestion.Corrupted, Word: "rocks", Against: "rocks"},
		"both sentences predict":                      {Clean: patchQuestion.Clean, Corrupted: patchQuestion.Corrupted},
		"the sentence is empty":                       {Clean: " ", Corrupted: patchQuestion.Corrupted},
		"nearly the same in both sentences":           patchQuestion,
		"not one word of this run's vocabulary: choo": {Clean: patchQuestion.Clean, Corrupted: patchQuestion.Corrupted, Against: "spoon"},
	} {
		_, err := Patch(r, q)
		wantError(t, err, want)
	}
}
