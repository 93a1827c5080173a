package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attend/internal/file"
)

// A process killed between the two steps of an overwrite leaves the old run hidden; whichever command looks for its
// name next puts it back and says so.
func TestKilledBetweenTheSteps(t *testing.T) {
	for name, next := range map[string]func(t *testing.T, path string) (notes []string){
		"open": func(t *testing.T, path string) []string { return opened(t, path).Notes },
		"latest": func(t *testing.T, path string) []string {
			latest, err := Latest(filepath.Dir(path), "")
			if err != nil || latest != path {
				t.Fatalf("latest %q, %v, want %s", latest, err, path)
			}
			return opened(t, latest).Notes
		},
		"resume": func(t *testing.T, path string) []string {
			training := resumed(t, path)
			training.name.release()
			return training.Notes
		},
		"start": func(t *testing.T, path string) []string {
			_, err := overwriteNot(path)
			wantError(t, err, "holds a run already", "was restored")
			return []string{"was restored"}
		},
		"start beside": func(t *testing.T, path string) []string {
			training := begin(t, filepath.Join(filepath.Dir(path), "other"), small(), smallText())
			training.name.release()
			return training.Notes
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run")
			finish(t, begin(t, path, small(), smallText()))
			want := sums(t, path)
			killInWindow(t, path)
			if _, err := os.Lstat(path); err == nil {
				t.Fatal("the run is still at its name: the window was not reached")
			}
			notes := next(t, path)
			if !strings.Contains(strings.Join(notes, " "), "was restored") {
				t.Errorf("notes %q", notes)
			}
			if got := sums(t, path); got != want {
				t.Errorf("SHA-256 %v, want %v", got, want)
			}
			finish(t, resumed(t, path)) // a command that writes there
			begin(t, filepath.Join(filepath.Dir(path), "new"), small(), smallText()).name.release()
			if left := hidden(t, filepath.Dir(path)); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// overwriteNot starts a training at path without leave to replace what is there.
func overwriteNot(path string) (*Training, error) {
	s := small()
	corpus, err := smallCorpus(s)
	if err != nil {
		return nil, err
	}
	if s, err = s.Resolve(corpus); err != nil {
		return nil, err
	}
	return Start(path, s, corpus, false)
}

// What killed processes left goes with the next training beside it; what a process holds stays, and so does
// everything that is not surely ours.
func TestLeftovers(t *testing.T) {
	root := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	put := func(folder string, names ...string) {
		t.Helper()
		if err := os.MkdirAll(at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			write(t, at(folder), name, []byte("x"))
		}
	}
	lion, lion2, zebra, busyRun := file.TemporaryName("lion"), file.TemporaryName("lion"), file.TemporaryName("zebra"), file.TemporaryName("busy")
	deep, mine, lone, lock := file.TemporaryName("deep"), file.TemporaryName("mine"), file.TemporaryName("lone"), file.TemporaryName(".lion.lock")
	put(lion, settingsFile, file.TemporaryName(configFile))
	put(lion2)
	put(zebra+aside, settingsFile, modelFile) // the run is there, in its place
	put("zebra", settingsFile, modelFile)
	write(t, root, lock, nil)
	put(mine, "notes.txt", settingsFile) // a file that is not ours
	put(deep)
	put(filepath.Join(deep, "inner"))    // a folder is not ours
	write(t, root, lone, []byte("mine")) // no folder
	foreign := []string{".a.tmp-notes", ".b.tmp-12", ".c.tmp-attend-1", ".d.tmp-attend-1-old", ".e.tmp-2024", ".f.tmp-attend-0123456789abcdef"}
	for _, name := range foreign { // names that we do not give
		put(name, settingsFile, stateFile, metricsFile)
	}
	if err := os.Symlink(at("zebra"), at(file.TemporaryName("link"))); err != nil { // a link
		t.Log(err)
	}
	busy, err := newCreator().reserve(at("busy"), false)
	if err != nil {
		t.Fatal(err)
	}
	put(busyRun, settingsFile) // another process holds it
	if _, err := os.Lstat(at(lion)); err == nil {
		t.Errorf("%s is left", lion)
	}
	begin(t, at("new"), small(), smallText()).name.release()
	left := hidden(t, root)
	for _, name := range append(foreign, mine, deep, lone, ".busy.lock", busyRun) {
		if !slices.Contains(left, name) {
			t.Errorf("%s is gone", name)
		}
	}
	if want := len(foreign) + 6; len(left) != want {
		t.Errorf("left %q, want %d", left, want)
	}
	busy.release()
	begin(t, at("newer"), small(), smallText()).name.release()
	if _, err := os.Stat(at(busyRun)); err == nil {
		t.Error("what a process held stays when it has ended")
	}
}

// A run that a user keeps under a hidden name is no leftover, whatever the name.
func TestHiddenRunsStay(t *testing.T) {
	root := t.TempDir()
	hiddenNames := []string{".mine.tmp-1", ".x.tmp-attend-5", ".y.tmp-attend-1-old"}
	for _, name := range hiddenNames {
		finish(t, begin(t, filepath.Join(root, name), small(), smallText()))
	}
	training := begin(t, filepath.Join(root, "b"), small(), smallText())
	training.name.release()
	for _, name := range hiddenNames {
		opened(t, filepath.Join(root, name))
	}
	if len(training.Notes) > 0 {
		t.Errorf("notes %q", training.Notes)
	}
}

// A run that a killed process moved aside is put back into an empty folder of its name. Where something else is there
// it stays aside, and a note says so.
func TestMovedAsideAndSomethingAtItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, small(), smallText()))
	want := sums(t, path)
	killInWindow(t, path)
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, "notes.txt", []byte("mine"))
	for i := range 2 {
		training := begin(t, filepath.Join(filepath.Dir(path), []string{"other", "third"}[i]), small(), smallText())
		training.name.release()
		if notes := strings.Join(training.Notes, " "); !strings.Contains(notes, "something else is at its name") {
			t.Errorf("notes %q", notes)
		}
	}
	if err := os.Remove(filepath.Join(path, "notes.txt")); err != nil {
		t.Fatal(err)
	}
	training := begin(t, filepath.Join(filepath.Dir(path), "another"), small(), smallText())
	training.name.release()
	if got := sums(t, path); got != want || !strings.Contains(strings.Join(training.Notes, " "), "was restored") {
		t.Errorf("SHA-256 %v, want %v; notes %q", got, want, training.Notes)
	}
	if left := hidden(t, filepath.Dir(path)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
