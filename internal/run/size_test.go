package run

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/run/runtest"
)

// forged returns a copy of a run whose settings say something else in all files, with all checksums right. The tensors
// are those of the run: who forges sizes need not write them.
func forged(t *testing.T, path string, change func(*Settings)) string {
	t.Helper()
	training := resumed(t, path)
	defer training.Close()
	to := copied(t, path)
	r := *training.Run
	change(&r.Settings)
	r.Config = r.Settings.Model(r.Vocabulary.Len())
	boundary, has := r.Vocabulary.Boundary()
	var err error
	if r.configJSON, err = hf.ConfigJSON(r.Config, boundary, has); err != nil {
		t.Fatal(err)
	}
	sealed := sealSettings(r.Settings, r.Format, r.text)
	model := func(metadata map[string]string) error {
		return file.Replace(filepath.Join(to, modelFile), func(w io.Writer) error {
			return writeTensors(w, hf.Tensors(training.Config, r.Parameters), metadata)
		})
	}
	forgedTraining := *training
	forgedTraining.Run = &r
	if err := errors.Join(model(r.metadata()), file.Replace(filepath.Join(to, stateFile), forgedTraining.writeState),
		os.WriteFile(filepath.Join(to, settingsFile), sealed, 0o644), os.WriteFile(filepath.Join(to, configFile), r.configJSON, 0o644)); err != nil {
		t.Fatal(err)
	}
	return to
}

// allocated returns what a function allocates, in bytes.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestForgedSizesAreRefusedBeforeTheyAreUsed(t *testing.T) {
	path := trained(t, small(), smallText()).Path
	if _, err := Open(forged(t, path, func(*Settings) {})); err != nil {
		t.Fatalf("a run forged to what it is: %v", err)
	}
	for what, change := range map[string]func(*Settings){
		"layers 65536":   func(s *Settings) { s.Layers = 65536 },
		"layers 1048576": func(s *Settings) { s.Layers = 1 << 20 },
		"dim 8192":       func(s *Settings) { s.Dim = 8192 },
		"hidden 1048576": func(s *Settings) { s.Hidden, s.Dim = 1<<20, 512 },
		"dim 1048576":    func(s *Settings) { s.Dim = 1 << 20 },
		"everything":     func(s *Settings) { s.Hidden, s.Dim, s.Layers, s.Context = 1<<20, 1<<20, 1<<20, 1<<20 },
	} {
		to := forged(t, path, change)
		for name, open := range map[string]func() error{
			"open":   func() error { _, err := Open(to, MaxMemory(1e9)); return err },
			"resume": func() error { _, err := Resume(to, loadSmall, nil, MaxMemory(1e9)); return err },
		} {
			var err error
			if bytes := allocated(func() { err = open() }); bytes > 20<<20 {
				t.Errorf("%s, %s: %d MB were allocated", what, name, bytes>>20)
			}
			runtest.WantTooLarge(t, what+", "+name, err)
		}
	}
}

// A context needs no number in a file where positions are not learned: opening is right, everything that builds
// a graph is refused.
func TestForgedContextIsRefusedByEveryGraph(t *testing.T) {
	s := small()
	s.Positions = "none"
	path := trained(t, s, smallText()).Path
	to := forged(t, path, func(s *Settings) { s.Context = 65536 })
	_, err := Resume(to, loadSmall, nil, MaxMemory(1e9))
	runtest.WantTooLarge(t, "resume", err)

	r := opened(t, path)
	r.options = newOptions([]Option{MaxMemory(1e9)})
	r.Config.Context, r.Settings.Context = 65536, 65536
	corpus, err := smallCorpus(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	for what, f := range map[string]func() error{
		"reader":    func() error { _, err := r.NewSession(1); return err },
		"evaluator": func() error { _, err := r.NewEvaluator(); return err },
		"start": func() error {
			_, err := Start(filepath.Join(t.TempDir(), "run"), r.Settings, corpus, false, MaxMemory(1e9))
			return err
		},
	} {
		var err error
		if bytes := allocated(func() { err = f() }); bytes > 20<<20 {
			t.Errorf("%s: %d MB were allocated", what, bytes>>20)
		}
		runtest.WantTooLarge(t, what, err)
	}
}

func TestGraphsAreReportedBeforeTheyAreBuilt(t *testing.T) {
	corpus, err := smallCorpus(small())
	if err != nil {
		t.Fatal(err)
	}
	s, err := small().Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var reported []Building
	path := filepath.Join(t.TempDir(), "run")
	training, err := Start(path, s, corpus, false, OnBuild(func(b Building) error {
		reported = append(reported, b)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	training.Close()
	if len(reported) != reported[0].Graphs || reported[len(reported)-1].Graph != len(reported) || reported[0].Seconds <= 0 {
		t.Errorf("reported %+v", reported)
	}
	stop := errors.New("stop")
	_, err = Start(path+"-2", s, corpus, false, OnBuild(func(Building) error { return stop }))
	if _, missing := os.Stat(path + "-2"); !errors.Is(err, stop) || missing == nil {
		t.Errorf("error %v; the folder: %v", err, missing)
	}
}
