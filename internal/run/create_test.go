package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
		if err := c.create(s, files, false); !errors.Is(err, errTaken) {
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
	return c.start(s, corpus, true, func(c *creator) (*lockedName, error) { return c.reserve(path, true) })
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
			for seed := range uint64(15) {
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
	wantError(t, err, "is the current folder")
}
