//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"attend/internal/run"
)

// endless repeats its bytes for ever, and counts those that were read.
type endless struct {
	bytes string
	read  int
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.bytes[(e.read+i)%len(e.bytes)]
	}
	e.read += len(b)
	return len(b), nil
}

func fifo(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no FIFO here: %v", err)
	}
}

// wantLine runs a command line that must fail, and checks its one line.
func wantLine(t *testing.T, stdin io.Reader, want string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(context.Background(), args, stdin, &stdout, &stderr)
	if code == 0 || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), want) {
		t.Errorf("%q: code %d, %q, %q, want one line with %q", args, code, &stdout, &stderr, want)
	}
}

// A device without an end and a FIFO that nobody writes to are refused at once, wherever a path is given.
func TestSpecialFilesAreRefused(t *testing.T) {
	workshop(t)
	fifo(t, "fifo")
	write(t, "fifo.yaml", "data: fifo\n")
	write(t, "zero.yaml", "data: /dev/zero\n")
	for want, lines := range map[string][]string{
		"it is a device, not a regular file": {"train --data /dev/zero", "train --config /dev/zero", "train --config zero.yaml", "inspect --file /dev/zero",
			"eval --causes /dev/zero"},
		"it is a FIFO (named pipe), not a": {"train --config fifo", "train --config fifo.yaml"},
	} {
		for _, line := range lines {
			wantLine(t, strings.NewReader(""), want, strings.Fields(line)...)
		}
	}
	// The text of a run is a file for every command but the one that makes the run.
	if err := os.Remove("animals.txt"); err != nil {
		t.Fatal(err)
	}
	fifo(t, "animals.txt")
	for _, line := range []string{"eval", "heads", "train --resume runs/animals --steps 30", "inspect --baseline position cat", "compare --seeds 2 cat"} {
		wantLine(t, strings.NewReader(""), "it is a FIFO (named pipe), not a regular file: put it back there", strings.Fields(line)...)
	}
}

// Text without an end is not read to the end.
func TestEndlessStandardInput(t *testing.T) {
	workshop(t)
	zeros := func() *endless { return &endless{bytes: "\x00"} }
	first := zeros()
	wantLine(t, first, "standard input: line 1: byte 0 of the file is NUL", "train", "--data", "-")
	if first.read > 1<<20 {
		t.Errorf("%d bytes of NUL were read", first.read)
	}
	wantLine(t, zeros(), "--file -: line 1: byte 0 of the file is NUL", "inspect", "--file", "-")
	wantLine(t, &endless{bytes: "the cat\n"}, "--file -: it is larger than 64 MB", "inspect", "--file", "-")
	wantLine(t, zeros(), "--causes -: line 1: byte 0 of the file is NUL", "heads", "--causes", "-")
	wantLine(t, &endless{bytes: "the cat\n"}, "--causes -: it is larger than 10 MB", "heads", "--causes", "-")
	wantLine(t, &endless{bytes: "mine\n"}, "standard input: it is larger than 1 MB", "lesson", "reflect")
}

// --data <(command) and --file <(command) name a FIFO.
func TestTextFromAFIFO(t *testing.T) {
	workshop(t)
	fifo(t, "fifo")
	send := func() {
		if err := os.WriteFile("fifo", []byte(animals), 0o600); err != nil {
			t.Error(err)
		}
	}
	go send()
	if code, _, stderr := attend(t, "", append([]string{"train", "--out", "again"}, append(small, "--data", "fifo")...)...); code != 0 {
		t.Error(stderr)
	}
	var texts [2]string
	for i, path := range []string{"again", "runs/animals"} {
		r, err := run.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = r.DataSHA256
	}
	if texts[0] != texts[1] {
		t.Error("the text came otherwise through a FIFO")
	}
	go send()
	code, stdout, stderr := attend(t, "", "inspect", "--file", "fifo", "--format", "json")
	if code != 0 || !strings.Contains(stdout, "the dog ran to the mat") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

// A FIFO is written into by reflect, not read.
func TestReflectIntoAFIFO(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	fifo(t, "fifo")
	received := make(chan string)
	go func() {
		b, err := os.ReadFile("fifo")
		if err != nil {
			t.Error(err)
		}
		received <- string(b)
	}()
	code, _, stderr := attend(t, "the mask\n", "lesson", "reflect", "-o", "fifo")
	if got := <-received; code != 0 || !strings.Contains(got, "the mask") {
		t.Errorf("code %d, %q, received %q", code, stderr, got)
	}
}
