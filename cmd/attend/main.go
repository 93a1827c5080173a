// Command attend trains a small transformer on sentences and shows which words each word
// attends to.
//
// Read main.go, root.go, command.go (what all commands that show something of a run have in common) and then the file of a
// command: heads.go is the shortest, inspect.go the longest; train.go uses config.go, result.go and progress.go. flags.go and
// output.go hold what flags and files have in common. All computation is in other packages; here are flags, files and the
// terminal.
//
// A new analysis is a file in internal/analysis, a file here like heads.go, and its line in newRoot.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"attend/internal/term"
)

func main() {
	stderr := os.Stderr
	if completes(os.Args[1:]) {
		os.Stderr = nil // cobra writes there what it cannot complete, as it came; shells do not show it
	}
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	p := &program{self: self, stdin: os.Stdin, stdout: os.Stdout, stderr: stderr, open: openBrowser}
	os.Exit(p.execute(context.Background(), os.Args[1:]))
}

// Exit codes.
const (
	exitFailed      = 1
	exitInterrupted = 130 // 128 + SIGINT, as shells count
)

// execute runs the program with these arguments and returns the exit code.
func (p *program) execute(ctx context.Context, args []string) int {
	p.args = args
	p.completing = completes(args)
	p.stdout, p.stderr = term.Isolating(p.stdout), term.Isolating(p.stderr)
	root := newRoot(p)
	help := &keptError{Writer: term.Raw(p.stdout)} // cobra does not check whether its help was written
	root.SetOut(help)
	root.SetArgs(pasted(args))
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = help.err
	}
	switch {
	case err == nil:
		p.showNotes()
		return 0
	case errors.Is(err, errInterrupted): // also if what came last could not be written
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE): // as in `attend ... | head`
		return exitFailed
	}
	fmt.Fprintln(p.stderr, lineHead+message(systemError(term.Raw(p.stdout), err)))
	return exitFailed
}

// completes reports whether a shell asks with these arguments what can follow on a command line.
func completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// pasted returns arguments without the isolates of words that were copied from the output. Those of a file's name stay.
func pasted(args []string) []string {
	list := slices.Clone(args)
	for i, arg := range args {
		_, value, _ := strings.Cut(arg, "=")
		if without := term.WithoutIsolates(arg); without != arg && !isThere(arg) && !isThere(value) {
			list[i] = without
		}
	}
	return list
}

// isThere reports whether there is a file or a folder at a path.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// keptError keeps the first error of what it writes.
type keptError struct {
	io.Writer
	err error
}

func (k *keptError) Write(b []byte) (int, error) {
	n, err := k.Writer.Write(b)
	k.err = cmp.Or(k.err, err)
	return n, err
}

// errInterrupted ends a command that was told to stop and has said so itself.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that ends when the program is told to stop: by Ctrl-C, SIGTERM, the end of its terminal
// (SIGHUP, unless that was ignored when it began, as nohup has it) or the end of the program that reads its output (SIGPIPE). A
// second Ctrl-C or SIGTERM ends the process. The other two end the context alone: a shell passes on the SIGHUP that the system
// sends as well, and what is written to nobody fails while the work is being saved.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	gone := []os.Signal{syscall.SIGPIPE}
	if !signal.Ignored(syscall.SIGHUP) {
		gone = append(gone, syscall.SIGHUP)
	}
	told, untell := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	stopped, stop := signal.NotifyContext(told, gone...)
	context.AfterFunc(stopped, untell)
	return stopped, func() {
		if stopped.Err() == nil { // else the process is about to end, and a second SIGHUP must not change how
			stop()
		}
		untell()
	}
}
