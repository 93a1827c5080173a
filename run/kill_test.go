package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"attend/internal/random"
)

// childFolder names the folder in which the test program, started once more, trains.
const childFolder = "ATTEND_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFolder); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// killed are the settings of a training that saves after every update.
func killed() Settings {
	s := small()
	s.Steps, s.EvalInterval, s.SaveInterval, s.Dropout = 120, 2, 1, 0.1
	return s
}

// child starts the training in the folder or goes on with it.
func child(path string) error {
	training, err := Resume(path, loadSmall, nil)
	if _, missing := os.Stat(path); errors.Is(missing, fs.ErrNotExist) {
		s := killed()
		corpus, err := loadSmall(s)
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
		training.slot.release()
		if training.Step < training.Settings.Steps {
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
