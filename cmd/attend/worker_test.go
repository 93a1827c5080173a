package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// workerName is the name under which the test binary carries out many command lines in one process: see [work].
const workerName = "attend-worker"

// Bounds of a worker.
const (
	mostMemory  = 1 << 30   // bytes; beyond them the process is killed before it harms the machine
	jobsOfOne   = 400       // before a new process takes over
	startAnew   = 100 << 20 // bytes held, from which on a new process takes over
	memoryCheck = 5 * time.Millisecond
)

// job is a command line for a worker.
type job struct {
	Args   []string
	Stdin  []byte
	StopAt string // once standard error holds this text, the command is interrupted; nothing: it never is
}

// outcome is what became of a command line.
type outcome struct {
	Code           int
	Stdout, Stderr []byte
	Seconds        float64
	Peak           int64  // bytes: the most that the process held while the command ran (Linux; elsewhere 0)
	Died           string // the end of what the process wrote if it died of the command, or why it was killed
}

// work reads jobs, one a line of JSON, and answers each with its outcome. Beside a process for each command this
// saves the time in which one starts.
func work() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var j job
		if err := in.Decode(&j); err != nil {
			return
		}
		if held() > startAnew/2 {
			debug.FreeOSMemory()
		}
		debug.SetGCPercent(100)                                       // a training sets its own
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) // the peak counts from here
		ctx, cancel := context.WithCancel(context.Background())
		var stdout bytes.Buffer
		stderr := stopWriter{at: j.StopAt, stop: cancel}
		began := time.Now()
		o := outcome{Code: execute(ctx, j.Args, bytes.NewReader(j.Stdin), &stdout, &stderr)}
		o.Seconds, o.Peak = time.Since(began).Seconds(), status("VmHWM")
		o.Stdout, o.Stderr = stdout.Bytes(), stderr.Bytes()
		cancel()
		if err := out.Encode(o); err != nil {
			return
		}
	}
}

// stopWriter keeps what is written and calls stop once it holds a text.
type stopWriter struct {
	bytes.Buffer
	at   string
	stop func()
}

func (w *stopWriter) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	if w.at != "" && bytes.Contains(w.Bytes(), []byte(w.at)) {
		w.stop()
	}
	return n, err
}

// status returns a line of /proc/self/status in bytes, 0 where there is no such file.
func status(name string) int64 {
	b, _ := os.ReadFile("/proc/self/status")
	_, line, _ := strings.Cut(string(b), name+":")
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(fields[0], 10, 64)
	return n << 10
}

// held is the memory that this process holds, in bytes.
func held() int64 { return status("VmRSS") }

// worker is a process that carries out command lines, as its parent sees it.
type worker struct {
	t      testing.TB
	dir    string // its working folder
	limit  time.Duration
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    chan outcome
	stderr lockedBuffer
	done   int
}

// newWorker returns a worker in a working folder. A command that takes longer than the limit is killed.
func newWorker(t testing.TB, dir string, limit time.Duration) *worker {
	w := &worker{t: t, dir: dir, limit: limit}
	t.Cleanup(w.close)
	return w
}

func (w *worker) start() {
	w.t.Helper()
	w.cmd = exec.Command(workerName)
	w.cmd.Dir, w.cmd.Stderr = w.dir, &w.stderr
	w.stderr.reset()
	in, err := w.cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.in, w.out, w.done = in, make(chan outcome), 0
	go func(answers chan<- outcome) {
		d := json.NewDecoder(bufio.NewReader(out))
		for {
			var o outcome
			if d.Decode(&o) != nil {
				close(answers)
				return
			}
			answers <- o
		}
	}(w.out)
}

func (w *worker) close() {
	if w.cmd != nil {
		w.in.Close()
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait()
		w.cmd = nil
	}
}

// do carries out one command line.
func (w *worker) do(j job) outcome {
	w.t.Helper()
	if w.cmd == nil {
		w.start()
	}
	b, err := json.Marshal(j)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.in.Write(append(b, '\n')); err != nil {
		w.t.Fatalf("a worker is gone: %v\n%s", err, w.stderr.text())
	}
	began, check := time.Now(), time.NewTicker(memoryCheck)
	defer check.Stop()
	limit := time.After(w.limit)
	for {
		select {
		case o, ok := <-w.out:
			if !ok {
				_ = w.cmd.Wait() // until all of its standard error is here
				w.cmd = nil
				return outcome{Code: -1, Died: w.stderr.text(), Seconds: time.Since(began).Seconds()}
			}
			if w.done++; w.done >= jobsOfOne || o.Peak > startAnew {
				w.close()
			}
			return o
		case <-limit:
			_ = w.cmd.Process.Signal(syscall.SIGQUIT) // so that it writes where it is
			select {
			case <-w.out:
			case <-time.After(time.Second):
			}
			w.close()
			trace := w.stderr.text()
			if at := strings.Index(trace, "goroutine 1 "); at >= 0 {
				trace = trace[at:]
			}
			return outcome{Code: -1, Died: fmt.Sprintf("it was killed after %v: %s", w.limit, trace), Seconds: w.limit.Seconds()}
		case <-check.C:
			if n := w.memory(); n > mostMemory {
				w.close()
				return outcome{Code: -1, Died: "it was killed for its memory", Peak: n, Seconds: time.Since(began).Seconds()}
			}
		}
	}
}

// memory is what the worker holds now, in bytes; 0 where the system does not tell.
func (w *worker) memory() int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.cmd.Process.Pid))
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// lockedBuffer is a buffer that is read while another goroutine writes.
type lockedBuffer struct {
	mutex sync.Mutex
	b     bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) reset() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.b.Reset()
}

// text returns what was written.
func (b *lockedBuffer) text() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.b.String()
}

// child is a command in a process of its own.
type child struct {
	args           []string
	code           int
	stdout, stderr string
	ended          time.Time
	killed         bool // it was killed before it ended
}

// longest is how long a child may take before the test fails.
const longest = 2 * time.Minute

// startChild starts a command in a working folder. The returned function waits for its end.
func startChild(t testing.TB, dir string, args ...string) (*exec.Cmd, func() child) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	cmd := exec.CommandContext(ctx, "attend", args...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	return cmd, func() child {
		_ = cmd.Wait()
		ended := time.Now()
		if ctx.Err() != nil {
			t.Errorf("attend %s did not end within %v", strings.Join(args, " "), longest)
		}
		cancel()
		return child{args, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), ended, !cmd.ProcessState.Exited()}
	}
}

// runChild carries out a command in a process of its own.
func runChild(t testing.TB, dir string, args ...string) child {
	t.Helper()
	_, wait := startChild(t, dir, args...)
	return wait()
}

// badMessage says what is wrong with what a failed command wrote to standard error, or returns nothing. One line begins
// with attend: and is the last; lines of a training's progress may stand before it.
func badMessage(stderr string) string {
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	found := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "attend: ") {
			found++
		}
		for _, trace := range []string{"panic:", "fatal error:", "goroutine "} {
			if strings.HasPrefix(line, trace) {
				return "a stack trace"
			}
		}
	}
	switch {
	case found != 1:
		return fmt.Sprintf("%d lines that begin with attend:", found)
	case !strings.HasPrefix(lines[len(lines)-1], "attend: "):
		return "more lines after the message"
	}
	return ""
}
