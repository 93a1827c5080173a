package render

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestLabelFit(t *testing.T) {
	for _, c := range []struct {
		word, mark string
		columns    int
		want       string
	}{
		{"antelope", "", 8, "antelope"},
		{"antelope", "", 6, "antel…"},
		{"antelope", "?", 9, "antelope?"},
		{"antelope", "?", 8, "antelo…?"},
		{"antelope", "?", 1, "…"},
		{"长颈鹿", "", 6, "长颈鹿"},
		{"长颈鹿", "", 5, "长颈…"},
		{"长颈鹿", "", 4, "长…"},
		{"👨‍👩‍👧👍🏽🇫🇷", "", 6, "👨‍👩‍👧👍🏽🇫🇷"},
		{"👨‍👩‍👧👍🏽🇫🇷", "", 4, "👨‍👩‍👧…"},
		{"می\u200cخواهم", "?", 9, "می\u200cخواهم?"},
		{"می\u200cخواهم", "", 4, "می\u200cخ…"},
		{"e\u0301le\u0301phant", "", 5, "e\u0301le\u0301p…"},
	} {
		if got := (Label{c.word, c.mark}).Fit(c.columns); got != c.want {
			t.Errorf("%s%s in %d columns: %q, want %q", c.word, c.mark, c.columns, got, c.want)
		}
	}
}

func TestFitProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Spelling(attentiontest.Token().Draw(t, "token"))
		columns := rapid.IntRange(1, 20).Draw(t, "columns")
		got := Label{Word: s}.Fit(columns)
		if w := ansi.StringWidth(got); w > columns || w == 0 {
			t.Fatalf("fit(%q, %d) = %q, %d columns", s, columns, got, w)
		}
		if ansi.StringWidth(s) <= columns && got != s {
			t.Fatalf("fit(%q, %d) = %q, yet it fits", s, columns, got)
		}
		if cut, ok := strings.CutSuffix(got, "…"); ok && got != s && !strings.HasPrefix(s, cut) {
			t.Fatalf("fit(%q, %d) = %q is not its beginning", s, columns, got)
		}
	})
}

func TestLabels(t *testing.T) {
	got := Labels(attention.Encoded{Tokens: []string{"", "\n", "gnu"}, Unknown: []bool{false, false, true}})
	want := []Label{{`""`, ""}, {"↵", ""}, {"gnu", "?"}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("label %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestNumber(t *testing.T) {
	for weight, want := range map[float64]string{0: ".00", 0.004: ".00", 0.006: ".01", 0.48: ".48", 0.994: ".99", 0.996: "1.0", 1: "1.0", 1.00001: "1.0"} {
		if got := Number(weight); got != want {
			t.Errorf("number(%v) = %q, want %q", weight, got, want)
		}
	}
}

func TestSignedNumber(t *testing.T) {
	for d, want := range map[float64]string{0: ".00", 0.004: ".00", -0.004: ".00", 0.005: "+.01", -0.07: "-.07", 0.48: "+.48", 0.996: "+1.0", -1: "-1.0", -1.000001: "-1.0"} {
		if got := SignedNumber(d); got != want {
			t.Errorf("signedNumber(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSignificant(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1: "1", 0.98311: "0.983", -4.9149: "-4.91", 12.06: "12.1", 123456: "123000",
		0.000102: "0.000102", 3.04e-5: "3.04e-05", 2.5e7: "2.5e+07", 1e-9: "1e-09", -0.5: "-0.5"} {
		if got := Significant(x); got != want {
			t.Errorf("%g prints as %s, want %s", x, got, want)
		}
	}
}

// The origin says that weights were selected, and among how many steps.
func TestOriginOfSelectedWeights(t *testing.T) {
	for want, s := range map[string]attention.Source{
		"runs/a, step 1,200 of 5,000, with the lowest held-out loss": {Run: "runs/a", Step: 1200, TrainedSteps: 5000, Weights: "best"},
		"runs/a, step 5,000": {Run: "runs/a", Step: 5000, TrainedSteps: 5000, Weights: "last"},
	} {
		if got := Origin(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Runs of one name in different folders are told from each other.
func TestOrigins(t *testing.T) {
	for _, c := range [][4]string{
		{"runs/a", "runs/b", "runs/a, step 1", "runs/b, step 2"},
		{"/x/a/deep/run", "/x/b/deep/run/", "a/deep/run, step 1", "b/deep/run, step 2"},
		{"run", "../old/run", "run, step 1", "old/run, step 2"},
		{"run", "./run", "run, step 1", "./run, step 2"},
		{"/run", "run", "/run, step 1", "run, step 2"},
	} {
		if a, b := Origins(attention.Source{Run: c[0], Step: 1}, attention.Source{Run: c[1], Step: 2}); a != c[2] || b != c[3] {
			t.Errorf("%s and %s: %q and %q, want %q and %q", c[0], c[1], a, b, c[2], c[3])
		}
	}
}
