package run

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/train"
)

// several are settings whose batch is shared by several replicas of the graph.
func several() Settings {
	s := small()
	s.Batch, s.Steps, s.Dropout = 48, 4, 0.1 // context 8: three times 128 rows
	return s
}

func TestSameSeedSameBytes(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	var first [2]string
	for i := range 10 {
		runtime.GOMAXPROCS(1 + i%2)
		path := filepath.Join(t.TempDir(), "run")
		training := begin(t, path, several(), smallText())
		if rows := training.Settings.Batch * training.Settings.Context; rows < 256 {
			t.Fatalf("a batch of %d rows has one replica only", rows)
		}
		finish(t, training)
		if i == 0 {
			first = sums(t, path)
		} else if got := sums(t, path); got != first {
			t.Errorf("run %d on %d processors: %v, want %v", i, 1+i%2, got, first)
		}
	}
	other := several()
	other.Seed++
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, other, smallText()))
	if got := sums(t, path); got[0] == first[0] || got[1] == first[1] {
		t.Errorf("another seed gives the same files")
	}
}

// A training that stops after any update and is resumed ends with the files of one that never
// stopped.
func TestResumeIsExact(t *testing.T) {
	t.Parallel()
	const steps = 22
	variants := map[string]Settings{}
	for _, optimizer := range train.Optimizers.Names() {
		s := small()
		s.Optimizer, s.Steps, s.Dropout, s.EvalInterval, s.SaveInterval = optimizer, steps, 0.1, 3, 7
		variants[optimizer] = s
	}
	patient := overshooting()
	patient.Patience = 2
	variants["patience"] = patient
	for name, s := range variants {
		straight := filepath.Join(t.TempDir(), "straight")
		finish(t, begin(t, straight, s, smallText()))
		most := opened(t, straight).Trained // fewer than steps if it stops early

		var stops [][]int // one stop each, and one training that stops after every update
		every := []int{}
		for step := 1; step <= steps; step++ {
			stops = append(stops, []int{step})
			every = append(every, step)
		}
		for _, stops := range append(stops, every) {
			t.Run(fmt.Sprint(name, stops), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "run")
				training := begin(t, path, s, smallText())
				for _, step := range stops {
					stopAt(t, training, step)
					if r := opened(t, path); r.Trained != min(step, most) {
						t.Errorf("stopped at step %d, the folder says %d", step, r.Trained)
					}
					training = resumed(t, path)
				}
				finish(t, training)
				if got, want := sums(t, path), sums(t, straight); got != want {
					t.Errorf("SHA-256 %v, want %v", got, want)
				}
				if got, want := untimed(t, path), untimed(t, straight); !reflect.DeepEqual(got, want) {
					t.Errorf("metrics\n%v\nwant\n%v", got, want)
				}
				if !bytes.Equal(contents(t, path, filmFile), contents(t, straight, filmFile)) {
					t.Error("another film")
				}
			})
		}
	}
}

func TestMetricsSteps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, small(), smallText()))
	var steps []int
	for _, m := range untimed(t, path) {
		steps = append(steps, m.Step)
		if m.Loss <= 0 || *m.HeldOutLoss <= 0 || m.LearningRate <= 0 {
			t.Errorf("%+v: want all above 0", m)
		}
	}
	if !slices.Equal(steps, []int{0, 1, 2, 4, 5, 6}) {
		t.Errorf("metrics of steps %v", steps)
	}
	if n := bytes.Count(contents(t, path, filmFile), []byte("\n")); n != len(steps) {
		t.Errorf("%d frames, want %d", n, len(steps))
	}
}

func TestResumeRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	stopAt(t, training, 4)
	before := sums(t, path)

	_, err := Resume(path, textOf(smallText()+"The lion sees the ant again\n"), nil)
	wantError(t, err, path, "another version of small")
	_, err = Resume(path, loadSmall, func(s *Settings) error { s.Steps = 3; return nil })
	wantError(t, err, "has made 4 steps already", "--steps 3")
	own := errors.New("not this one")
	if _, err = Resume(path, loadSmall, func(*Settings) error { return own }); !errors.Is(err, own) {
		t.Errorf("adjust's error became %v", err)
	}
	_, err = Resume(path, loadSmall, func(s *Settings) error { s.EvalInterval = 0; return nil })
	wantError(t, err, "eval-interval")
	_, err = Resume(filepath.Join(path, "none"), loadSmall, nil)
	wantError(t, err, "there is no run folder")
	if sums(t, path) != before || opened(t, path).Settings.Steps != 6 {
		t.Error("a refused resume changed the folder")
	}
}

// A run on the sentences of another version says what can be done: nobody can restore a text that is part of the program.
func TestCheckTextBuiltIn(t *testing.T) {
	savanna, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{Path: "runs/old", Settings: Defaults(), DataSHA256: "another"}
	wantError(t, r.CheckText(savanna), "runs/old", "the savanna of another version of attend", "train a new run with `attend train`")
}

func TestResumeExtends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, small(), smallText()))
	training, err := Resume(path, loadSmall, func(s *Settings) error { s.Steps, s.SaveInterval = 9, 2; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer training.Close()
	if s := opened(t, path).Settings; s.Steps != 9 || s.SaveInterval != 2 {
		t.Errorf("training.yaml says %d steps, saved every %d", s.Steps, s.SaveInterval)
	}
	finish(t, training)
	if r := opened(t, path); r.Step != 9 {
		t.Errorf("step %d, want 9", r.Step)
	}
	if m := untimed(t, path); m[len(m)-1].Step != 9 {
		t.Errorf("metrics end at %+v", m[len(m)-1])
	}
}

func TestResumeSweeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	stopAt(t, training, 2)
	write(t, path, ".state.safetensors.tmp-123", []byte("half"))
	write(t, path, ".metrics.jsonl.tmp-9", nil)
	write(t, path, "notes.txt", []byte("mine"))
	write(t, path, ".hidden", []byte("mine"))
	resumed(t, path)
	if left := temporaries(t, path); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	contents(t, path, "notes.txt")
	contents(t, path, ".hidden")
}

// temporaries lists the temporary files of a folder.
func temporaries(t testing.TB, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		if strings.Contains(e.Name(), ".tmp-") {
			left = append(left, e.Name())
		}
	}
	return left
}

// Killed between the two files of its last save, a training has the model of the save before.
func TestResumeCatchesUpTheModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	stopAt(t, training, 5)
	older := contents(t, path, modelFile)
	training = resumed(t, path)
	finish(t, training)
	want := sums(t, path)
	write(t, path, modelFile, older)
	finish(t, resumed(t, path))
	if got := sums(t, path); got != want {
		t.Errorf("SHA-256 %v, want %v", got, want)
	}
}

// Killed before its first line of a log, a training writes that line when it is resumed.
func TestResumeFirstLines(t *testing.T) {
	straight := filepath.Join(t.TempDir(), "straight")
	finish(t, begin(t, straight, small(), smallText()))
	for _, lost := range [][]string{{metricsFile, filmFile}, {filmFile}, {}} {
		path := filepath.Join(t.TempDir(), "run")
		begin(t, path, small(), smallText()).name.release()
		for _, name := range lost {
			if err := os.Remove(filepath.Join(path, name)); err != nil {
				t.Fatal(err)
			}
		}
		finish(t, resumed(t, path))
		if got, want := untimed(t, path), untimed(t, straight); !reflect.DeepEqual(got, want) {
			t.Errorf("without %v: metrics\n%v\nwant\n%v", lost, got, want)
		}
		if !bytes.Equal(contents(t, path, filmFile), contents(t, straight, filmFile)) {
			t.Errorf("without %v: another film", lost)
		}
	}
}

// Lines after the checkpoint and a last line without its end are those of a killed training.
func TestResumeTrimsLogs(t *testing.T) {
	straight := filepath.Join(t.TempDir(), "straight")
	finish(t, begin(t, straight, small(), smallText()))
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 3)
	for _, name := range []string{metricsFile, filmFile} {
		write(t, path, name, append(contents(t, path, name), `{"step":4,"loss":9}`+"\n"+`{"step":6,"lo`...))
	}
	finish(t, resumed(t, path))
	if got, want := untimed(t, path), untimed(t, straight); !reflect.DeepEqual(got, want) {
		t.Errorf("metrics\n%v\nwant\n%v", got, want)
	}
	if !bytes.Equal(contents(t, path, filmFile), contents(t, straight, filmFile)) {
		t.Error("another film")
	}
}

// The folder may be the current one, and only it is written to.
func TestResumeHere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 2)
	t.Chdir(path)
	t.Setenv("TMPDIR", filepath.Join(path, "none"))
	finish(t, resumed(t, "."))
	if r := opened(t, "."); r.Step != 6 {
		t.Errorf("step %d", r.Step)
	}
}
