// Command attend trains a small transformer on sentences and shows which words each word
// attends to.
//
// Read main.go, root.go and then the file of a command: train.go, inspect.go, eval.go,
// complete.go. Everything that computes lives in the packages; here are flags, files and
// the terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	os.Exit(execute(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitFailed      = 1
	exitInterrupted = 130 // 128 + SIGINT, as shells count
)

// execute is the whole program but for the process around it. It returns the exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first interrupt the second one ends the process at once.
	context.AfterFunc(ctx, stop)

	root := newRoot(&program{stdin: stdin, stdout: stdout, stderr: stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE): // as in `attend ... | head`
		return exitFailed
	}
	fmt.Fprintln(stderr, "attend: "+message(err))
	return exitFailed
}

// errInterrupted ends a command that was told to stop and has said so itself.
var errInterrupted = errors.New("interrupted")

// message returns an error as one line without the name of the package it arose in, which
// means nothing to a user.
func message(err error) string {
	s := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	for cut := true; cut; {
		cut = false
		for _, name := range []string{"data: ", "run: ", "layers: ", "train: ", "embed: ", "inspect: "} {
			if strings.HasPrefix(s, name) {
				s, cut = s[len(name):], true
			}
			s = strings.ReplaceAll(s, "; "+name, "; ")
		}
	}
	return s
}
