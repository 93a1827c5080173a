package analysis

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attend/internal/attention"
	"attend/internal/run"
)

// PyTorch and transformers compute the same norms and the same direct logit attribution, see testdata/contributions/make.py.
func TestContributionsAreThoseOfPyTorch(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "contributions", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Run, Text, Word, Against string
		Norms                    [][][][]float64
		LayerNorms               [][][]float64 `json:"layer_norms"`
		Difference               float64
		Components               []attention.LogitComponent
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 5 {
		t.Fatalf("%d cases", len(cases))
	}
	about := cmpopts.EquateApprox(0, 2e-5)
	for _, c := range cases {
		r, err := run.Open(filepath.Join("testdata", "patching", c.Run))
		if err != nil {
			t.Fatal(err)
		}
		m, err := session(t, r, 1).MapWithVectors(c.Text, 1)
		if err != nil {
			t.Fatal(err)
		}
		m.Products = ValueProducts(r, m)
		if diff := cmp.Diff(c.Norms, attention.PerHead(r.Config.Layers, r.Config.Heads, m.Norms), about); diff != "" {
			t.Errorf("%s, %q: -PyTorch +attend\n%s", c.Run, c.Text, diff)
		}
		for layer, norms := range c.LayerNorms {
			if diff := cmp.Diff(norms, m.Norms(layer, attention.All), about); diff != "" {
				t.Errorf("%s, %q, layer %d: -PyTorch +attend\n%s", c.Run, c.Text, layer, diff)
			}
		}
		y, err := Why(r, Question{Text: c.Text, Word: c.Word, Against: c.Against}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := &attention.DirectLogits{Target: c.Word, Against: c.Against, Difference: c.Difference, Components: c.Components}
		if diff := cmp.Diff(want, y.Direct, about); diff != "" {
			t.Errorf("%s, %q: -PyTorch +attend\n%s", c.Run, c.Text, diff)
		}
		last := len(m.Tokens) - 1
		for key, w := range y.Words {
			mean := 0.0
			for _, layer := range c.LayerNorms {
				mean += layer[last][key] / float64(len(c.LayerNorms))
			}
			near(t, "norm of "+w.Word, w.Norm, mean, 2e-5)
		}
	}
}
