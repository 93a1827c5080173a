package analysis

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// small are the settings of a training that takes milliseconds.
func small() run.Settings {
	s := run.Defaults()
	s.Data, s.HoldOut, s.MinCount = "small", 0.2, 1
	s.Dim, s.Hidden, s.Batch, s.Steps, s.Warmup = 8, 16, 8, 6, 2
	s.EvalInterval, s.SaveInterval = 2, 3
	return s
}

// loadText returns a loader of one text.
func loadText(text string) func(run.Settings) (*data.Corpus, error) {
	return func(s run.Settings) (*data.Corpus, error) {
		return data.Load(s.Data, strings.NewReader(text), s.Options())
	}
}

var loadSmall = loadText(runtest.Text())

// textOf returns a loader of one text for [Baselines].
func textOf(text string) func(*run.Run) (*data.Corpus, error) {
	return func(r *run.Run) (*data.Corpus, error) { return loadText(text)(r.Settings) }
}

// trained trains on a text and opens the run.
func trained(t testing.TB, s run.Settings, text string) *run.Run {
	t.Helper()
	corpus, err := loadText(text)(s)
	if err != nil {
		t.Fatal(err)
	}
	return started(t, s, corpus, true)
}

// started begins a training on a corpus, finishes it if wanted, and opens the run.
func started(t testing.TB, s run.Settings, corpus *data.Corpus, finish bool) *run.Run {
	t.Helper()
	s, err := s.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run")
	training, err := run.Start(path, s, corpus, false)
	if err != nil {
		t.Fatal(err)
	}
	defer training.Close()
	if finish {
		if err := training.Train(context.Background(), func(run.Progress) {}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := run.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func session(t testing.TB, r *run.Run, batch int) *run.Session {
	t.Helper()
	s, err := r.NewSession(batch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	runtest.WantError(t, err, parts...)
}

// softmax in float64.
func softmax(logits []float32) []float64 {
	p := make([]float64, len(logits))
	sum := 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x) - float64(logits[0]))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
