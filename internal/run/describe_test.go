package run

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// described describes a run with its result.
func described(t *testing.T, path string) (Description, testResult) {
	t.Helper()
	var result testResult
	d, err := Describe(path, &result)
	if err != nil {
		t.Fatal(err)
	}
	return d, result
}

// concluded makes a finished run with a result.
func concluded(t *testing.T, path string, s Settings) {
	t.Helper()
	training := begin(t, path, s, smallText())
	if err := training.Train(context.Background(), func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	if err := training.SaveResult(testResult{1.5}); err != nil {
		t.Fatal(err)
	}
	training.Close()
}

// What is described is what Open reads, whichever weights the run keeps.
func TestDescribe(t *testing.T) {
	for _, keep := range []string{KeepBest, KeepLast} {
		s := overshooting()
		s.Keep = keep
		path := filepath.Join(t.TempDir(), "run")
		concluded(t, path, s)
		d, result := described(t, path)
		r, _, metrics, err := OpenLogs(path)
		if err != nil {
			t.Fatal(err)
		}
		best := Best{}
		for i, m := range metrics {
			if i == 0 || *m.HeldOutLoss <= best.Loss {
				best = Best{m.Step, *m.HeldOutLoss}
			}
		}
		if best.Step == s.Steps || best.Step == 0 {
			t.Fatalf("the best step is %d: the training was to overshoot", best.Step)
		}
		size := int64(0)
		for _, name := range append(slices.Clone(everyFile), resultFile) {
			size += int64(len(contents(t, path, name)))
		}
		if *d.Settings != r.Settings || d.Parameters != r.Parameters.Count() || d.Trained != s.Steps || d.Best == nil || *d.Best != best {
			t.Errorf("%s: %+v, best %+v, want %+v", keep, d, d.Best, best)
		}
		if !d.Finished || d.Training || !d.HasResult || result.Loss != 1.5 || d.Bytes != size || d.Modified.IsZero() {
			t.Errorf("%s: %+v, %d bytes, want %d", keep, d, d.Bytes, size)
		}
		if err := os.Remove(filepath.Join(path, stateFile)); err != nil {
			t.Fatal(err)
		}
		if d, _ := described(t, path); d.Best == nil || *d.Best != best || !d.HasResult {
			t.Errorf("%s: without the state %+v, best %+v", keep, d, d.Best)
		}
	}
}

// No tensor is read: with other values in them the description is the same, and Open finds the damage.
func TestDescribeReadsNoTensor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	concluded(t, path, small())
	want, _ := described(t, path)
	for _, name := range []string{modelFile, stateFile} {
		root := rootOf(t, path)
		source, err := openTensors(root, name)
		if err != nil {
			t.Fatal(err)
		}
		source.Close()
		at := filepath.Join(path, name)
		if err := errors.Join(os.Truncate(at, int64(len(source.header))), os.Truncate(at, source.size)); err != nil { // all values are 0
			t.Fatal(err)
		}
	}
	if _, err := Open(path); err == nil {
		t.Error("Open does not compare the values")
	}
	got, _ := described(t, path)
	if got.Trained != want.Trained || *got.Best != *want.Best || got.Parameters != want.Parameters || got.Bytes != want.Bytes || !got.HasResult {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A file that is missing, cut, longer or of another run is named in one line, and what is known otherwise stays.
func TestDescribeDamage(t *testing.T) {
	good, other := filepath.Join(t.TempDir(), "good"), filepath.Join(t.TempDir(), "other")
	concluded(t, good, small())
	s := withSeed(small(), 2)
	s.Dim = 16
	concluded(t, other, s)
	for _, name := range []string{settingsFile, configFile, tokenizerFile, modelFile, stateFile, resultFile} {
		content := contents(t, good, name)
		damages := map[string][]byte{"half": content[:len(content)/2], "empty": {}, "longer": append(slices.Clone(content), "x"...), "other": contents(t, other, name)}
		if name != stateFile && name != resultFile { // which a run need not have
			damages["missing"] = nil
		}
		if name == tokenizerFile { // the same text
			delete(damages, "other")
		}
		for what, damage := range damages {
			path := copied(t, good)
			if damage == nil {
				if err := os.Remove(filepath.Join(path, name)); err != nil {
					t.Fatal(err)
				}
			} else {
				write(t, path, name, damage)
			}
			d, err := Describe(path, new(testResult))
			if name == resultFile && what == "other" {
				if err != nil || d.HasResult {
					t.Errorf("the result of another run: %+v, %v", d, err)
				}
				continue
			}
			if err == nil {
				t.Errorf("%s, %s: no error", name, what)
				continue
			}
			checkOneLine(t, err)
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			if (d.Settings != nil) != (name != settingsFile) && what != "other" || d.Bytes == 0 || d.Modified.IsZero() || d.Path != path {
				t.Errorf("%s, %s: %+v", name, what, d)
			}
		}
	}
}

// Of a run whose model was removed, the settings, the log and the result are left.
func TestDescribeWithoutModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	concluded(t, path, small())
	want, _ := described(t, path)
	for _, name := range everyFile {
		if name != settingsFile && name != metricsFile {
			if err := os.Remove(filepath.Join(path, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, result := described(t, path)
	if *d.Settings != *want.Settings || d.Trained != want.Trained || *d.Best != *want.Best || !d.HasResult || result.Loss != 1.5 || d.Modified.IsZero() {
		t.Errorf("%+v, want %+v", d, want)
	}
	if err := os.Remove(filepath.Join(path, resultFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Describe(path, new(testResult)); err == nil {
		t.Error("without a result it is no damage")
	}
}

// A training that goes on is described at its last evaluation, and not as one when it has ended.
func TestDescribeTraining(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	seen := 0
	err := training.Train(context.Background(), func(p Progress) {
		if !p.Evaluated {
			return
		}
		seen++
		if d, _ := described(t, path); !d.Training || d.Trained != p.Step.Step || d.Finished != (p.Step.Step == d.Settings.Steps && training.saved == p.Step.Step) {
			t.Errorf("at step %d: %+v", p.Step.Step, d)
		}
	})
	if err != nil || seen < 3 {
		t.Fatalf("%v, %d evaluations", err, seen)
	}
	training.Close()
	if d, _ := described(t, path); d.Training || d.HasResult || d.Trained != 6 {
		t.Errorf("%+v", d)
	}
	// A killed process leaves its lock file.
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	for text, want := range map[string]bool{
		lockMark + strconv.Itoa(ended.Process.Pid) + " on " + host + "\n": false,
		lockMark + strconv.Itoa(os.Getpid()) + " on " + host + "\n":       true,
		lockMark + "12 on elsewhere\n":                                    true,
		lockMark:                                                          false,
		"my notes":                                                        false,
	} {
		write(t, filepath.Dir(path), ".run.lock", []byte(" "+text))
		if d, _ := described(t, path); d.Training != want {
			t.Errorf("%q: training %v", text, d.Training)
		}
	}
}

// The lines of a killed training that were not saved are not its result.
func TestDescribeKilled(t *testing.T) {
	s := overshooting()
	s.Keep, s.SaveInterval = KeepLast, 1000
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, s, smallText())
	var first float64
	err := training.Train(context.Background(), func(p Progress) {
		if p.Evaluated && p.Step.Step == 2 {
			first = *p.HeldOutLoss
			d, _ := described(t, path) // as a kill leaves it now: two evaluations, the checkpoint of step 0
			if d.Best == nil || d.Best.Step != 0 || d.Best.Loss <= first {
				t.Errorf("best %+v, and the loss of step 2 is %g", d.Best, first)
			}
		}
	})
	if err != nil || first == 0 {
		t.Fatal(err)
	}
}

// Who describes runs is in nobody's way: a lock is always free for a training.
func TestDescribeTakesNoLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	concluded(t, path, small())
	var done atomic.Bool
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for !done.Load() {
				if _, err := Describe(path, new(testResult)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 300 {
		s, err := acquire("run", path)
		if err != nil {
			t.Error(err)
			break
		}
		s.release()
	}
	done.Store(true)
	readers.Wait()
}

// A list has the folders that hold files of a run, by name: whole ones, damaged ones, links, and one that was moved aside.
func TestList(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"b", "a"} {
		finish(t, begin(t, filepath.Join(root, name), small(), smallText()))
	}
	killInWindow(t, filepath.Join(root, "b"))
	for _, folder := range []string{"empty", "notes", "damaged", ".hidden", "other"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, root, "file", nil)
	write(t, filepath.Join(root, "notes"), "notes.txt", nil)
	write(t, filepath.Join(root, "damaged"), settingsFile, nil)
	write(t, filepath.Join(root, ".hidden"), settingsFile, nil)
	want := []string{"a", "b", "damaged"}
	if err := os.Symlink("a", filepath.Join(root, "link")); err == nil {
		want = append(want, "link")
	}
	if err := os.Chmod(filepath.Join(root, "other"), 0); err == nil && os.Geteuid() > 0 {
		want = append(want, "other")
	}
	for i, name := range want {
		want[i] = filepath.Join(root, name)
	}
	if got, err := List(root); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %q, want %q", err, got, want)
	}
	if d, _ := described(t, filepath.Join(root, "b")); !strings.Contains(strings.Join(d.Notes, " "), "was restored") {
		t.Errorf("notes %q", d.Notes)
	}
	if got, err := List(want[0]); err != nil || !slices.Equal(got, want[:1]) {
		t.Errorf("a run: %v, %q", err, got)
	}
	if _, err := List(filepath.Join(root, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
