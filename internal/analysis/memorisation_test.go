package analysis

import (
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
)

// unlike are sentences in which little follows from the words before.
const unlike = `red cats eat five figs
old dogs see two big hats
the king has nine blue boats
my ants like warm tea
a boy met some kind bears
all birds want dry seeds
ten men lost one green key
we saw no fox near town
`

// memoriser is a run whose training text is small, with its text.
func memoriser(t *testing.T, unit string, steps int) (*run.Run, *data.Corpus) {
	t.Helper()
	s := small()
	s.Unit, s.Dim, s.Hidden, s.Steps, s.LR, s.EvalInterval, s.SaveInterval, s.Keep = unit, 32, 128, steps, 0.02, steps, steps, run.KeepLast
	if unit == "char" {
		s.Context = 16
	}
	r := trained(t, s, unlike)
	corpus, err := loadText(unlike)(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	return r, corpus
}

// A model that was trained long on a small text has memorised it, and one that was hardly trained has not.
func TestMemorisation(t *testing.T) {
	for _, unit := range []string{"word", "char"} {
		for _, steps := range []int{2, 200} {
			r, corpus := memoriser(t, unit, steps)
			c, err := MeasureMemorisation(r, corpus)
			if err != nil {
				t.Fatal(err)
			}
			memorised := steps == 200
			if c.Memorised() != memorised || memorised && c.Reproduced < 0.5 || !memorised && c.Reproduced > 0.1 || *c.ReproducedHeldOut > 0.1 {
				t.Errorf("%s, %d steps: %s", unit, steps, c.Text(false))
			}
			if ratio := float64(corpus.Train.Predictions()) / float64(corpus.HeldOut.Predictions()); unit == "word" {
				near(t, "standard error of chance", c.chanceError, ratio*standardError(c.SampledFromHeldOut, c.Samples), 1e-12)
			}
			again, err := MeasureMemorisation(r, corpus)
			if err != nil || again.Text(false) != c.Text(false) {
				t.Errorf("%s, %d steps: %v %s and then %s", unit, steps, err, c.Text(false), again.Text(false))
			}
		}
	}
}

// A sentence is reproduced if taking the most likely token again and again, from its first half, gives its second half.
func TestReproducedIsGreedy(t *testing.T) {
	for _, steps := range []int{40, 200} {
		r, corpus := memoriser(t, "word", steps)
		session, err := r.NewSession(1)
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		rows, count := corpus.Train.Rows(r.Config.Context, 0), 0.0
		for _, row := range rows {
			half := len(row) / 2
			added, err := session.Continue([][]int{row[:half]}, run.Sampling{TopP: 1, MaxTokens: 100}, 0)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Equal(added[0], row[half:]) {
				count++
			}
		}
		n, share, err := reproduced(r, rows)
		if err != nil || n != len(rows) || share != count/float64(n) {
			t.Errorf("%d steps: %v, %g of %d, want %g of %d", steps, err, share, n, count/float64(len(rows)), len(rows))
		}
	}
}

// In a language of few sentences, a model that memorised nothing draws training sentences: the grammar says how often.
func TestChanceOfTheSavanna(t *testing.T) {
	r, corpus := savannaRun(t, 20)
	c, err := MeasureMemorisation(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	sum, known := 0.0, map[string]bool{} // the probability of all training sentences
	for _, text := range corpus.TrainText.All() {
		if words := strings.ToLower(text); !known[words] {
			known[words] = true
			if d, ok := corpus.Grammar.Parse(strings.Fields(words)); ok {
				sum += d.Probability
			}
		}
	}
	near(t, "share of training sentences by chance", *c.Chance, sum, 3*standardError(sum, grammarSamples))
	if c.Memorised() {
		t.Error(c.Text(false))
	}
}

func TestMemorised(t *testing.T) {
	share := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		name string
		r    Memorisation
		want bool
	}{
		{"all of it", Memorisation{Sentences: 100, Reproduced: 0.9, HeldOutSentences: 100, ReproducedHeldOut: share(0)}, true},
		{"a language without choices", Memorisation{Sentences: 100, Reproduced: 1, HeldOutSentences: 100, ReproducedHeldOut: share(0.97)}, false},
		{"hardly any", Memorisation{Sentences: 100, Reproduced: 0.08, HeldOutSentences: 100, ReproducedHeldOut: share(0)}, false},
		{"two held-out sentences", Memorisation{Sentences: 20, Reproduced: 0.4, HeldOutSentences: 2, ReproducedHeldOut: share(0)}, false},
		{"two, and all of it", Memorisation{Sentences: 20, Reproduced: 1, HeldOutSentences: 2, ReproducedHeldOut: share(0)}, true},
		{"draws", Memorisation{ReproducedHeldOut: share(0), Samples: 300, SampledFromText: 0.5, Chance: share(0.1), chanceError: 0.05}, true},
		{"draws by chance", Memorisation{ReproducedHeldOut: share(0), Samples: 300, SampledFromText: 0.5, Chance: share(0.45), chanceError: 0.05}, false},
		{"draws, of little known", Memorisation{ReproducedHeldOut: share(0), Samples: 300, SampledFromText: 0.5, Chance: share(0.1), chanceError: 0.3}, false},
		{"nothing held out", Memorisation{Sentences: 100, Reproduced: 1, Samples: 300, SampledFromText: 1}, false},
		{"nothing measured", Memorisation{}, false},
	} {
		if got := c.r.Memorised(); got != c.want {
			t.Errorf("%s: %v: %s", c.name, got, c.r.Text(false))
		}
	}
}
