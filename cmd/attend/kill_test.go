package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"attend/internal/random"
)

var kills = flag.Int("kills", 40, "processes that TestKilledCommands kills")

// killTally counts what kills did.
type killTally struct {
	kills, ended                          int // ended: processes that were done before they could be killed
	inStart, inResume, inOverwrite        int
	corrupt, gone, changed, stale, untidy int
	restored, finished, leftovers, wrong  int
}

func (c killTally) failed() bool {
	return c.corrupt+c.gone+c.changed+c.stale+c.untidy+c.leftovers+c.wrong > 0
}

func (c killTally) String() string {
	return fmt.Sprintf("%d kills (%d of a new training, %d of a resumed one, %d of one that overwrites), %d came too late: %d corrupt, %d gone from their name, "+
		"%d runs changed that should be as before, %d steps lost, %d messages not clear; %d runs restored, %d trained to the end: %d leftovers, %d with other bytes than undisturbed",
		c.kills, c.inStart, c.inResume, c.inOverwrite, c.ended, c.corrupt, c.gone, c.changed, c.stale, c.untidy, c.restored, c.finished, c.leftovers, c.wrong)
}

// state is what a run folder holds.
type state struct {
	there, whole   bool
	seed           string
	step           int
	sums           [2]string
	note, problems string // what the command that looked wrote to standard error
}

// Commands killed at any moment, one after the other in one folder, leave the run under its name, whole, and once a training
// there was not killed the folder is as if none had been.
func TestKilledCommands(t *testing.T) {
	most := *kills
	if testing.Short() {
		most = min(most, 12)
	}
	stressFolder(t)
	for seed := 1; seed <= 2; seed++ {
		undisturbed(t, seed)
	}
	if err := os.Mkdir("k", 0o755); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	runChild(t, "k", quickTraining(1, "--out", "timed", "--save-interval", "2")...)
	whole := time.Since(began)
	if err := os.RemoveAll("k/timed"); err != nil {
		t.Fatal(err)
	}
	reader := newWorker(t, "k", longest)
	var c killTally
	for i := uint64(0); c.kills < most; i++ {
		r := random.New(1, "kills", i)
		killOnce(t, r, whole, reader, &c, i)
		if r.IntN(3) == 0 {
			finishKilled(t, r, reader, &c, i)
		}
	}
	finishKilled(t, random.New(1, "kills"), reader, &c, 0)
	if c.failed() {
		t.Errorf("%v", c)
	} else {
		t.Logf("%v", c)
	}
}

// killOnce starts a training that suits what is there, kills it and checks what it left.
func killOnce(t *testing.T, r *rand.Rand, whole time.Duration, reader *worker, c *killTally, i uint64) {
	t.Helper()
	if r.IntN(6) == 0 { // a start wants a free name
		if err := os.RemoveAll("k/X"); err != nil {
			t.Fatal(err)
		}
	}
	before := look(reader)
	seed := 1 + r.IntN(2)
	var args []string
	switch {
	case !before.there:
		args = quickTraining(seed, "--out", "X", "--save-interval", "2")
	case before.step < 60 && r.IntN(2) == 0:
		args = []string{"train", "--resume", "X", "--save-interval", "2"}
	default:
		args = quickTraining(seed, "--out", "X", "--save-interval", "2", "--overwrite")
	}
	say := func(format string, a ...any) {
		t.Logf("kill %d of %s: %s", i, strings.Join(args, " "), fmt.Sprintf(format, a...))
	}

	cmd, wait := startChild(t, "k", args...)
	ended := make(chan child, 1)
	go func() { ended <- wait() }()
	end := killAtSomeMoment(t, r, cmd, ended, whole)
	switch {
	case !end.killed && end.code == 0:
		c.ended++
	case !end.killed:
		c.untidy++
		say("code %d: %s", end.code, end.stderr)
	default:
		c.kills++
		switch {
		case !before.there:
			c.inStart++
		case args[1] == "--resume":
			c.inResume++
		default:
			c.inOverwrite++
		}
	}

	after := look(reader)
	if after.note != "" {
		c.restored++
	}
	same := after.seed == before.seed && after.sums == before.sums
	switch {
	case !after.there && before.there:
		c.gone++
		say("X is gone: %s; the folder holds %v", after.problems, names("k"))
	case !after.there:
		if wrong := badMessage(after.problems); wrong != "" {
			c.untidy++
			say("%s: %q", wrong, after.problems)
		}
	case !after.whole:
		c.corrupt++
		say("X does not open: %s", after.problems)
		if err := os.RemoveAll("k/X"); err != nil {
			t.Fatal(err)
		}
	case args[1] == "--resume" && after.seed != before.seed:
		c.changed++
		say("the seed was %s and is %s", before.seed, after.seed)
	case args[1] == "--resume" && after.step < before.step:
		c.stale++
		say("was at step %d and is at %d", before.step, after.step)
	case before.there && args[1] != "--resume" && !same && after.seed != fmt.Sprint(seed):
		c.changed++
		say("X is neither the old run nor one with seed %d", seed)
	}
}

// killAtSomeMoment kills a process after a delay: a share of the time that a whole training takes, or a moment after a temporary
// file appeared, which is when a run is being made, saved or replaced.
func killAtSomeMoment(t *testing.T, r *rand.Rand, cmd *exec.Cmd, ended <-chan child, whole time.Duration) child {
	t.Helper()
	delay := time.Duration(r.Float64() * 1.1 * float64(whole))
	if r.IntN(2) == 0 {
		delay = time.Duration(r.Float64() * float64(2*time.Millisecond))
		was, skip := names("k"), r.IntN(12)
		for limit := time.Now().Add(whole); time.Now().Before(limit) && len(ended) == 0; time.Sleep(50 * time.Microsecond) {
			now := names("k")
			if now != was && strings.Contains(now, ".tmp-") {
				if skip--; skip < 0 {
					break
				}
			}
			was = now
		}
	}
	select {
	case end := <-ended:
		return end
	case <-time.After(delay):
	}
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	return <-ended
}

// names lists what a folder holds, and the run X in it.
func names(dir string) string {
	var all []string
	for _, path := range []string{dir, filepath.Join(dir, "X")} {
		entries, _ := os.ReadDir(path)
		for _, e := range entries {
			all = append(all, e.Name())
		}
	}
	return strings.Join(all, " ")
}

var (
	seedLine = regexp.MustCompile(`(?m)^seed: (\d+)$`)
	stepKey  = regexp.MustCompile(`"step":"(\d+)"`)
)

// look opens the run X with its logs, as the next command of a user does, and says what it is.
func look(reader *worker) state {
	var s state
	o := reader.do(job{Args: []string{"inspect", "--run", "X", "the cat sat"}})
	s.note = string(o.Stderr)
	if _, err := os.Stat("k/X"); err != nil {
		s.note, s.problems = "", s.note+o.Died
		return s
	}
	s.there, s.whole = true, o.Code == 0
	if o.Code == 0 {
		o = reader.do(job{Args: []string{"film", "--run", "X"}})
		s.whole = o.Code == 0
	}
	if !s.whole {
		s.note, s.problems = "", string(o.Stderr)+o.Died
		return s
	}
	settings, _ := os.ReadFile("k/X/training.yaml")
	if m := seedLine.FindSubmatch(settings); m != nil {
		s.seed = string(m[1])
	}
	saved, _ := os.ReadFile("k/X/state.safetensors")
	if m := stepKey.FindSubmatch(saved); m != nil {
		s.step, _ = strconv.Atoi(string(m[1]))
	}
	s.sums, _ = sumsOf("k/X")
	return s
}

// finishKilled carries out a training that is not killed, and checks that the folder is as if none had been.
func finishKilled(t *testing.T, r *rand.Rand, reader *worker, c *killTally, i uint64) {
	t.Helper()
	s := look(reader)
	var end child
	if s.there && s.step < 60 && r.IntN(2) == 0 {
		end = runChild(t, "k", "train", "--resume", "X", "--save-interval", "20")
	} else {
		s.seed = fmt.Sprint(1 + r.IntN(2))
		more := []string{"--out", "X"}
		if s.there {
			more = append(more, "--overwrite")
		}
		end = runChild(t, "k", quickTraining(int(s.seed[0]-'0'), more...)...)
	}
	c.finished++
	say := func(format string, a ...any) {
		t.Logf("after kill %d, %s: %s", i, strings.Join(end.args, " "), fmt.Sprintf(format, a...))
	}
	if end.code != 0 {
		c.corrupt++
		say("code %d: %s", end.code, end.stderr)
		return
	}
	if left := leftovers(t, "k"); len(left) > 0 {
		c.leftovers += len(left)
		say("left %v", left)
		for _, path := range left { // so that each is counted once
			_ = os.RemoveAll(path)
		}
	}
	sums, err := sumsOf("k/X")
	film, _ := os.ReadFile("k/X/film.jsonl")
	straight, _ := os.ReadFile(filepath.Join("straight", s.seed, "film.jsonl"))
	if err != nil || sums != undisturbed(t, int(s.seed[0]-'0')) || !bytes.Equal(film, straight) {
		c.wrong++
		say("the run has other bytes than an undisturbed one: %v", err)
	}
}
