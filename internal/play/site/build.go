package site

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attend/internal/file"
	"attend/internal/printable"
)

// Builder builds the engine from source, and keeps what it built.
type Builder struct {
	Source string // the root of the source, see [FindSource]
	Cache  string // the folder for engines that are built, created if it is missing; of [CacheFolder]
	// Building is called while Go compiles, with how many packages it has compiled so far, and with -1 before the module is
	// compressed. It may be nil. It is not called if the engine is in the cache.
	Building func(packages int)
}

// CacheFolder returns the folder for engines that are built, in the folder for caches of this user.
func CacheFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for caches of this user (%w): set the environment variable HOME or XDG_CACHE_HOME", err)
	}
	return filepath.Join(cache, "attend"), nil
}

// mostKept is how many engines the cache keeps, those used last.
const mostKept = 3

// longestBuild is how long one process waits for another that builds.
const longestBuild = 10 * time.Minute

// Build returns the engine of the source: that in the cache if it was built of the same files by the same Go, or else one that it
// builds and keeps. Of several processes one builds, and the others wait for it. What a killed process has left is no hindrance.
func (b Builder) Build(ctx context.Context) (Engine, error) {
	g, err := findGo(b.Source)
	if err != nil {
		return Engine{}, err
	}
	files, err := g.files(ctx)
	if err != nil {
		return Engine{}, err
	}
	key, err := b.key(g, files)
	if err != nil {
		return Engine{}, err
	}
	path := filepath.Join(b.Cache, key)
	if e, found := cached(path); found {
		return e, nil
	}
	if err := os.MkdirAll(b.Cache, 0o755); err != nil {
		return Engine{}, b.cacheError(err)
	}
	release, err := b.lock(ctx)
	if err != nil {
		return Engine{}, err
	}
	defer release()
	if e, found := cached(path); found { // another process has just built it
		return e, nil
	}
	e, err := b.build(ctx, g)
	if err != nil {
		return Engine{}, err
	}
	content, err := e.Bytes()
	if err != nil {
		return Engine{}, err
	}
	if err := file.Replace(path, file.Bytes(content)); err != nil {
		return Engine{}, b.cacheError(err)
	}
	return e, b.cacheError(prune(b.Cache))
}

// lock waits until no other process builds.
func (b Builder) lock(ctx context.Context) (release func(), err error) {
	for deadline := time.Now().Add(longestBuild); ; {
		release, err = file.Lock(filepath.Join(b.Cache, "engine.lock"), time.Second)
		switch {
		case err == nil:
			return release, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.Is(err, file.ErrLocked):
			return nil, b.cacheError(err)
		case time.Now().After(deadline):
			return nil, fmt.Errorf("another process has been building the engine of the page in %s for %s: end it, and run the command again",
				printable.Path(b.Cache), longestBuild)
		}
	}
}

// An engine in the cache is named for its key.
const (
	cachedPrefix = "engine-"
	cachedSuffix = ".zip"
)

// key returns the name of the engine in the cache: a hash of the files that it is built of, of the versions of the modules, and of Go.
func (b Builder) key(g goCommand, files []string) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n", g.description, strings.Join(buildArguments(), " "))
	for _, path := range slices.Concat([]string{"go.mod", "go.sum"}, files) {
		content, err := os.ReadFile(filepath.Join(b.Source, path))
		if err != nil {
			return "", fmt.Errorf("the source of the engine cannot be read: %w", err)
		}
		fmt.Fprintf(sum, "%s %x\n", filepath.ToSlash(path), sha256.Sum256(content))
	}
	return fmt.Sprintf("%s%x%s", cachedPrefix, sum.Sum(nil)[:12], cachedSuffix), nil
}

// mostEngine is the largest size of an engine in the cache in bytes.
const mostEngine = 100e6

// cached returns the engine at a path of the cache, if it is there and whole, and notes that it was used.
func cached(path string) (Engine, bool) {
	b, err := file.Read(path, mostEngine)
	if err != nil {
		return Engine{}, false
	}
	e, err := ParseEngine(b)
	if err != nil {
		return Engine{}, false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // for prune; a cache that cannot be written to serves as well
	return e, true
}

// prune removes all engines from the cache but those used last.
func prune(cache string) error {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return err
	}
	type kept struct {
		path string
		used time.Time
	}
	var engines []kept
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), cachedPrefix) || !strings.HasSuffix(e.Name(), cachedSuffix) {
			continue
		}
		engines = append(engines, kept{filepath.Join(cache, e.Name()), info.ModTime()})
	}
	slices.SortFunc(engines, func(a, b kept) int { return b.used.Compare(a.used) })
	for _, e := range engines[min(mostKept, len(engines)):] {
		if err := os.Remove(e.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (b Builder) cacheError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the engine of the page cannot be kept in %s: %w", printable.Path(b.Cache),
		file.Explain(err, "set the environment variable XDG_CACHE_HOME to a folder that can be written to"))
}

// moduleFile is the name under which Go writes the module before it is compressed.
const moduleFile = "engine.wasm"

// build builds the engine. The module lies in the cache meanwhile, under a name of its own: a Go that outlives this process, if that is
// killed, writes to no file of another one.
func (b Builder) build(ctx context.Context, g goCommand) (Engine, error) {
	if err := file.Sweep(b.Cache, moduleFile); err != nil {
		return Engine{}, b.cacheError(err)
	}
	path, err := filepath.Abs(filepath.Join(b.Cache, file.TemporaryName(moduleFile)))
	if err != nil {
		return Engine{}, err
	}
	defer os.Remove(path)
	if err := g.build(ctx, path, b.Building); err != nil {
		return Engine{}, err
	}
	module, err := os.ReadFile(path)
	if err != nil {
		return Engine{}, b.cacheError(err)
	}
	if b.Building != nil {
		b.Building(-1)
	}
	program, err := compressed(module)
	if err != nil {
		return Engine{}, err
	}
	script, err := g.exec()
	return Engine{program, script}, err
}

// goCommand is the Go that builds the engine.
type goCommand struct {
	path        string // of the command
	source      string
	root        string // GOROOT
	description string // its release, and what else changes what it builds
}

// findGo finds Go.
func findGo(source string) (goCommand, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return goCommand{}, errors.New("the engine of the page is built with Go, and there is no command go on the path: " +
			"install Go from https://go.dev/dl, or take attend from a release, which has the engine inside")
	}
	g := goCommand{path: path, source: source}
	out, err := g.run(context.Background(), nil, "env", "GOVERSION", "GOROOT", "GOFLAGS", "GOEXPERIMENT", "GOWASM")
	if err != nil {
		return goCommand{}, err
	}
	lines := strings.Split(strings.ReplaceAll(out, "\r\n", "\n"), "\n")
	if len(lines) < 5 {
		return goCommand{}, fmt.Errorf("go env wrote %s: install Go from https://go.dev/dl", printable.Quote(out))
	}
	g.root = lines[1]
	g.description = strings.Join(slices.Delete(lines, 1, 2), " ")
	return g, nil
}

// run runs go in the source for the system of the engine, and returns its standard output. Each line of its standard error is passed
// to a function, which may be nil. The error has the first line that says what is wrong.
func (g goCommand) run(ctx context.Context, line func(string), args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, g.path, args...)
	cmd.Dir = g.source
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOWORK=off")
	cmd.Cancel = func() error { // an interrupted go removes its temporary files
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	complaints, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", fmt.Errorf("go cannot be started: %w: install Go from https://go.dev/dl", err)
	}
	var problem, last string
	lines := bufio.NewScanner(complaints)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if line != nil {
			line(text)
		}
		if problem == "" && strings.Contains(text, ": ") && !strings.HasPrefix(text, "go: downloading") {
			problem = text
		}
		last = cmp.Or(text, last)
	}
	_, _ = io.Copy(io.Discard, complaints) // after a line too long for the scanner
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("the engine of the page cannot be built: `go %s` failed: %s", args[0], cmp.Or(problem, last, err.Error()))
	}
	return out.String(), nil
}

// files returns the files of our module of which the engine is built, relative to the source, sorted.
func (g goCommand) files(ctx context.Context) ([]string, error) {
	const each = `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}` +
		`{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .SFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}` +
		`{{end}}{{end}}`
	out, err := g.run(ctx, nil, "list", "-deps", "-f", each, "./"+enginePackage)
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(g.source) // as go names folders, where it follows links
	if err != nil {
		return nil, err
	}
	var files []string
	for line := range strings.Lines(out) {
		path := strings.TrimSpace(line)
		if path == "" {
			continue
		}
		relative, err := filepath.Rel(g.source, path)
		if err != nil || !filepath.IsLocal(relative) {
			relative, err = filepath.Rel(root, path)
		}
		if err != nil {
			return nil, err
		}
		files = append(files, relative)
	}
	slices.Sort(files)
	return files, nil
}

// buildArguments are those of go before the path of the module and the package.
func buildArguments() []string {
	return []string{"build", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}
}

// build compiles the engine to a file.
func (g goCommand) build(ctx context.Context, to string, building func(int)) error {
	packages := 0
	if building != nil {
		building(0)
	}
	_, err := g.run(ctx, func(line string) {
		if building != nil && !strings.Contains(line, " ") {
			packages++
			building(packages)
		}
	}, append(buildArguments(), "-o", to, "./"+enginePackage)...)
	return err
}

// exec returns wasm_exec.js of this Go.
func (g goCommand) exec() ([]byte, error) {
	for _, folder := range []string{"lib", "misc"} {
		b, err := os.ReadFile(filepath.Join(g.root, folder, "wasm", execFile))
		if err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("the Go in %s has no lib/wasm/%s: install Go from https://go.dev/dl", printable.Path(g.root), execFile)
}
