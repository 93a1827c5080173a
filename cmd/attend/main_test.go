package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"attend/internal/play/site"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/htmlindex"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"attend": main, workerName: work})
}

// execute runs the program with these arguments and streams in this process, and returns the exit code. Processes that it starts are
// the program that [TestMain] puts in the path.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	defer debug.SetGCPercent(100)                                             // a training sets its own, with which all tests after it would spend most of their time
	engine := site.Engine{Program: []byte("\x1f\x8b"), Exec: []byte("// Go")} // TestScripts builds the engine
	return (&program{self: "attend", engine: &engine, stdin: stdin, stdout: stdout, stderr: stderr}).execute(ctx, args)
}

func TestScripts(t *testing.T) {
	cmds := map[string]func(ts *testscript.TestScript, neg bool, args []string){"encode": encode}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: cmds, Setup: func(e *testscript.Env) error {
		// The caches of Go, with which `attend play` builds its engine, and a folder for caches of attend.
		for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY"} {
			value, err := exec.Command("go", "env", name).Output()
			if err != nil {
				return err
			}
			e.Setenv(name, strings.TrimSpace(string(value)))
		}
		e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "caches"))
		return nil
	}})
}

// encode is the command `encode NAME FROM TO` of a script: it writes a file in UTF-8 in another encoding.
func encode(ts *testscript.TestScript, _ bool, args []string) {
	e, err := htmlindex.Get(args[0])
	ts.Check(err)
	text, err := e.NewEncoder().String(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o644))
}
