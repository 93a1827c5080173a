package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run/runtest"
)

// everyFile is what a run folder holds from the beginning.
var everyFile = slices.DeleteFunc(slices.Sorted(maps.Keys(runFiles)), func(name string) bool { return name == resultFile })

func smallText() string { return runtest.Text() }

// small are the settings of a training that takes milliseconds.
func small() Settings {
	s := Defaults()
	s.Data, s.HoldOut, s.MinCount = "small", 0.2, 1
	s.Dim, s.Hidden, s.Batch, s.Steps, s.Warmup = 8, 16, 8, 6, 2
	s.EvalInterval, s.SaveInterval = 2, 3
	return s
}

// loadText returns a loader of one text.
func loadText(text string) func(Settings) (*data.Corpus, error) {
	return func(s Settings) (*data.Corpus, error) {
		return data.Load(s.Data, strings.NewReader(text), s.Options())
	}
}

// textOf returns a loader of one text for [Resume].
func textOf(text string) func(*Run) (*data.Corpus, error) {
	return func(r *Run) (*data.Corpus, error) { return loadText(text)(r.Settings) }
}

var loadSmall = textOf(smallText())

func smallCorpus(s Settings) (*data.Corpus, error) { return loadText(smallText())(s) }

// begin starts a training on the text in a folder.
func begin(t testing.TB, path string, s Settings, text string) *Training {
	t.Helper()
	corpus, err := loadText(text)(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	training, err := Start(path, s, corpus, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { training.Close() })
	return training
}

// finish makes all updates that are left and gives the folder up.
func finish(t testing.TB, training *Training) {
	t.Helper()
	defer training.name.release()
	if err := training.Train(context.Background(), func(Progress) {}); err != nil {
		t.Fatal(err)
	}
}

// stopAt trains until an update is made, stops there and gives the folder up.
func stopAt(t testing.TB, training *Training, step int) {
	t.Helper()
	defer training.name.release()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := training.Train(ctx, func(p Progress) {
		if p.Step.Step == step {
			cancel()
		}
	})
	if want := step < training.Settings.Steps && !training.StoppedEarly(); errors.Is(err, context.Canceled) != want || (err != nil) != want {
		t.Fatalf("stopped at step %d: error %v", step, err)
	}
}

// trained returns the opened run of a finished training in a new folder.
func trained(t testing.TB, s Settings, text string) *Run {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, s, text))
	return opened(t, path)
}

func opened(t testing.TB, path string) *Run {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func resumed(t testing.TB, path string) *Training {
	t.Helper()
	training, err := Resume(path, loadSmall, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { training.Close() })
	return training
}

func reader(t testing.TB, r *Run, batch int) *Session {
	t.Helper()
	reader, err := r.NewSession(batch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

func contents(t testing.TB, folder, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, folder, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// sums are the SHA-256 of the two files of numbers.
func sums(t testing.TB, folder string) [2]string {
	t.Helper()
	var sums [2]string
	for i, name := range []string{modelFile, stateFile} {
		sum := sha256.Sum256(contents(t, folder, name))
		sums[i] = hex.EncodeToString(sum[:])
	}
	return sums
}

// untimed are the metrics of a folder without what the clock decides.
func untimed(t testing.TB, folder string) []Metrics {
	t.Helper()
	var all []Metrics
	for line := range strings.Lines(string(contents(t, folder, metricsFile))) {
		var m Metrics
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if m.Seconds < 0 || m.TokensPerSecond < 0 {
			t.Errorf("a negative time: %s", line)
		}
		m.Seconds, m.TokensPerSecond = 0, 0
		all = append(all, m)
	}
	return all
}

func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	runtest.WantError(t, err, parts...)
}

func withSeed(s Settings, seed uint64) Settings {
	s.Seed = seed
	return s
}

// lossOf returns the loss of a run on a set of sentences.
func lossOf(t testing.TB, r *Run, set data.Set) float64 {
	t.Helper()
	evaluator, err := r.NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	defer evaluator.Close()
	batches, err := set.Batches(r.EvaluationBatch(), r.Config.Context)
	if err != nil {
		t.Fatal(err)
	}
	e, err := evaluator.Evaluate(batches, 0)
	if err != nil {
		t.Fatal(err)
	}
	return e.Loss
}
