package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attend/internal/hf"
	"attend/internal/random"
)

// A run folder that was damaged is reported or was not needed: it never opens with other weights. No weight depends on
// the two logs; TestLogsAreBoundToTheRun covers these.
func TestDamage(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good")
	stopAt(t, begin(t, good, small(), smallText()), 4)
	if err := errors.Join(tryOpen(t, good, nil), tryResume(t, copied(t, good), nil)); err != nil {
		t.Fatal(err)
	}
	model := opened(t, good)

	for _, name := range everyFile {
		content := contents(t, good, name)
		dice := random.New(1, name)
		damages := map[string][]byte{"missing": nil, "empty": {}, "half": content[:len(content)/2], "and more": append(slices.Clone(content), "x"...)}
		flips := 40
		if testing.Short() {
			flips = 8
		}
		for i := range flips {
			at, flip := dice.IntN(len(content)), byte(1)<<dice.IntN(8)
			if i%2 == 1 {
				flip = 255
			}
			b := slices.Clone(content)
			b[at] ^= flip
			damages[fmt.Sprintf("byte %d ^ %d", at, flip)] = b
		}
		for what, damaged := range damages {
			path := copied(t, good)
			if damaged == nil {
				if err := os.Remove(filepath.Join(path, name)); err != nil {
					t.Fatal(err)
				}
			} else {
				write(t, path, name, damaged)
			}
			err := errors.Join(tryOpen(t, path, model), tryResume(t, path, model))
			log := name == metricsFile || name == filmFile
			if err == nil && !log {
				t.Errorf("%s, %s: no error", name, what)
			}
			if err == nil {
				continue
			}
			for _, line := range strings.Split(err.Error(), "\n") { // one of each
				if !strings.Contains(line, name) {
					t.Errorf("%s, %s: the error does not name it: %s", name, what, line)
				}
			}
		}
	}
}

// tryOpen opens a folder and compares the weights.
func tryOpen(t *testing.T, path string, want *Run) error {
	t.Helper()
	r, err := Open(path)
	checkOneLine(t, err)
	if err == nil && want != nil {
		sameWeights(t, r, want)
	}
	return err
}

func tryResume(t *testing.T, path string, want *Run) error {
	t.Helper()
	training, err := Resume(path, loadSmall, nil)
	checkOneLine(t, err)
	if err != nil {
		return err
	}
	if want != nil {
		sameWeights(t, training.Run, want)
	}
	return training.Close()
}

func checkOneLine(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("an error of several lines: %v", err)
	}
}

func sameWeights(t *testing.T, got, want *Run) {
	t.Helper()
	if got.Step != want.Step || got.Settings != want.Settings {
		t.Errorf("step %d, settings %v, want %d, %v", got.Step, got.Settings, want.Step, want.Settings)
	}
	for i, p := range want.Parameters.All() {
		if !slices.Equal(got.Parameters.All()[i].Data, p.Data) {
			t.Errorf("%s differs", p.Name)
		}
	}
}

// copied returns a new folder with the files of another.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// Files of different runs are not mixed.
func TestDamageMixed(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good")
	finish(t, begin(t, good, small(), smallText()))
	other := func(change func(*Settings), text string) string {
		s := small()
		change(&s)
		path := filepath.Join(t.TempDir(), "other")
		finish(t, begin(t, path, s, text))
		return path
	}
	wide := other(func(s *Settings) { s.Dim = 16 }, smallText())
	heads := other(func(s *Settings) { s.Heads = 1 }, smallText())
	lions := other(func(*Settings) {}, strings.ReplaceAll(smallText(), "lion", "gnu"))
	fewer := other(func(s *Settings) { s.Context = 8 }, strings.ReplaceAll(smallText(), "lion", "zebra"))
	capitals := other(func(*Settings) {}, strings.ReplaceAll(smallText(), "lion", "Lion"))
	seeded := other(func(s *Settings) { s.Seed++ }, smallText())
	sgd := other(func(s *Settings) { s.Optimizer = "sgd" }, smallText())

	for _, c := range []struct {
		from  string
		files []string
		names string // that the errors hold
	}{
		{wide, []string{configFile}, configFile},
		{heads, []string{configFile}, configFile},
		{wide, []string{settingsFile}, settingsFile},
		{lions, []string{tokenizerFile}, tokenizerFile},
		{capitals, []string{spellingFile}, spellingFile},
		{fewer, []string{tokenizerFile}, tokenizerFile},
		{wide, []string{stateFile}, stateFile},
		{wide, []string{modelFile}, modelFile},
		{lions, []string{stateFile}, stateFile},
		{lions, []string{modelFile}, modelFile},
		{wide, []string{modelFile, stateFile}, configFile},
		{wide, []string{configFile, settingsFile}, configFile},
		{wide, []string{configFile, stateFile, modelFile}, configFile},
		{sgd, []string{stateFile}, stateFile},
		{sgd, []string{settingsFile}, settingsFile},
		{seeded, []string{stateFile}, stateFile},
		{seeded, []string{modelFile}, modelFile},
	} {
		t.Run(fmt.Sprint(filepath.Base(filepath.Dir(c.from)), c.files), func(t *testing.T) {
			path := copied(t, good)
			for _, name := range c.files {
				write(t, path, name, contents(t, c.from, name))
			}
			err := errors.Join(tryOpen(t, path, nil), tryResume(t, path, nil))
			if err == nil {
				t.Fatal("no error")
			}
			for _, line := range strings.Split(err.Error(), "\n") {
				if !strings.Contains(line, c.names) {
					t.Errorf("error %q does not name %s", line, c.names)
				}
			}
		})
	}
}

// A file with sums that match and numbers of another shape, or too few of them.
func TestDamageShape(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good")
	finish(t, begin(t, good, small(), smallText()))
	for _, name := range []string{modelFile, stateFile} {
		for _, change := range []func(map[string]hf.Tensor, string){
			func(m map[string]hf.Tensor, k string) { delete(m, k) },
			func(m map[string]hf.Tensor, k string) {
				m[k] = hf.Tensor{Shape: append([]int{1}, m[k].Shape...), Data: m[k].Data}
			},
			func(m map[string]hf.Tensor, k string) { m[k] = hf.Tensor{Shape: []int{1}, Data: []float32{1}} },
			func(m map[string]hf.Tensor, k string) { m[k] = hf.Tensor{Shape: []int{0}, Data: nil} },
		} {
			tensors, metadata, err := decodeTensors(contents(t, good, name))
			if err != nil {
				t.Fatal(err)
			}
			for key, whole := range tensors {
				change(tensors, key)
				file, err := encodeTensors(tensors, metadata)
				if err != nil {
					t.Fatal(err)
				}
				tensors[key] = whole
				path := copied(t, good)
				write(t, path, name, file)
				wantError(t, errors.Join(tryOpen(t, path, nil), tryResume(t, path, nil)), name, key)
			}
		}
		for _, step := range []string{"", "-1", "x", "1e3", "99999999999999999999"} {
			tensors, metadata, err := decodeTensors(contents(t, good, name))
			if err != nil {
				t.Fatal(err)
			}
			metadata[metaStep] = step
			file, err := encodeTensors(tensors, metadata)
			if err != nil {
				t.Fatal(err)
			}
			path := copied(t, good)
			write(t, path, name, file)
			wantError(t, errors.Join(tryOpen(t, path, nil), tryResume(t, path, nil)), name, "step")
		}
	}
}
