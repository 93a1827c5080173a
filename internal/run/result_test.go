package run

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

type testResult struct{ Loss float64 }

// readResult returns the result of the run at path.
func readResult(t *testing.T, path string) (result testResult, found bool) {
	t.Helper()
	err := withFolder(path, func(f *folder) error {
		r, _, err := f.openWith(stateFile, options{})
		if err == nil {
			found, err = r.result(f, &result)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return result, found
}

// The result is that of the last checkpoint: not of a damaged file, of another run, or of a training that has gone on since.
func TestResultIsOfTheLastCheckpoint(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "other")
	training := begin(t, path, small(), smallText())
	if _, found := readResult(t, path); found {
		t.Error("a result before any was saved")
	}
	if err := training.Train(context.Background(), func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	if err := training.SaveResult(testResult{1.5}); err != nil {
		t.Fatal(err)
	}
	training.Close()
	if result, found := readResult(t, path); !found || result.Loss != 1.5 {
		t.Errorf("%+v, %v", result, found)
	}
	saved := contents(t, path, resultFile)
	for i := range saved[:len(saved)-1] { // not the line feed
		write(t, path, resultFile, append(append(bytes.Clone(saved[:i]), saved[i]^1), saved[i+1:]...))
		_ = withFolder(path, func(f *folder) error {
			r, _, err := f.openWith(stateFile, options{})
			if err != nil {
				t.Fatal(err)
			}
			var result testResult
			if found, err := r.result(f, &result); found && err == nil {
				t.Errorf("byte %d was changed and it is read: %+v", i, result)
			}
			return nil
		})
	}
	finish(t, begin(t, other, withSeed(small(), 2), smallText()))
	write(t, other, resultFile, saved)
	if _, found := readResult(t, other); found {
		t.Error("the result of another run")
	}
	write(t, path, resultFile, saved)
	resumed, err := Resume(path, loadSmall, func(s *Settings) error { s.Steps += 4; return nil })
	if err != nil {
		t.Fatal(err)
	}
	finish(t, resumed)
	if _, found := readResult(t, path); found {
		t.Error("the result of a training that has gone on since")
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}
