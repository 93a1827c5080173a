package run

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"attend/internal/random"
)

// childFolder names the folder in which the test program, started once more, trains.
const childFolder = "ATTEND_TEST_CHILD"

// childWindow names the folder of a run that the test program, started once more, overwrites in two steps. Between the
// two it says so and waits for the end of its input.
const childWindow = "ATTEND_TEST_WINDOW"

func TestMain(m *testing.M) {
	if path := os.Getenv(childWindow); path != "" {
		if err := childInWindow(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(childChange); path != "" {
		if err := childChanges(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(childFolder); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// killed are the settings of a training that saves after every update and stops early.
func killed() Settings {
	s := overshooting()
	s.Steps, s.Warmup, s.EvalInterval, s.SaveInterval, s.Dropout, s.Patience = 150, 150, 2, 1, 0.1, 20
	return s
}

// child starts the training in the folder or goes on with it.
func child(path string) error {
	training, err := Resume(path, loadSmall, nil)
	if _, missing := os.Stat(path); errors.Is(missing, fs.ErrNotExist) {
		s := killed()
		corpus, err := smallCorpus(s)
		if err != nil {
			return err
		}
		if s, err = s.Resolve(corpus); err != nil {
			return err
		}
		if training, err = Start(path, s, corpus, false); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return training.Train(context.Background(), func(Progress) {})
}

// A training killed at any moment leaves no folder or one that opens and resumes, and however
// often it is killed it ends with the files of one that never was.
func TestKill(t *testing.T) {
	t.Parallel()
	kills := 50
	if testing.Short() {
		kills = 5
	}
	straight := filepath.Join(t.TempDir(), "straight")
	finish(t, begin(t, straight, killed(), smallText()))
	want := sums(t, straight)
	if r := opened(t, straight); !r.StoppedEarly() || r.Step == r.Trained {
		t.Fatalf("the training ends at step %d with the weights of step %d: it was to stop early", r.Trained, r.Step)
	}

	path := filepath.Join(t.TempDir(), "run")
	none, unfinished, swept := 0, 0, 0
	for i := range kills {
		dice := random.New(1, "kill", uint64(i))
		delay := time.Duration(dice.Float64() * float64(100*time.Millisecond))
		begun := i%5 > 0
		if !begun { // the first moments: often before there is a folder
			delay /= 6
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
		runChild(t, path, begun, delay)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			none++
			continue
		}
		swept += len(temporaries(t, path))
		opened(t, path)
		training := resumed(t, path)
		training.name.release()
		if !training.Finished() {
			unfinished++
		}
		if left := temporaries(t, path); len(left) > 0 {
			t.Errorf("kill %d: left %v", i, left)
		}
	}
	t.Logf("%d kills: %d before there was a folder, %d amid training, %d temporary files swept", kills, none, unfinished, swept)
	if unfinished == 0 {
		t.Error("no kill came amid a training")
	}
	runChild(t, path, true, time.Minute)
	if got := sums(t, path); got != want {
		t.Errorf("SHA-256 %v, want %v", got, want)
	}
	for _, name := range everyFile {
		if name != metricsFile && !bytes.Equal(contents(t, path, name), contents(t, straight, name)) {
			t.Errorf("%s differs", name)
		}
	}
	if !reflect.DeepEqual(untimed(t, path), untimed(t, straight)) {
		t.Errorf("%s differs in more than times", metricsFile)
	}
}

// runChild runs the training in a process of its own and kills it after the delay, which counts from its start, or
// from when its folder is there: a busy machine may take long to start it.
func runChild(t *testing.T, path string, begun bool, delay time.Duration) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+path)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for begun && len(ended) == 0 {
		if _, err := os.Stat(path); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("the child failed: %v\n%s", err, &out)
		}
	case <-time.After(delay):
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		<-ended
	}
}

// childInWindow overwrites the run in the folder.
func childInWindow(path string) error {
	training, err := overwrite(twoSteps(func() {
		fmt.Println("window")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}), path, 7)
	if err != nil {
		return err
	}
	return training.Train(context.Background(), func(Progress) {})
}

// killInWindow kills a process that overwrites a run while neither the old nor the new one is at its name.
func killInWindow(t *testing.T, path string) {
	t.Helper()
	killReplacing(t, path, true, 0)
}

var windows = flag.Int("windows", 24, "processes that TestKillWhileReplacing kills")

// A process that is killed while the run that it replaces is not at its name, or just after, loses nothing: the next
// command, whichever it is, finds the old run or the new one, and says if it put the old one back; the next that makes
// a run there leaves nothing behind.
func TestKillWhileReplacing(t *testing.T) {
	t.Parallel()
	most := *windows
	if testing.Short() {
		most = min(most, 8)
	}
	straight := filepath.Join(t.TempDir(), "straight")
	stopAt(t, begin(t, straight, killed(), smallText()), 3)
	old := sums(t, straight)
	restored := 0
	for i := range most {
		dice := random.New(1, "replace", uint64(i))
		parent := t.TempDir()
		path := filepath.Join(parent, "run")
		if err := os.CopyFS(path, os.DirFS(straight)); err != nil {
			t.Fatal(err)
		}
		inside := i%3 > 0
		killReplacing(t, path, inside, time.Duration(dice.Float64()*float64(3*time.Millisecond)))
		if _, err := os.Stat(path); inside && err == nil {
			t.Fatalf("kill %d: the run is at its name in the window", i)
		}
		var notes []string
		next := dice.IntN(3)
		switch next {
		case 0: // a reader
			notes = opened(t, path).Notes
		case 1: // a training of another name
			begun := begin(t, filepath.Join(parent, "other"), killed(), smallText())
			notes = begun.Notes
			begun.Close()
		case 2: // one that goes on
			begun := resumed(t, path)
			notes = begun.Notes
			begun.Close()
		}
		if inside && len(notes) == 0 { // one that was just let go may be inside too
			t.Errorf("kill %d, command %d: nothing says that the run was restored", i, next)
		}
		restored += len(notes)
		if inside && sums(t, path) != old {
			t.Errorf("kill %d, command %d: the run that was restored is not the old one", i, next)
		}
		opened(t, path)
		begin(t, filepath.Join(parent, "last"), killed(), smallText()).Close()
		if left := temporaries(t, parent); len(left) > 0 {
			t.Errorf("kill %d, command %d: left %v", i, next, left)
		}
	}
	t.Logf("%d kills, %d runs restored", most, restored)
}

// killReplacing kills a process that replaces a run: inside of the window in which the run is not at its name, or so long after.
func killReplacing(t *testing.T, path string, inside bool, after time.Duration) {
	t.Helper()
	cmd, stdin := startChild(t, childWindow+"="+path, "window")
	if !inside {
		stdin.Close()
		<-time.After(after)
	}
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// startChild starts this test in a process with a variable in its environment, and waits for its first line of output. Its
// standard error is a *bytes.Buffer.
func startChild(t *testing.T, variable, ready string) (cmd *exec.Cmd, stdin io.WriteCloser) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != ready+"\n" {
		t.Fatalf("%q, %v: %s", line, err, &stderr)
	}
	return cmd, stdin
}
