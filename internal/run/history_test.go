package run

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// OpenMetrics returns what Open and Metrics do, but for the weights, also after a kill between the writing of the state and of
// the model.
func TestOpenMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, overshooting(), smallText())
	older := contents(t, path, modelFile)
	finish(t, training)
	for name, prepare := range map[string]func(){
		"finished": func() {},
		"killed between state and model": func() {
			if err := os.WriteFile(filepath.Join(path, modelFile), older, 0o644); err != nil {
				t.Fatal(err)
			}
		},
	} {
		prepare()
		whole := opened(t, path)
		want, err := whole.Metrics()
		if err != nil {
			t.Fatal(err)
		}
		r, got, err := OpenMetrics(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) || len(got) < 5 {
			t.Errorf("%s: %d evaluations, want %d", name, len(got), len(want))
		}
		if r.Source() != whole.Source() || r.Settings != whole.Settings || r.Config != whole.Config || r.DataSHA256 != whole.DataSHA256 {
			t.Errorf("%s: read %+v, want %+v", name, r.Source(), whole.Source())
		}
		if r.Parameters != nil {
			t.Errorf("%s: the weights were read", name)
		}
		if r.Step == r.Trained || r.Step == 0 {
			t.Errorf("%s: the test wants weights from the middle, not of step %d", name, r.Step)
		}
	}
}

func TestOpenMetricsRefuses(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run")
	finish(t, begin(t, path, small(), smallText()))
	log := filepath.Join(path, metricsFile)
	whole := contents(t, path, metricsFile)
	refused := func(what string, want ...string) {
		t.Helper()
		if _, _, err := OpenMetrics(path); err == nil {
			t.Errorf("%s is read", what)
		} else {
			wantError(t, err, want...)
		}
	}
	write := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(log, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(append([]byte(nil), whole[1:]...))
	refused("a damaged log", "metrics.jsonl: line 1 is damaged")
	write(nil)
	refused("a log without its lines", "lines are missing at its end")
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	refused("a run without log", "has no metrics.jsonl")
	path = t.TempDir()
	refused("a folder that is no run", "has no training.yaml")
	path = folder
	refused("a folder of a run", "is no run, it holds 1 run: choose one, such as")
	path = log + "x"
	refused("nothing", "there is no run folder")
}
