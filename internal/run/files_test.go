package run

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"attend/internal/file"
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

// The files are of one moment, while they are replaced one after the other: none is newer than the one replaced before it.
func TestFilesOfOneMoment(t *testing.T) {
	folder := t.TempDir()
	replace := func(n int) {
		for _, name := range []string{configFile, tokenizerFile} { // Files reads them in this order too
			if err := file.Replace(filepath.Join(folder, name), file.Bytes([]byte(strconv.Itoa(n)))); err != nil {
				t.Error(err)
			}
		}
	}
	replace(0)
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				replace(n)
			}
		}
	})
	read := 0
	for range 500 {
		files, err := Files(folder, 1e9)
		if err != nil {
			runtest.WantError(t, err, "is being written: wait until its training ends, or interrupt it")
			continue
		}
		read++
		first, err := strconv.Atoi(string(files[configFile]))
		second, problem := strconv.Atoi(string(files[tokenizerFile]))
		if err != nil || problem != nil || second > first || second < first-1 {
			t.Errorf("%s is of time %d and %s of %d: %v, %v", configFile, first, tokenizerFile, second, err, problem)
		}
	}
	close(stop)
	all.Wait()
	t.Logf("read %d times", read)
	if _, err := Files(folder, 1e9); err != nil {
		t.Error(err)
	}
}
