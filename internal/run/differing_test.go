package run

import (
	"slices"
	"strings"
	"testing"

	"attend/data"
)

// differing returns the names of the settings that differ after a training that is given these settings, of which those that follow
// others are lowered as `attend train` does.
func differing(t *testing.T, s Settings, corpus *data.Corpus, given ...string) []string {
	t.Helper()
	for _, setting := range AllSettings() {
		if setting.Follow != nil && !slices.Contains(given, setting.Name) {
			setting.Follow(&s)
		}
	}
	s, err := s.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, setting := range s.Differing() {
		names = append(names, setting.Name)
	}
	return names
}

// Only what was given differs, and not what a training chooses by other settings or by the text.
func TestDiffering(t *testing.T) {
	builtIn, err := data.BuiltIn.Find("text", "savanna")
	if err != nil {
		t.Fatal(err)
	}
	savanna, err := builtIn.Load()
	if err != nil {
		t.Fatal(err)
	}
	own := func(s *Settings) { s.Data = "small" }
	chars := func(s *Settings) { s.Data, s.Unit = "small", data.Char }
	for _, c := range []struct {
		change func(*Settings)
		want   string
	}{
		{func(*Settings) {}, ""},
		{func(s *Settings) { s.Dim, s.Layers = 64, 2 }, "layers dim"},
		{func(s *Settings) { s.Dim, s.Hidden = 64, 256 }, "dim"},
		{func(s *Settings) { s.Hidden = 100 }, "hidden"},
		{func(s *Settings) { s.Steps = 50 }, "steps"},
		{func(s *Settings) { s.Steps, s.Warmup = 50, 7 }, "steps warmup"},
		{func(s *Settings) { s.LR = 0.001 }, "lr"},
		{func(s *Settings) { s.LR = 0.01 }, ""},
		{func(s *Settings) { s.LR, s.MinLR = 0.001, 0.0001 }, "lr min-lr"},
		{func(s *Settings) { s.Context = 600 }, "context"},
		{func(s *Settings) { s.Context = 40 }, ""}, // cannot be known without the text
		{func(s *Settings) { s.SplitSeed, s.HoldOutBy = 5, data.BySentences }, ""},
		{func(s *Settings) { s.Sample = "The lion saw" }, "sample"},
		{func(s *Settings) { s.Momentum = 0.5 }, ""}, // of another optimizer
		{func(s *Settings) { s.Optimizer, s.Momentum, s.Beta1 = "sgd", 0.5, 0.5 }, "optimizer momentum"},
		{func(s *Settings) { s.Keep, s.Seed, s.Tied, s.Dropout = KeepLast, 3, false, 0.1 }, "tied dropout seed keep"},
		{func(s *Settings) { s.Patience, s.EvalInterval, s.SaveInterval = 2, 7, 8 }, "patience eval-interval save-interval"},
		{own, "data"},
		{func(s *Settings) { own(s); s.HoldOut = 0 }, "data holdout"}, // which keeps the last weights
		{func(s *Settings) { own(s); s.HoldOutBy, s.SplitSeed, s.MinCount = data.BySentences, 2, 3 }, "data holdout-by split-seed min-count"},
		{func(s *Settings) { own(s); s.MinCount = 2; s.Sample = "the cat" }, "data"},
		{chars, "data unit"},
		{func(s *Settings) { chars(s); s.Context = 32 }, "data unit context"},
	} {
		s, given := Defaults(), []string{}
		c.change(&s)
		for _, setting := range AllSettings() {
			if d := Defaults(); setting.Text(&d) != setting.Text(&s) {
				given = append(given, setting.Name)
			}
		}
		corpus := savanna
		if s.Data != "savanna" {
			if corpus, err = loadText(smallText())(s); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(c.want, "min-lr") {
			given = append(given, "min-lr")
		}
		if got := strings.Join(differing(t, s, corpus, given...), " "); got != c.want {
			t.Errorf("given %q: %q differ, want %q", given, got, c.want)
		}
	}
}

func TestDifferingAmong(t *testing.T) {
	resolved := func(change func(*Settings)) Settings {
		s := small()
		change(&s)
		for _, setting := range AllSettings() { // as the command line does
			if setting.Follow != nil && setting.Text(&s) == setting.Text(new(Defaults())) {
				setting.Follow(&s)
			}
		}
		corpus, err := smallCorpus(s)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = s.Resolve(corpus); err != nil {
			t.Fatal(err)
		}
		return s
	}
	base := resolved(func(*Settings) {})
	for _, c := range []struct {
		change func(*Settings)
		want   []string
	}{
		{func(*Settings) {}, nil},
		{func(s *Settings) { s.LR = 0.02 }, []string{"lr"}}, // and min-lr, which follows
		{func(s *Settings) { s.Dim, s.Hidden, s.Layers = 64, 0, 2 }, []string{"layers", "dim", "hidden"}}, // and lr, which is automatic
		{func(s *Settings) { s.LR, s.MinLR = 0.02, 0.007 }, []string{"lr", "min-lr"}},
		{func(s *Settings) { s.Seed, s.Sample, s.EvalInterval, s.SaveInterval = 2, "the dog", 1, 1 }, []string{"seed"}},
		{func(s *Settings) { s.Warmup = 0 }, []string{"warmup"}},
	} {
		var got []string
		for _, setting := range DifferingAmong([]Settings{base, resolved(c.change)}) {
			got = append(got, setting.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("differ in %v, want %v", got, c.want)
		}
	}
	// small gives hidden; if all trainings have the width that follows, it is no difference.
	a, b := base, base
	a.Dim, a.Hidden, b.Dim, b.Hidden = 8, 32, 16, 64
	if got := DifferingAmong([]Settings{a, b}); len(got) != 1 || got[0].Name != "dim" {
		t.Errorf("differ in %v, want dim alone", got)
	}
	if got := DifferingAmong(nil); got != nil {
		t.Errorf("nothing differs in %v", got)
	}
}

func TestVaried(t *testing.T) {
	a, b := Defaults(), Defaults()
	b.HoldOut = 0.2
	var names []string
	for _, s := range Varied([]Settings{a, b}) {
		names = append(names, s.Name)
	}
	if !slices.Contains(names, "holdout") || !slices.Contains(names, "lr") || slices.Contains(names, "data") || slices.Contains(names, "sample") {
		t.Errorf("varied are %v", names)
	}
}
