package run

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"attend/internal/run/runtest"
)

func TestFiles(t *testing.T) {
	s := small()
	folder := trained(t, s, smallText()).Path
	if err := os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := Files(folder, 1e9)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, everyFile) {
		t.Errorf("files %v, want %v", got, everyFile)
	}
	size := 0
	for name, content := range files {
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(content, want) {
			t.Errorf("%s differs, %v", name, err)
		}
		size += len(content)
	}
	if _, err := Files(folder, int64(size)); err != nil {
		t.Error(err)
	}
	_, err = Files(folder, int64(size)-1)
	runtest.WantError(t, err, "the run folder ", "can be read at once: train a smaller model")
	_, err = Files(filepath.Join(folder, "none"), 1e9)
	runtest.WantError(t, err, "there is no run folder ")
}

// While a run is trained, its files are of one moment: they are a run that opens.
func TestFilesDuringTraining(t *testing.T) {
	s := small()
	s.Steps, s.SaveInterval = 60, 1
	training := begin(t, filepath.Join(t.TempDir(), "run"), s, smallText())
	var all sync.WaitGroup
	all.Go(func() { finish(t, training) })
	read := 0
	for range 40 {
		files, err := Files(training.Path, 1e9)
		if err != nil {
			runtest.WantError(t, err, "is being written: wait until its training ends, or interrupt it")
			continue
		}
		read++
		copied := t.TempDir()
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(copied, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, _, err := OpenLogs(copied); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if _, err := Files(training.Path, 1e9); err != nil {
		t.Error(err)
	}
	t.Logf("read %d times", read)
}
