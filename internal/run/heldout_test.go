package run

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/data"
)

// Held-out text of at most two samples is measured as a whole, unless the folder is of a version that always took a sample. A
// sample is whole batches.
func TestEvaluationRows(t *testing.T) {
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "w%d w\n", i)
	}
	s := small()
	s.HoldOut = 0.5
	corpus, err := loadText(text.String())(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ format, batch, sentences, want int }{
		{3, 1, 17, 17}, {3, 1, 32, 32}, {3, 1, 33, 16}, {2, 1, 32, 16}, {1, 1, 32, 16}, {2, 1, 9, 9},
		{3, 40, 1280, 1280}, {3, 40, 1281, 640}, {2, 33, 1000, 544}, // 544 = 17 batches of 32
	} {
		r := &Run{Format: c.format, Settings: small()}
		r.Settings.Batch, r.Settings.Context, r.Config.Context = c.batch, 8, 8
		if got := r.EvaluationRows(corpus.HeldOut.First(c.sentences, 8)); got != c.want {
			t.Errorf("format %d, batch %d, %d sentences: %d rows, want %d", c.format, c.batch, c.sentences, got, c.want)
		}
	}
}

// The log has the loss of the rows that it says: of all in a new run, and after resuming a run of an earlier version still of
// its sample.
func TestLogKeepsItsSample(t *testing.T) {
	s := small()
	s.Batch = 1
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, s, smallText())
	stopAt(t, training, 4)
	heldOut := training.Corpus.HeldOut
	check := func(set data.Set) {
		t.Helper()
		r := opened(t, path)
		metrics, err := r.Metrics()
		if err != nil {
			t.Fatal(err)
		}
		last, loss := metrics[len(metrics)-1], lossOf(t, r, set)
		if last.Step != r.Step || math.Abs(*last.HeldOutLoss-loss) > 1e-6 {
			t.Errorf("the log has %g at step %d, want %g at step %d", *last.HeldOutLoss, last.Step, loss, r.Step)
		}
	}
	check(heldOut)
	r := opened(t, path)
	older := r.Settings
	write(t, path, settingsFile, sealSettings(older, 2, r.text))
	withoutSpelling(t, path)
	finish(t, resumed(t, path))
	check(heldOut.First(16, older.Context))
}

// withoutSpelling makes the files of a run those of a format before 4, but for training.yaml.
func withoutSpelling(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(filepath.Join(path, spellingFile)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{modelFile, stateFile} {
		tensors, metadata, err := decodeTensors(contents(t, path, name))
		if err != nil {
			t.Fatal(err)
		}
		delete(metadata, metaSpelling)
		file, err := encodeTensors(tensors, metadata)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, name, file)
	}
}

// A run of a format without spelling.json opens, resumes, and stays of its format.
func TestRunWithoutSpelling(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 4)
	before := opened(t, path)
	write(t, path, settingsFile, sealSettings(before.Settings, 3, before.text))
	withoutSpelling(t, path)
	finish(t, resumed(t, path))
	r := opened(t, path)
	if _, err := os.Stat(filepath.Join(path, spellingFile)); !os.IsNotExist(err) || r.Format != 3 {
		t.Errorf("format %d: %v", r.Format, err)
	}
	if got, want := r.Spelling.Continue("the lion", []string{",", "the", "lion"}), "the lion, the lion"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
