package run

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"attend/internal/file"
)

func TestCreateFolder(t *testing.T) {
	files := map[string][]byte{settingsFile: []byte("new"), modelFile: []byte("new model")}
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	mkdir := func(name string) {
		t.Helper()
		if err := os.MkdirAll(at(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	whole := func(name string) {
		t.Helper()
		for file, want := range files {
			if got := contents(t, at(name), file); string(got) != string(want) {
				t.Errorf("%s/%s holds %q, want %q", name, file, got, want)
			}
		}
	}
	create := func(name string, overwrite bool) error {
		var writers []namedFile
		for name, content := range files {
			writers = append(writers, namedFile{name, file.Bytes(content)})
		}
		c := newCreator()
		s, err := c.reserve(at(name), overwrite)
		if err != nil {
			return err
		}
		defer s.release()
		return c.create(s, writers, overwrite)
	}

	if err := create("deep/er/new", false); err != nil {
		t.Fatal(err)
	}
	whole("deep/er/new")
	mkdir("empty")
	if err := create("empty", false); err != nil {
		t.Fatal(err)
	}
	whole("empty")

	mkdir("run")
	write(t, at("run"), settingsFile, []byte("old"))
	write(t, at("run"), filmFile, []byte("old film"))
	wantError(t, create("run", false), at("run"), "holds a run already", "--overwrite")
	if got := contents(t, at("run"), settingsFile); string(got) != "old" {
		t.Errorf("a refused folder now holds %q", got)
	}
	if err := create("run", true); err != nil {
		t.Fatal(err)
	}
	whole("run")
	if _, err := os.Stat(filepath.Join(at("run"), filmFile)); err == nil {
		t.Error("a file of the old run is still there")
	}

	mkdir("mine")
	write(t, at("mine"), "thesis.txt", []byte("years"))
	write(t, root, "file", []byte("years"))
	for _, overwrite := range []bool{false, true} {
		wantError(t, create("mine", overwrite), at("mine"), "files that are not of a run")
		wantError(t, create("file", overwrite), at("file"), "is a file")
		if err := create("file/below", overwrite); err == nil {
			t.Error("a folder below a file: no error")
		}
	}
	contents(t, at("mine"), "thesis.txt")
	contents(t, root, "file")
	for _, folder := range []string{root, at("deep/er")} {
		if left := temporaries(t, folder); len(left) > 0 {
			t.Errorf("left in %s: %v", folder, left)
		}
	}
}

func TestCreateFolderUnwritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	parent := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(parent, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err := newCreator().reserve(filepath.Join(parent, "run"), false)
	wantError(t, err, "cannot lock", parent)
}

// Where the run would go is found out before the work is done.
func TestStartRefusesFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	before := sums(t, path)
	_, err := Start(path, training.Settings, training.Corpus, false)
	wantError(t, err, "holds a run already")
	_, err = Start(path, training.Settings, training.Corpus, true)
	wantError(t, err, "is being trained by process", fmt.Sprint(os.Getpid()))
	if err := training.Close(); err != nil {
		t.Fatal(err)
	}
	if sums(t, path) != before {
		t.Error("the run was changed")
	}
	other := training.Settings
	other.Seed++
	again, err := Start(path, other, training.Corpus, true)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if r := opened(t, path); r.Settings.Seed != other.Seed || sums(t, path) == before {
		t.Error("the run was not replaced")
	}
}

// The first free name is taken; one that another training holds is not free, though nothing is there yet.
func TestReserveUnder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	for _, want := range []string{"lion", "lion-2", "lion-3"} {
		s, err := newCreator().reserveUnder(root, "lion", 1)
		if err != nil || s.path != filepath.Join(root, want) {
			t.Fatalf("%v, %v, want %s", s, err, want)
		}
		if want == "lion-2" {
			defer s.release()
			continue
		}
		s.release()
		if err := os.Mkdir(s.real, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLatest(t *testing.T) {
	root := t.TempDir()
	_, err := Latest(filepath.Join(root, "none"), "")
	wantError(t, err, "there is no run under", "none")
	_, err = Latest(root, "")
	wantError(t, err, root)
	now := time.Now()
	for i, name := range []string{"b", "c", "a", ".d.tmp-1", "notes"} {
		path := filepath.Join(root, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		file := modelFile
		if name == "notes" {
			file = "text"
		}
		write(t, path, file, nil)
		written := now.Add(time.Duration(i) * time.Hour)
		if name == "b" { // neither the first nor the last by name
			written = now.Add(150 * time.Minute)
		}
		if err := os.Chtimes(filepath.Join(path, file), written, written); err != nil {
			t.Fatal(err)
		}
	}
	for spare, want := range map[string]string{"": "b", "a": "b", "b": "a"} {
		if got, err := Latest(root, spare); err != nil || got != filepath.Join(root, want) {
			t.Errorf("%s, %v, want %s before %q", got, err, want, spare)
		}
	}
	if err := os.RemoveAll(filepath.Join(root, "a")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "c")); err != nil {
		t.Fatal(err)
	}
	if got, err := Latest(root, "b"); err != nil || got != filepath.Join(root, "b") {
		t.Errorf("%s, %v, want b, since there is no other", got, err)
	}
}

func TestIsRun(t *testing.T) {
	for name, want := range map[string]bool{settingsFile: true, stateFile: true, modelFile: true, configFile: false, "text": false} {
		path := t.TempDir()
		write(t, path, name, nil)
		if isRun(path) != want {
			t.Errorf("a folder with %s: %t", name, !want)
		}
	}
	if isRun(filepath.Join(t.TempDir(), "none")) {
		t.Error("no folder is a run")
	}
}

func TestUntrained(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	start := opened(t, path)
	finish(t, training)
	r := opened(t, path)
	before, err := r.Untrained()
	if err != nil {
		t.Fatal(err)
	}
	before.Settings = start.Settings
	sameWeights(t, before, start)
	if r.Step != 6 {
		t.Error("the trained run was changed")
	}
}
