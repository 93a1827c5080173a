package site

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"attend/internal/file"
)

// write writes a file, and the folders above it.
func write(t *testing.T, path, content string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(content), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// source is the root of a small module with an engine that does nothing.
func source(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module attend\n\ngo 1.26.0\n")
	write(t, filepath.Join(root, "go.sum"), "")
	write(t, filepath.Join(root, "internal", "play", "engine", "main.go"),
		"package main\n\nimport _ \"embed\"\n\n//go:embed text.txt\nvar text string\n\nfunc main() { println(text) }\n")
	write(t, filepath.Join(root, "internal", "play", "engine", "text.txt"), "one")
	return root
}

// counted is a builder of a source with how often it has built.
func counted(t *testing.T, root, cache string) (b Builder, builds *atomic.Int32) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no Go on the path")
	}
	builds = new(atomic.Int32)
	return Builder{Source: root, Cache: cache, Building: func(packages int) {
		if packages == -1 {
			builds.Add(1)
		}
	}}, builds
}

// names lists a folder.
func names(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

// build builds, and checks how often that was done so far.
func build(t *testing.T, b Builder, builds *atomic.Int32, want int32) Engine {
	t.Helper()
	e, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if builds.Load() != want {
		t.Errorf("built %d times, want %d", builds.Load(), want)
	}
	if !strings.Contains(string(e.Exec), "Go = class") || len(e.Program) < 10_000 {
		t.Errorf("the engine has %d and %d bytes", len(e.Exec), len(e.Program))
	}
	return e
}

// The engine is built once for each content of its source.
func TestBuildByContent(t *testing.T) {
	root, cache := source(t), filepath.Join(t.TempDir(), "new", "cache")
	b, builds := counted(t, root, cache)
	first := build(t, b, builds, 1)
	if again := build(t, b, builds, 1); string(again.Program) != string(first.Program) {
		t.Error("another engine comes out of the cache")
	}
	write(t, filepath.Join(root, "internal", "other", "other.go"), "package other\n") // which the engine does not import
	build(t, b, builds, 1)
	text := filepath.Join(root, "internal", "play", "engine", "text.txt")
	write(t, text, "two")
	if second := build(t, b, builds, 2); string(second.Program) == string(first.Program) {
		t.Error("an embedded file has changed, and the engine has not")
	}
	write(t, text, "one")
	build(t, b, builds, 2)

	// What is damaged is built anew; what a killed process left is removed; the lock file of one delays no other.
	entries, err := filepath.Glob(filepath.Join(cache, cachedPrefix+"*"))
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	for _, path := range entries {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		write(t, path, string(content))
	}
	write(t, filepath.Join(cache, file.TemporaryName(moduleFile)), "a part")
	write(t, filepath.Join(cache, "engine.lock"), "")
	build(t, b, builds, 3)
	if got := names(t, cache); strings.Count(got, cachedPrefix) != 2 || strings.Contains(got, moduleFile) {
		t.Errorf("the cache has %s", got)
	}
	for _, content := range []string{"three", "four", "five"} {
		write(t, text, content)
		build(t, b, builds, builds.Load()+1)
	}
	if got := names(t, cache); strings.Count(got, cachedPrefix) != mostKept {
		t.Errorf("the cache has %s, want %d engines", got, mostKept)
	}
}

// Of several that want the engine at once, one builds it.
func TestBuildAtOnce(t *testing.T) {
	b, builds := counted(t, source(t), t.TempDir())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if e, err := b.Build(t.Context()); err != nil || len(e.Program) == 0 {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if builds.Load() != 1 {
		t.Errorf("built %d times", builds.Load())
	}
}

// An interrupted build leaves nothing, and the next one succeeds.
func TestInterruptedBuild(t *testing.T) {
	cache := t.TempDir()
	b, builds := counted(t, source(t), cache)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := b
	stopped.Building = func(int) { cancel() }
	if _, err := stopped.Build(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if got := names(t, cache); got != "" {
		t.Errorf("the cache has %s", got)
	}
	build(t, b, builds, 1)
}

func TestBuildErrors(t *testing.T) {
	root := source(t)
	b, _ := counted(t, root, t.TempDir())
	refused := func(b Builder, parts ...string) {
		t.Helper()
		_, err := b.Build(t.Context())
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %q", err, part)
			}
		}
	}
	write(t, filepath.Join(root, "in the way"), "")
	inTheWay := b
	inTheWay.Cache = filepath.Join(root, "in the way")
	refused(inTheWay, "the engine of the page cannot be kept in ", "XDG_CACHE_HOME")
	write(t, filepath.Join(root, "internal", "play", "engine", "main.go"), "package main\n\nfunc main() { missing() }\n")
	refused(b, "the engine of the page cannot be built: `go build` failed: ", "main.go:3:15: undefined: missing")
	write(t, filepath.Join(root, "internal", "play", "engine", "main.go"), "package main\n\nimport \"attend/nothing\"\n")
	refused(b, "the engine of the page cannot be built: `go list` failed: ", "attend/nothing")
	t.Setenv("PATH", t.TempDir())
	refused(b, "there is no command go on the path", "https://go.dev/dl", "a release")
}

func TestFindSource(t *testing.T) {
	root := source(t)
	inside := filepath.Join(root, "internal", "play")
	if _, err := findSource([]string{t.TempDir()}); !errors.Is(err, ErrNoSource) {
		t.Errorf("none: %v", err)
	}
	if _, err := findSource([]string{inside}); err == nil || !strings.Contains(err.Error(), "another version than this program") {
		t.Errorf("another version: %v", err)
	}
	if err := os.CopyFS(filepath.Join(root, "internal", "play", "site"), assets); err != nil {
		t.Fatal(err)
	}
	if got, err := findSource([]string{t.TempDir(), inside}); err != nil || got != root {
		t.Errorf("%s, %v, want %s", got, err, root)
	}
	write(t, filepath.Join(root, "go.mod"), "module attend/other\n")
	if _, err := findSource([]string{inside}); !errors.Is(err, ErrNoSource) {
		t.Errorf("another module: %v", err)
	}
	if _, path, _, _ := runtime.Caller(0); filepath.IsAbs(path) {
		want, err := filepath.Abs(filepath.Join("..", "..", ".."))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := FindSource(); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

// Used engines stay in the cache longer.
func TestPrune(t *testing.T) {
	cache := t.TempDir()
	for i, name := range []string{"engine-a.zip", "engine-b.zip", "engine-c.zip", "engine-d.zip", "play.html", "engine-e.txt"} {
		path := filepath.Join(cache, name)
		write(t, path, "")
		at := time.Unix(int64(1000-i), 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := prune(cache); err != nil {
		t.Fatal(err)
	}
	if got := names(t, cache); got != "engine-a.zip engine-b.zip engine-c.zip engine-e.txt play.html" {
		t.Errorf("the cache has %s", got)
	}
}
