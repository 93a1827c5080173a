package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"attend/internal/random"
)

// A renamed run has the same files, opens and goes on; nothing is left at the old name.
func TestRename(t *testing.T) {
	root := t.TempDir()
	from, to := filepath.Join(root, "run"), filepath.Join(root, "line\nfeed \x1b[31m")
	concluded(t, from, small())
	write(t, from, "notes.txt", []byte("mine"))
	before := map[string]string{}
	for _, name := range append(slices.Clone(everyFile), resultFile, "notes.txt") {
		before[name] = string(contents(t, from, name))
	}
	if _, err := Rename(from+"/", to+"/"); err != nil {
		t.Fatal(err)
	}
	for name, content := range before {
		if string(contents(t, to, name)) != content {
			t.Errorf("%s has changed", name)
		}
	}
	if d, _ := described(t, to); !d.HasResult {
		t.Error("the result is not that of the run any more")
	}
	again, err := Resume(to, loadSmall, func(s *Settings) error { s.Steps += 2; return nil })
	if err != nil {
		t.Fatal(err)
	}
	finish(t, again)
	if exists(from) || len(hidden(t, root)) > 0 {
		t.Errorf("left: %v", hidden(t, root))
	}
	if err := os.Mkdir(filepath.Join(root, "archive"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Rename(to, filepath.Join(root, "archive", "run")); err != nil {
		t.Error(err)
	}
	opened(t, filepath.Join(root, "archive", "run"))
}

// What is no run of ours, what is trained, and a name that is taken or of no use are refused in one line, and nothing changes.
func TestRenameAndRemoveRefuse(t *testing.T) {
	root := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	finish(t, begin(t, at("run"), small(), smallText()))
	busy := begin(t, at("busy"), small(), smallText())
	put := func(folder string, names ...string) {
		t.Helper()
		if err := os.MkdirAll(at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			write(t, at(folder), name, []byte("x"))
		}
	}
	put("empty")
	put("notes", "notes.txt")
	put("foreign", configFile, modelFile)   // another program's model
	put("other", settingsFile, "notes.txt") // another program's settings
	write(t, root, "file", nil)
	if err := errors.Join(os.Symlink("run", at("link")), os.Symlink("nothing", at("broken"))); err != nil {
		t.Skip(err)
	}
	trained := fmt.Sprintf("is being trained by process %d: wait until it ends, or stop it (kill %d)", os.Getpid(), os.Getpid())
	for _, c := range []struct{ from, to, want string }{
		{"nowhere", "new", "there is no run folder"},
		{"file/run", "new", "there is no run folder"},
		{"a\x00b", "new", "cannot find the run folder"},
		{"file", "new", "is a file, not a run folder"},
		{"empty", "new", "it is no run"},
		{"notes", "new", "it is no run"},
		{"foreign", "new", "it is no run"},
		{"other", "new", "it is no run"},
		{"busy", "new", trained},
		{"link", "new", "is a symbolic link to run, and a run is not changed through a link"},
		{"link/", "new", "is a symbolic link to run"},
		{"broken", "new", "is a symbolic link to nothing"},
		{"run", "busy", "there is something at"},
		{"run", "run", "there is something at"},
		{"run", "empty", "there is something at"},
		{"run", "file", "there is something at"},
		{"run", "broken", "there is something at"},
		{"run", ".hidden", "begins with a dot"},
		{"run", "none/new", "there is no folder"},
		{"run", "file/new", "not a directory: choose another"},
		{"run", "run/new", "would lie in the run"},
		{"run", "busy/new", "would lie in the run"},
		{"run", strings.Repeat("a", 300), "choose a shorter name"},
	} {
		before := tree(t, root)
		_, err := Rename(root+"/"+c.from, at(c.to))
		wantError(t, err, c.want)
		checkOneLine(t, err)
		if c.from != "run" {
			_, err := Remove(root + "/" + c.from)
			wantError(t, err, c.want)
			_, err = CheckRemove(root + "/" + c.from)
			wantError(t, err, c.want)
		}
		if after := tree(t, root); !slices.Equal(after, before) {
			t.Errorf("%s to %s: %q, before %q", c.from, c.to, after, before)
		}
	}
	t.Chdir(at("run"))
	_, err := Rename(".", "../new")
	wantError(t, err, "is the current folder")
	_, err = Remove(at("run"))
	wantError(t, err, "is the current folder")
	finish(t, busy)
	busy.Close()
	if r := opened(t, at("busy")); r.Trained != 6 {
		t.Errorf("step %d", r.Trained)
	}
}

// tree lists everything under a folder.
func tree(t *testing.T, root string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// Of renamings that are started together, each run ends at one name, whole, and none replaces another.
func TestRenameTogether(t *testing.T) {
	root := t.TempDir()
	at := func(i int) string { return filepath.Join(root, fmt.Sprintf("run-%d", i)) }
	const runs, names = 4, 6
	finish(t, begin(t, at(0), small(), smallText()))
	for i := 1; i < runs; i++ {
		finish(t, begin(t, at(i), withSeed(small(), uint64(i+1)), smallText()))
	}
	for round := range 20 {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				dice := random.New(1, "rename", uint64(round), uint64(i))
				for range 5 {
					if _, err := Rename(at(dice.IntN(names)), at(dice.IntN(names))); err != nil {
						checkOneLine(t, err)
					}
				}
			})
		}
		all.Go(func() { // a reader finds whole runs or none
			for i := range names {
				if d, err := Describe(at(i), new(testResult)); err == nil && d.Trained != 6 {
					t.Errorf("%+v", d)
				}
			}
		})
		all.Wait()
	}
	seeds := map[uint64]bool{}
	paths, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		seeds[opened(t, path).Settings.Seed] = true
	}
	if len(paths) != runs || len(seeds) != runs || len(hidden(t, root)) > 0 {
		t.Errorf("%d runs of %d seeds, want %d; left: %v", len(paths), len(seeds), runs, hidden(t, root))
	}
}

// A training that starts or goes on at the same moment has the run, or the renaming or removal has it: neither disturbs the other.
func TestChangesWhileATrainingStarts(t *testing.T) {
	begun, changed := 0, 0
	for i := range 24 {
		root := t.TempDir()
		from, to := filepath.Join(root, "run"), filepath.Join(root, "new")
		stopAt(t, begin(t, from, small(), smallText()), 3)
		s := small()
		corpus, err := smallCorpus(s)
		if err != nil {
			t.Fatal(err)
		}
		if s, err = s.Resolve(corpus); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		var training *Training
		var refused, failed error
		both.Go(func() {
			if i%3 == 0 {
				training, refused = Start(to, s, corpus, false)
			} else {
				training, refused = Resume(from, loadSmall, nil)
			}
			if refused == nil {
				refused = training.Train(context.Background(), func(Progress) {})
				training.Close()
			}
		})
		both.Go(func() {
			if i%3 == 2 {
				_, failed = Remove(from)
			} else {
				_, failed = Rename(from, to)
			}
		})
		both.Wait()
		for _, err := range []error{refused, failed} {
			if err != nil {
				checkOneLine(t, err)
			}
		}
		if refused != nil && failed != nil {
			t.Errorf("%d: both failed: %v; %v", i, refused, failed)
		}
		if refused == nil {
			begun++
			if r := opened(t, training.Path); training.Path == from && failed != nil && r.Trained != 6 {
				t.Errorf("%d: step %d", i, r.Trained)
			}
		}
		if failed == nil {
			changed++
		}
		if left := hidden(t, root); len(left) > 0 {
			t.Errorf("%d: left %v", i, left)
		}
	}
	t.Logf("%d trainings, %d changes", begun, changed)
}

// childChange names what the test program, started once more, does with a run: rename=FOLDER renames it to and fro, remove=FOLDER
// removes it. It says when it is ready, and begins when its input ends.
const childChange = "ATTEND_TEST_CHANGE"

func childChanges(what string) error {
	verb, path, _ := strings.Cut(what, "=")
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if verb == "remove" {
		_, err := Remove(path)
		return err
	}
	for {
		for _, names := range [][2]string{{path, path + "-new"}, {path + "-new", path}} {
			if _, err := Rename(names[0], names[1]); err != nil {
				return err
			}
		}
	}
}

// killChanging kills a process that changes a run so long after it began.
func killChanging(t *testing.T, what string, after time.Duration) {
	t.Helper()
	cmd, stdin := startChild(t, childChange+"="+what, "ready")
	stdin.Close()
	<-time.After(after)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if stderr := cmd.Stderr.(*bytes.Buffer); stderr.Len() > 0 {
		t.Errorf("%s: %s", what, stderr)
	}
}

// A process that is killed while it renames leaves the run at one of the two names, whole; while it removes, all of the run or
// nothing at its name. The next training beside it leaves nothing else.
func TestKillWhileChanging(t *testing.T) {
	t.Parallel()
	kills := 30
	if testing.Short() {
		kills = 6
	}
	straight := filepath.Join(t.TempDir(), "straight")
	concluded(t, straight, small())
	want := sums(t, straight)
	moved, removed, swept := 0, 0, 0
	for i := range kills {
		dice := random.New(1, "change", uint64(i))
		root := t.TempDir()
		path := filepath.Join(root, "run")
		if err := os.CopyFS(path, os.DirFS(straight)); err != nil {
			t.Fatal(err)
		}
		verb, after := "rename", 20*time.Millisecond
		if i%2 == 1 {
			verb, after = "remove", 4*time.Millisecond
		}
		killChanging(t, verb+"="+path, time.Duration(dice.Float64()*float64(after)))
		paths, err := List(root)
		if err != nil {
			t.Fatal(err)
		}
		if len(paths) > 1 || len(paths) == 0 && verb == "rename" {
			t.Fatalf("kill %d: runs %q", i, paths)
		}
		for _, path := range paths {
			if got := sums(t, path); got != want {
				t.Errorf("kill %d, %s: SHA-256 %v", i, verb, got)
			}
			if d, _ := described(t, path); !d.HasResult || d.Training {
				t.Errorf("kill %d, %s: %+v", i, verb, d)
			}
		}
		if verb == "remove" && len(paths) == 0 {
			removed++
		} else if len(paths) == 1 && paths[0] != path {
			moved++
		}
		swept += len(temporaries(t, root))
		begin(t, path+"-other", small(), smallText()).Close()
		if left := temporaries(t, root); len(left) > 0 {
			t.Errorf("kill %d, %s: left %v", i, verb, left)
		}
	}
	t.Logf("%d kills: %d at the new name, %d removed, %d temporary folders swept", kills, moved, removed, swept)
}
