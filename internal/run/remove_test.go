package run

import (
	"os"
	"path/filepath"
	"testing"
)

// A run is removed with all its files, damaged or not, and nothing else is.
func TestRemove(t *testing.T) {
	root := t.TempDir()
	path, beside := filepath.Join(root, "run"), filepath.Join(root, "run-2")
	concluded(t, path, small())
	finish(t, begin(t, beside, small(), smallText()))
	write(t, path, "notes.txt", []byte("mine"))
	_, err := Remove(path)
	wantError(t, err, path+` holds "notes.txt", which is not of the run: move it elsewhere first`)
	_, err = CheckRemove(path)
	wantError(t, err, "notes.txt")
	opened(t, path)
	if err := os.Remove(filepath.Join(path, "notes.txt")); err != nil {
		t.Fatal(err)
	}
	write(t, path, modelFile, []byte("damaged"))
	if _, err := CheckRemove(path); err != nil {
		t.Error(err)
	}
	if _, err := Remove(path); err != nil {
		t.Error(err)
	}
	if exists(path) || len(hidden(t, root)) > 0 {
		t.Errorf("left: %v", hidden(t, root))
	}
	opened(t, beside)
}

// A run that a killed process has moved aside is restored, and is then what is removed or renamed.
func TestChangesRestoreFirst(t *testing.T) {
	for verb, change := range map[string]func(path string) ([]string, error){
		"remove": Remove,
		"check first": func(path string) ([]string, error) {
			notes, err := CheckRemove(path)
			if err != nil {
				return notes, err
			}
			more, err := Remove(path)
			return append(notes, more...), err
		},
		"rename": func(path string) ([]string, error) { return Rename(path, path+"-new") },
	} {
		root := t.TempDir()
		path := filepath.Join(root, "run")
		finish(t, begin(t, path, small(), smallText()))
		killInWindow(t, path)
		notes, err := change(path)
		if err != nil || len(notes) != 1 {
			t.Errorf("%s: %v, notes %q", verb, err, notes)
		}
		if exists(path) || exists(path+"-new") != (verb == "rename") || len(hidden(t, root)) > 0 {
			t.Errorf("%s: left %v", verb, tree(t, root))
		}
	}
}

// Of several that remove one run at once, one does.
func TestRemoveTogether(t *testing.T) {
	straight := filepath.Join(t.TempDir(), "straight")
	finish(t, begin(t, straight, small(), smallText()))
	for range 20 {
		root := t.TempDir()
		path := filepath.Join(root, "run")
		if err := os.CopyFS(path, os.DirFS(straight)); err != nil {
			t.Fatal(err)
		}
		removed := make(chan bool, 6)
		for range cap(removed) {
			go func() {
				_, err := Remove(path)
				if err != nil {
					checkOneLine(t, err)
				}
				removed <- err == nil
			}()
		}
		count := 0
		for range cap(removed) {
			if <-removed {
				count++
			}
		}
		if count != 1 || exists(path) || len(hidden(t, root)) > 0 {
			t.Errorf("%d removed it; left %v", count, tree(t, root))
		}
	}
}
