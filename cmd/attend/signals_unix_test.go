//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"attend/internal/run"
)

// endlessTraining is a training that saves only when it is told to stop, in a folder of that name.
var endlessTraining = append(append([]string{"train"}, small...), "--steps", "1000000", "--warmup", "5", "--save-interval", "1000000", "--out", "run")

// training is a process that trains.
type training struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdout bytes.Buffer
	stderr io.ReadCloser
	lines  *bufio.Scanner // of stderr
}

func startTraining(t *testing.T, name string, args ...string) *training {
	t.Helper()
	// A child of a process that handles SIGHUP begins with its default action, also where nohup runs this test.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
	p := &training{t: t, cmd: exec.Command(name, args...)}
	p.cmd.Stdout = &p.stdout
	var err error
	if p.stderr, err = p.cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(p.stderr)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// evaluations waits for so many lines of progress.
func (p *training) evaluations(n int) {
	p.t.Helper()
	for n > 0 {
		if !p.lines.Scan() {
			p.t.Fatalf("the training ended: %v, %s", p.cmd.Wait(), &p.stdout)
		}
		if strings.HasPrefix(p.lines.Text(), "step ") {
			n--
		}
	}
}

func (p *training) send(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// sendUntilEnd sends a signal again and again, and returns the exit code.
func (p *training) sendUntilEnd(s os.Signal) int {
	p.t.Helper()
	p.send(s)
	ended := make(chan error, 1)
	go func() {
		for p.lines.Scan() {
		}
		ended <- p.cmd.Wait()
	}()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-ended:
			return p.cmd.ProcessState.ExitCode()
		case <-again.C:
			_ = p.cmd.Process.Signal(s) // which fails once it has ended
		}
	}
}

// wantSaved checks that a run was saved after its first step, and that nothing else is in its folder.
func wantSaved(t *testing.T, path string) {
	t.Helper()
	r, err := run.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.Step == 0 {
		t.Error("nothing was saved")
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != len(runFiles) {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// A shell that is closed sends SIGHUP, and the system sends it once more: the training saves all the same.
func TestHangupSaves(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	p := startTraining(t, "attend", endlessTraining...)
	p.evaluations(1)
	if code := p.sendUntilEnd(syscall.SIGHUP); code != exitInterrupted || !strings.Contains(p.stdout.String(), "and saved. Next: attend train --resume run") {
		t.Errorf("exit code %d, want %d; %s", code, exitInterrupted, &p.stdout)
	}
	wantSaved(t, "run")
}

// nohup has a program begin with SIGHUP ignored.
func TestHangupIsIgnoredUnderNohup(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	p := startTraining(t, "sh", append([]string{"-c", `trap "" HUP; exec attend "$@"`, "sh"}, endlessTraining...)...)
	p.evaluations(1)
	p.send(syscall.SIGHUP)
	p.evaluations(20)
	p.send(syscall.SIGTERM)
	for p.lines.Scan() {
	}
	_ = p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	wantSaved(t, "run")
}

// Whoever read the progress is gone: the training stops and saves.
func TestNobodyReadsTheProgress(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	p := startTraining(t, "attend", endlessTraining...)
	p.evaluations(1)
	p.stderr.Close()
	_ = p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	wantSaved(t, "run")
}

// Ctrl-C again and again ends the process wherever it is, while it saves too. What is left opens and goes on.
func TestInterruptsAmidSaving(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	p := startTraining(t, "attend", append(endlessTraining, "--save-interval", "1")...)
	for i := range 5 {
		p.evaluations(1 + i)
		if code := p.sendUntilEnd(os.Interrupt); code != exitInterrupted && code != -1 {
			t.Errorf("exit code %d", code)
		}
		entries, err := os.ReadDir("run")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.Contains(e.Name(), ".tmp-") != strings.HasPrefix(e.Name(), ".") {
				t.Errorf("%s is neither a file of a run nor marked as unfinished", e.Name())
			}
		}
		if _, err := run.Open("run"); err != nil {
			t.Fatal(err)
		}
		p = startTraining(t, "attend", "train", "--resume", "run")
	}
	p.evaluations(1)
	if code := p.sendUntilEnd(syscall.SIGHUP); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	wantSaved(t, "run")
}
