//go:build unix

package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"strings"
	"testing"
)

// What the system refuses is one line that names the path, the cause and what to do.
func TestErrorsOfTheSystem(t *testing.T) {
	workshop(t)
	long := strings.Repeat("k", 255)
	for _, link := range [][2]string{{"loop", "loop"}, {"loop.svg", "loop.svg"}, {"nowhere", "gone.svg"}} {
		if err := os.Symlink(link[0], link[1]); err != nil {
			t.Skip(err)
		}
	}
	socket, err := net.Listen("unix", "socket")
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	fifo(t, "fifo")
	want := func(text, line string) {
		t.Helper()
		wantLine(t, strings.NewReader("mine"), text, strings.Fields(line)...)
	}
	train := "train " + strings.Join(small, " ") + " --out "
	want("loop: too many levels of symbolic links: remove the symbolic link that leads back to itself", train+"loop")
	want("loop: too many levels of symbolic links: remove the symbolic link that leads back to itself", "heads --run loop")
	want("loop: too many levels of symbolic links: remove the symbolic link that leads back to itself", "train --resume loop")
	want("file name too long: choose a shorter name", train+long+"k")
	want("file name too long: choose a shorter name", "inspect cat --format csv -o "+long+"k")
	want("/dev/null is a device, not a run folder", "heads --run /dev/null")
	want("/dev/null is a device: choose another folder", train+"/dev/null")
	want("--output socket: it is a socket, not a regular file: name another file", "inspect cat --format csv -o socket")
	want("--output fifo: no process reads that FIFO: name another file", "inspect cat --format csv -o fifo")
	want("--output fifo: no process reads that FIFO: name another file", "lesson reflect -o fifo")
	want("--output loop.svg: it is a symbolic link to something that is not there: name another file", "inspect cat -o loop.svg")
	want("--output gone.svg: it is a symbolic link to something that is not there: name another file", "inspect cat -o gone.svg")
	for _, line := range []string{train + long[1:], "inspect cat --format csv -o " + long, train + long[1:] + " --overwrite"} {
		if code, _, stderr := attend(t, "", strings.Fields(line)...); code != 0 {
			t.Errorf("%s: %s", line, stderr)
		}
	}
	t.Chdir(t.TempDir())
	write(t, "runs", "mine")
	want("runs is a file, and a run is kept in a folder of that name: move the file elsewhere, or choose a folder with --out", "train")
	if err := os.Remove("runs"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("runs", "runs"); err != nil {
		t.Fatal(err)
	}
	want("runs/savanna: too many levels of symbolic links: remove the symbolic link", "train")
	want("cannot look for runs in runs: too many levels of symbolic links", "heads")
	gone := t.TempDir()
	t.Chdir(gone)
	if err := os.Remove(gone); err != nil {
		t.Skip(err)
	}
	for _, line := range []string{"train", "train --out x", "train --data animals.txt"} {
		want("the working directory is not there any more: change to another folder with cd", line)
	}
}

// A standard output that takes nothing is a failure of every command, help included.
func TestFullStandardOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	workshop(t)
	for _, line := range []string{"", "--help", "train --help", "help", "help heads", "completion bash", "lesson", "lesson 2", "why cat", "heads", "explain cat", "film", "words",
		"inspect cat", "inspect cat --format json", "inspect cat --format csv", "inspect cat --format html", "inspect cat --format svg", "inspect cat --format png", "eval", "complete the"} {
		var stderr bytes.Buffer
		code := execute(context.Background(), strings.Fields(line), strings.NewReader(""), full, &stderr)
		if want := "attend: standard output cannot be written: no space left on device: free some space"; code != exitFailed || !strings.HasPrefix(stderr.String(), want) || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%s: code %d, %q", line, code, &stderr)
		}
	}
}
