package file

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func names(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestReplace(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "map.svg")
	for _, content := range []string{"one", "two"} {
		if err := Replace(path, Bytes([]byte(content))); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("%q, %v, want %q", b, err, content)
		}
	}
	failed := errors.New("no more")
	err := Replace(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("error %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "two" || names(t, folder) != "map.svg" {
		t.Errorf("a failed write left %q and %s", b, names(t, folder))
	}
	t.Chdir(folder)
	t.Setenv("TMPDIR", filepath.Join(folder, "none"))
	if err := Replace("here", Bytes(nil)); err != nil {
		t.Errorf("a bare name: %v", err)
	}
}

// What killed processes left for the path goes, and nothing else: not what another process writes at the moment, not
// what is for another path, not a file of a user.
func TestReplaceSweeps(t *testing.T) {
	folder := t.TempDir()
	kept := []string{".map.svg.tmp-notes", ".map.svg.tmp-attend-x", ".map.svg.tmp-12", ".map.svg.tmp-attend-1", ".map.svg.tmp-attend-0123456789abcdef", TemporaryName("other"), "map.svg.tmp-attend-1"}
	for _, name := range append(kept, TemporaryName("map.svg"), TemporaryName("map.svg")) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "map.svg")
	err := Replace(path, func(w io.Writer) error { // a second writer comes while the first one writes
		if err := Replace(path, Bytes([]byte("second"))); err != nil {
			t.Errorf("second writer: %v", err)
		}
		return Bytes([]byte("first"))(w)
	})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "first" {
		t.Errorf("%q", b)
	}
	for _, name := range kept {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, folder); strings.Count(got, " ") != len(kept) {
		t.Errorf("left: %s", got)
	}
}

// Many writers of one path at once: each succeeds, the file is whole, nothing is left.
func TestReplaceAtOnce(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "map.svg")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				if err := Replace(path, Bytes([]byte(strings.Repeat(string(rune('a'+i)), 1000)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	b, err := os.ReadFile(path)
	if err != nil || len(b) != 1000 || strings.Trim(string(b), string(b[:1])) != "" {
		t.Errorf("%q, %v", b, err)
	}
	if got := names(t, folder); got != "map.svg" {
		t.Errorf("left: %s", got)
	}
}
