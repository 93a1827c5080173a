package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A log that somebody removes in mid-training begins anew, and a note says so. The run then opens, films and resumes.
func TestLogRemovedWhileTraining(t *testing.T) {
	for _, name := range logNames {
		for _, at := range []int{1, 2, 3} { // before an evaluation, before a save, at the end
			path := filepath.Join(t.TempDir(), "run")
			training := begin(t, path, small(), smallText())
			err := training.Train(context.Background(), func(p Progress) {
				if p.Step.Step == at && !p.Evaluated {
					if err := os.Remove(filepath.Join(path, name)); err != nil {
						t.Error(err)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if notes := strings.Join(training.Notes, " "); !strings.Contains(notes, name+" was missing: a new one starts at step ") {
				t.Errorf("notes %q", notes)
			}
			if err := training.Close(); err != nil {
				t.Error(err)
			}
			if _, _, _, err := OpenLogs(path); err != nil {
				t.Error(err)
			}
			if err := resumed(t, path).Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A folder that is deleted, replaced or robbed of a file while a training is at work there costs no update: the
// model is saved beside it, and the message says where.
func TestFolderGoneWhileTraining(t *testing.T) {
	for name, disturb := range map[string]func(path string) error{
		"deleted":  os.RemoveAll,
		"renamed":  func(path string) error { return os.Rename(path, path+"-moved") },
		"replaced": func(path string) error { return errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o755)) },
		"robbed":   func(path string) error { return os.Remove(filepath.Join(path, configFile)) },
		"a folder for the state": func(path string) error {
			return errors.Join(os.Remove(filepath.Join(path, stateFile)), os.Mkdir(filepath.Join(path, stateFile), 0o755))
		},
		"a folder for a log": func(path string) error {
			return errors.Join(os.Remove(filepath.Join(path, metricsFile)), os.Mkdir(filepath.Join(path, metricsFile), 0o755))
		},
		"all gone": func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
	} {
		t.Run(name, func(t *testing.T) {
			straight := filepath.Join(t.TempDir(), "straight")
			finish(t, begin(t, straight, small(), smallText()))
			path := filepath.Join(t.TempDir(), "runs", "run")
			training := begin(t, path, small(), smallText())
			err := training.Train(context.Background(), func(p Progress) {
				if p.Step.Step == 3 && !p.Evaluated {
					if err := disturb(path); err != nil {
						t.Error(err)
					}
				}
			})
			wantError(t, err, path, "step 3 is saved in "+path+"-2")
			if err := training.Close(); err != nil {
				t.Error(err)
			}
			if r := opened(t, path+"-2"); r.Trained != 3 {
				t.Errorf("step %d", r.Trained)
			}
			finish(t, resumed(t, path+"-2"))
			if got, want := sums(t, path+"-2")[0], sums(t, straight)[0]; got != want {
				t.Errorf("SHA-256 %s, want %s", got, want)
			}
		})
	}
}
