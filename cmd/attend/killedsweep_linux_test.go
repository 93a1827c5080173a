package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"attend/internal/random"
	"attend/internal/sweep"
)

var (
	sweepTrials = flag.Int("sweep-trials", 12, "trials of the sweep of TestKilledSweep")
	sweepKills  = flag.Int("sweep-kills", 10, "kills of the processes that train the trials of that sweep")
	mainKills   = flag.Int("sweep-main-kills", 3, "kills of the process of that sweep")
)

// A sweep whose processes are killed at any moment, again and again, has each result exactly once and the same tensors as one that was
// not disturbed, and leaves no other file.
func TestKilledSweep(t *testing.T) {
	trials, kills, ofMain := *sweepTrials, *sweepKills, *mainKills
	if testing.Short() {
		trials, kills, ofMain = min(trials, 6), min(kills, 4), min(ofMain, 1)
	}
	stressFolder(t)
	if err := os.Mkdir("k", 0o755); err != nil {
		t.Fatal(err)
	}
	args := slices.Concat([]string{"sweep"}, quick,
		[]string{"--lr", "0.003,0.01", "--seeds", strconv.Itoa(trials / 2), "--keep-models", "all", "--jobs", "2"})
	if c := runChild(t, "straight", args...); c.code != 0 {
		t.Fatal(c.stderr)
	}
	killed, killedMain := 0, 0
	for i := uint64(0); killed < kills || killedMain < ofMain; i++ {
		if i == uint64(20*(kills+ofMain)) {
			t.Fatalf("%d processes of trials and %d of the sweep were killed", killed, killedMain)
		}
		if left, err := filepath.Glob("k/sweeps/animals/trials/*"); err == nil && killed < kills && len(left) == trials && finished(t, "k") == trials {
			if err := os.RemoveAll("k/sweeps"); err != nil { // so that there is something to kill
				t.Fatal(err)
			}
		}
		r := random.New(1, "sweep kills", i)
		cmd := exec.Command("attend", args...)
		cmd.Dir = "k"
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed += killWorkers(t, r, cmd, kills-killed, killedMain < ofMain)
		if killedMain < ofMain {
			if cmd.Process.Kill() == nil {
				killedMain++
			}
		}
		_ = cmd.Wait()
	}
	if c := runChild(t, "k", args...); c.code != 0 {
		t.Fatal(c.stderr)
	}
	t.Logf("killed %d processes of trials and %d of the sweep", killed, killedMain)
	straight, disturbed := sweepResults(t, "straight"), sweepResults(t, "k")
	if len(straight) != trials || len(disturbed) != trials {
		t.Errorf("%d and %d results, want %d", len(straight), len(disturbed), trials)
	}
	for trial, want := range straight {
		if got := disturbed[trial]; got != want {
			t.Errorf("trial %s: %s, undisturbed %s", trial, got, want)
		}
		folder := filepath.Join("sweeps/animals/trials", trial)
		wantSums, err := sumsOf(filepath.Join("straight", folder))
		if err != nil {
			t.Fatal(err)
		}
		if sums, err := sumsOf(filepath.Join("k", folder)); err != nil || sums != wantSums {
			t.Errorf("trial %s has other tensors than undisturbed (%v)", trial, err)
		}
	}
	err := filepath.WalkDir("k", func(path string, d os.DirEntry, err error) error {
		if name := d.Name(); err == nil && strings.HasPrefix(name, ".") {
			t.Errorf("left: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// killWorkers kills processes that train trials, at most so many, while the sweep runs, and returns how many. If begun is set it returns
// before the sweep ends.
func killWorkers(t *testing.T, r *rand.Rand, cmd *exec.Cmd, most int, begun bool) (killed int) {
	t.Helper()
	pid := cmd.Process.Pid
	const pause = 300 * time.Millisecond // on average half of it between two kills: a few trials
	until := time.Now().Add(time.Duration(r.Float64() * float64(3*time.Second)))
	for {
		time.Sleep(time.Duration(r.Float64() * float64(pause)))
		if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err != nil || strings.Contains(string(state), ") Z ") || begun && time.Now().After(until) {
			return killed
		}
		var children []string
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, of := range threads {
			b, _ := os.ReadFile(of)
			children = append(children, strings.Fields(string(b))...)
		}
		if killed < most && len(children) > 0 {
			child, err := strconv.Atoi(children[r.IntN(len(children))])
			if err != nil {
				t.Fatal(err)
			}
			if p, err := os.FindProcess(child); err == nil && p.Kill() == nil {
				killed++
			}
		}
	}
}

// finished returns the number of trials of the sweep in a folder that have ended.
func finished(t *testing.T, folder string) int {
	t.Helper()
	s, err := sweep.Open(filepath.Join(folder, "sweeps/animals"))
	if err != nil {
		t.Fatal(err)
	}
	return s.Done()
}

// sweepResults returns the results of a sweep by trial, without times. Two results of one trial are an error.
func sweepResults(t *testing.T, folder string) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "sweeps/animals/results.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	results := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r map[string]any
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		trial := fmt.Sprint(r["trial"])
		delete(r, "seconds")
		delete(r, "sum")
		if results[trial] != "" {
			t.Errorf("trial %s has two results", trial)
		}
		b, _ := json.Marshal(r)
		results[trial] = string(b)
	}
	return results
}
