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

// PyTorch and transformers compute the same parts from the folders of two runs, see testdata/patching/make.py.
func TestPatchingIsThatOfPyTorch(t *testing.T) {
	folder := filepath.Join("testdata", "patching")
	b, err := os.ReadFile(filepath.Join(folder, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Run      string
		Given    bool // the words are
		Patching attention.Patching
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 6 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		want := c.Patching
		q := PatchQuestion{Clean: want.Clean.Text, Corrupted: want.Corrupted.Text}
		if c.Given {
			q.Word, q.Against = want.Word, want.Against
		}
		r, err := run.Open(filepath.Join(folder, c.Run))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Patch(r, q)
		if err != nil {
			t.Errorf("%+v: %v", q, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 2e-5), cmpopts.IgnoreFields(attention.Patched{}, "Tokens", "IDs", "Unknown"),
			cmpopts.IgnoreFields(attention.Patching{}, "WordID", "AgainstID")); diff != "" {
			t.Errorf("%+v: -PyTorch +attend\n%s", q, diff)
		}
	}
}
