package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"attend/internal/file"
)

// hidden lists what lies hidden in a folder.
func hidden(t testing.TB, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// Trainings started together each have a folder of their own, whole, and the names have no gaps.
func TestStartTogether(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	s := small()
	corpus, err := smallCorpus(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	const trainings = 8
	var all sync.WaitGroup
	for i := range trainings {
		all.Go(func() {
			s := withSeed(s, uint64(i+1))
			training, err := StartUnder(root, "lion", s, corpus)
			if err != nil {
				t.Error(err)
				return
			}
			defer training.Close()
			if err := training.Train(context.Background(), func(Progress) {}); err != nil {
				t.Error(err)
			}
			if r := opened(t, training.Path); r.Settings.Seed != s.Seed || r.Step != s.Steps {
				t.Errorf("%s has seed %d and step %d, want %d and %d", training.Path, r.Settings.Seed, r.Step, s.Seed, s.Steps)
			}
		})
	}
	all.Wait()
	for i := range trainings {
		name := "lion"
		if i > 0 {
			name = fmt.Sprintf("lion-%d", i+1)
		}
		opened(t, filepath.Join(root, name))
	}
	if left := hidden(t, root); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Something that comes between the look whether a name is free and the taking of it is never moved or replaced.
func TestPutReplacesNothing(t *testing.T) {
	root := t.TempDir()
	files := []namedFile{{settingsFile, file.Bytes([]byte("new"))}}
	for what, come := range map[string]func(path string) error{
		"folder": func(path string) error {
			return errors.Join(os.Mkdir(path, 0o755), os.WriteFile(filepath.Join(path, "mine"), nil, 0o644))
		},
		"file": func(path string) error { return os.WriteFile(path, []byte("mine"), 0o644) },
		"link": func(path string) error { return os.Symlink("elsewhere", path) },
	} {
		path := filepath.Join(root, what)
		c := newCreator()
		s, err := c.reserve(path, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := come(path); err != nil {
			t.Skip(err)
		}
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.put(s, files, false); !errors.Is(err, errTaken) {
			t.Errorf("%s: error %v", what, err)
		}
		s.release()
		if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s: it was replaced: %v", what, err)
		}
	}
	if left := hidden(t, root); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// twoSteps makes folders as a system does that cannot exchange two in one step.
func twoSteps(window func()) *creator {
	return &creator{exchange: func(a, b string) error { return errors.ErrUnsupported }, window: window}
}

// overwrite starts another training over the one at path.
func overwrite(c *creator, path string, seed uint64) (*Training, error) {
	s := withSeed(small(), seed)
	corpus, err := smallCorpus(s)
	if err != nil {
		return nil, err
	}
	if s, err = s.Resolve(corpus); err != nil {
		return nil, err
	}
	return c.start(s, corpus, true, func(c *creator) (*slot, error) { return c.reserve(path, true) })
}

// While a run is replaced again and again, in one step or in two, a reader sees a whole one at any time.
func TestReadersWhileOverwriting(t *testing.T) {
	for name, creator := range map[string]func() *creator{"one step": func() *creator { return newCreator() }, "two steps": func() *creator { return twoSteps(nil) }} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run")
			finish(t, begin(t, path, small(), smallText()))
			var done atomic.Bool
			var readers sync.WaitGroup
			reads := make([]int, 2)
			for i := range reads {
				readers.Go(func() {
					for !done.Load() {
						r, frames, metrics, err := OpenLogs(path)
						if errors.Is(err, errNoFrame) { // it has just begun
							err = nil
						}
						if err != nil {
							t.Error(err)
							return
						}
						if len(frames) > 0 && len(metrics) == 0 || r.Step > r.Settings.Steps {
							t.Errorf("step %d, %d frames, %d metrics", r.Step, len(frames), len(metrics))
						}
						reads[i]++
					}
				})
			}
			for seed := range uint64(30) {
				training, err := overwrite(creator(), path, seed)
				if err != nil {
					t.Fatal(err)
				}
				if err := training.Close(); err != nil {
					t.Error(err)
				}
			}
			done.Store(true)
			readers.Wait()
			if reads[0] == 0 || reads[1] == 0 {
				t.Errorf("reads %v", reads)
			}
			if left := hidden(t, filepath.Dir(path)); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// A process killed between the two steps of an overwrite leaves the old run hidden; whichever command looks for its
// name next puts it back and says so.
func TestKilledBetweenTheSteps(t *testing.T) {
	for name, next := range map[string]func(t *testing.T, path string) (notes []string){
		"open": func(t *testing.T, path string) []string { return opened(t, path).Notes },
		"latest": func(t *testing.T, path string) []string {
			latest, err := Latest(filepath.Dir(path))
			if err != nil || latest != path {
				t.Fatalf("latest %q, %v, want %s", latest, err, path)
			}
			return opened(t, latest).Notes
		},
		"resume": func(t *testing.T, path string) []string {
			training := resumed(t, path)
			training.slot.release()
			return training.Notes
		},
		"start": func(t *testing.T, path string) []string {
			_, err := overwriteNot(path)
			wantError(t, err, "holds a run already", "was put back")
			return []string{"was put back"}
		},
		"start beside": func(t *testing.T, path string) []string {
			training := begin(t, filepath.Join(filepath.Dir(path), "other"), small(), smallText())
			training.slot.release()
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
			if !strings.Contains(strings.Join(notes, " "), "was put back") {
				t.Errorf("notes %q", notes)
			}
			if got := sums(t, path); got != want {
				t.Errorf("SHA-256 %v, want %v", got, want)
			}
			finish(t, resumed(t, path)) // a command that writes there
			begin(t, filepath.Join(filepath.Dir(path), "new"), small(), smallText()).slot.release()
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
	begin(t, at("new"), small(), smallText()).slot.release()
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
	begin(t, at("newer"), small(), smallText()).slot.release()
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
	training.slot.release()
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
		training.slot.release()
		if notes := strings.Join(training.Notes, " "); !strings.Contains(notes, "something else is at its name") {
			t.Errorf("notes %q", notes)
		}
	}
	if err := os.Remove(filepath.Join(path, "notes.txt")); err != nil {
		t.Fatal(err)
	}
	training := begin(t, filepath.Join(filepath.Dir(path), "another"), small(), smallText())
	training.slot.release()
	if got := sums(t, path); got != want || !strings.Contains(strings.Join(training.Notes, " "), "was put back") {
		t.Errorf("SHA-256 %v, want %v; notes %q", got, want, training.Notes)
	}
	if left := hidden(t, filepath.Dir(path)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A file that is no lock file of ours, at the place of one, makes a training without --out take the next name.
func TestForeignLockFileUnderTheDefaultName(t *testing.T) {
	root := t.TempDir()
	write(t, root, ".run.lock", nil)
	s, err := newCreator().reserveUnder(root, "run", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.release()
	if filepath.Base(s.path) != "run-2" {
		t.Errorf("path %s", s.path)
	}
	if b, err := os.ReadFile(filepath.Join(root, ".run.lock")); err != nil || len(b) > 0 {
		t.Errorf("the file holds %q, %v", b, err)
	}
}

// A log that somebody removes in mid-training begins anew, and a note says so. The run then opens, films and resumes.
func TestLogRemovedWhileTraining(t *testing.T) {
	for _, name := range logNames {
		for _, at := range []int{1, 2, 3} { // before an evaluation, before a save, at the end
			path := filepath.Join(t.TempDir(), "run")
			training := begin(t, path, small(), smallText())
			err := training.Train(context.Background(), func(p Progress) {
				if p.Step.Step == at && !p.Evaluated {
					if err := os.Remove(filepath.Join(path, name)); err != nil {
						t.Error(err)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if notes := strings.Join(training.Notes, " "); !strings.Contains(notes, name+" is missing: it begins anew at step ") {
				t.Errorf("notes %q", notes)
			}
			if err := training.Close(); err != nil {
				t.Error(err)
			}
			if _, _, _, err := OpenLogs(path); err != nil {
				t.Error(err)
			}
			if err := resumed(t, path).Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A file of a run that lies outside of its folder, behind a symbolic link, is not read, and the message says why.
func TestLinkOutOfTheFolder(t *testing.T) {
	for _, name := range everyFile {
		path := filepath.Join(t.TempDir(), "run")
		finish(t, begin(t, path, small(), smallText()))
		elsewhere := filepath.Join(filepath.Dir(path), "elsewhere")
		if err := os.Rename(filepath.Join(path, name), elsewhere); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join("..", "elsewhere"), filepath.Join(path, name)); err != nil {
			t.Skip(err)
		}
		_, err := Open(path)
		if name == metricsFile || name == filmFile {
			_, _, _, err = OpenLogs(path)
		}
		if name == stateFile { // which says up to where the logs go: a note where it cannot be read
			_, _, err = (&folder{path: path, root: rootOf(t, path)}).openWith(name, options{})
		}
		wantError(t, err, name+" is a symbolic link to a file outside of the run folder")
	}
}

func rootOf(t *testing.T, path string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// A folder that is deleted, replaced or robbed of a file while a training is at work there costs no update: the
// model is saved beside it, and the message says where.
func TestFolderGoneWhileTraining(t *testing.T) {
	for name, disturb := range map[string]func(path string) error{
		"deleted":  os.RemoveAll,
		"renamed":  func(path string) error { return os.Rename(path, path+"-moved") },
		"replaced": func(path string) error { return errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o755)) },
		"robbed":   func(path string) error { return os.Remove(filepath.Join(path, configFile)) },
		"a folder for the state": func(path string) error {
			return errors.Join(os.Remove(filepath.Join(path, stateFile)), os.Mkdir(filepath.Join(path, stateFile), 0o755))
		},
		"a folder for a log": func(path string) error {
			return errors.Join(os.Remove(filepath.Join(path, metricsFile)), os.Mkdir(filepath.Join(path, metricsFile), 0o755))
		},
		"all gone": func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
	} {
		t.Run(name, func(t *testing.T) {
			straight := filepath.Join(t.TempDir(), "straight")
			finish(t, begin(t, straight, small(), smallText()))
			path := filepath.Join(t.TempDir(), "runs", "run")
			training := begin(t, path, small(), smallText())
			err := training.Train(context.Background(), func(p Progress) {
				if p.Step.Step == 3 && !p.Evaluated {
					if err := disturb(path); err != nil {
						t.Error(err)
					}
				}
			})
			wantError(t, err, path, "the model of step 3 is saved in "+path+"-2")
			if err := training.Close(); err != nil {
				t.Error(err)
			}
			if r := opened(t, path+"-2"); r.Step != 3 {
				t.Errorf("step %d", r.Step)
			}
			finish(t, resumed(t, path+"-2"))
			if got, want := sums(t, path+"-2")[0], sums(t, straight)[0]; got != want {
				t.Errorf("SHA-256 %s, want %s", got, want)
			}
		})
	}
}

// The run that a symbolic link names is replaced, resumed and locked as itself.
func TestSymbolicLink(t *testing.T) {
	root := t.TempDir()
	path, link, broken := filepath.Join(root, "run"), filepath.Join(root, "link"), filepath.Join(root, "broken")
	if err := errors.Join(os.Symlink("run", link), os.Symlink("nothing", broken)); err != nil {
		t.Skip(err)
	}
	training := begin(t, path, small(), smallText())
	_, err := Resume(link, loadSmall, nil)
	wantError(t, err, link, "is being trained")
	finish(t, training)
	again, err := overwrite(newCreator(), link, 9)
	if err != nil {
		t.Fatal(err)
	}
	finish(t, again)
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info, err)
	}
	if r := opened(t, path); r.Settings.Seed != 9 || r.Step != 6 {
		t.Errorf("seed %d, step %d", r.Settings.Seed, r.Step)
	}
	_, err = overwrite(newCreator(), broken, 9)
	wantError(t, err, broken, "symbolic link to something that is not there")
}

// The folder that a shell stands in is not replaced under its feet.
func TestReserveHere(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := newCreator().reserve(".", false)
	wantError(t, err, "the folder that you are in")
}
