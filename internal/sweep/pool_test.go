package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"attend/data"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// workerEnv makes the test binary a worker, of the kind that it names.
const workerEnv = "ATTEND_TEST_WORKER"

func TestMain(m *testing.M) {
	if kind := os.Getenv(workerEnv); kind != "" {
		os.Exit(testWorker(kind))
	}
	os.Exit(m.Run())
}

// testWorker trains trials on the small text, unless its kind says otherwise.
func testWorker(kind string) int {
	w := Worker{Load: func(s run.Settings) (*data.Corpus, error) {
		if kind == "changed" {
			return data.Load(s.Data, strings.NewReader(runtest.Text()+runtest.Text()), s.Options())
		}
		return data.Load(s.Data, strings.NewReader(runtest.Text()), s.Options())
	}}
	if kind == "full" { // the disk is, after the first trial
		var t Task
		if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
			return 1
		}
		_ = json.NewEncoder(os.Stdout).Encode(Report{Trial: t.Trial, Stop: "no space is left"})
		_, _ = new(bytes.Buffer).ReadFrom(os.Stdin)
		return 0
	}
	if err := w.Run(context.Background(), io.TeeReader(os.Stdin, deadly(kind)), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// deadly ends the process that reads a trial of dim 16, in the way that it names.
type deadly string

func (d deadly) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(`"dim":16,`)) {
		switch d {
		case "crash":
			panic("the worker of dim 16 crashes")
		case "killed":
			if p, err := os.FindProcess(os.Getpid()); err == nil {
				_ = p.Kill()
				select {}
			}
		}
	}
	return len(b), nil
}

// workers returns a command for workers of a kind, and counts them.
func workers(t testing.TB, kind string) (command func() *exec.Cmd, count *atomic.Int32) {
	t.Helper()
	if kind == "" {
		t.Fatal("a worker needs a kind: without one the test binary would run all tests again, and start more workers")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	count = new(atomic.Int32)
	return func() *exec.Cmd {
		count.Add(1)
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), workerEnv+"="+kind)
		return cmd
	}, count
}

// tiny are the values of trainings that take milliseconds.
func tiny(more Values) Values {
	return Values{"data": "small", "min-count": "1", "dim": "8", "hidden": "16", "heads": "2", "batch": "8", "steps": "4", "warmup": "1",
		"eval-interval": "2", "save-interval": "2"}.With(more)
}

// smallText returns the SHA-256 of the small text.
func smallText(t testing.TB) string {
	t.Helper()
	corpus, err := data.Load("small", strings.NewReader(runtest.Text()), run.Defaults().Options())
	if err != nil {
		t.Fatal(err)
	}
	return corpus.SHA256
}

// runSweep runs a sweep of tiny trainings in a folder and returns it, with the trials that ended in it.
func runSweep(t testing.TB, path string, values Values, kind string) (s *Sweep, ended []Trial, err error) {
	t.Helper()
	s, err = Begin(path, plan(t, tiny(values)), smallText(t), false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	command, _ := workers(t, kind)
	err = s.Run(context.Background(), 2, command, func(e Event) {
		if e.Outcome != nil {
			ended = append(ended, e.Trial)
		}
	})
	return s, ended, err
}

func TestSweepTrainsWhatIsNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	s, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03", "seeds": "2"}, "plain")
	if err != nil || len(ended) != 4 || s.Done() != 4 {
		t.Fatalf("%d of 4 trials ended, %v", len(ended), err)
	}
	again, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03", "seeds": "2"}, "plain")
	if err != nil || len(ended) != 0 || again.Done() != 4 {
		t.Errorf("again: %d trials were trained, %v", len(ended), err)
	}
	more, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03,0.1", "seeds": "3"}, "plain")
	if err != nil || len(ended) != 5 || more.Done() != 9 {
		t.Errorf("one more value and one more seed: %d trials were trained, want 5, %v", len(ended), err)
	}
	r := more.Ranking()
	if len(r.Points) != 3 || r.Points[0].Objective.N != 3 || r.Effects.Variance == nil {
		t.Errorf("%+v", r)
	}
	read, err := Open(path)
	if err != nil || read.Done() != 9 || !slices.EqualFunc(read.Ranking().Points, r.Points, func(a, b Point) bool {
		return slices.Equal(a.Values, b.Values) && a.Objective.Mean == b.Objective.Mean
	}) {
		t.Errorf("opened: %+v, %v", read, err)
	}
	checkWeights(t, more)
}

// The maps of all trials remain, those without weights too.
func TestMapsRemain(t *testing.T) {
	s, ended, err := runSweep(t, filepath.Join(t.TempDir(), "sweeps", "small"), Values{"lr": "0.01,0.03"}, "plain")
	if err != nil || len(ended) != 2 {
		t.Fatal(len(ended), err)
	}
	for _, trial := range ended {
		m, err := s.Map(trial.Hash)
		if err != nil || m == nil || m.Text == "" || len(m.Attention[0]) != 2 {
			t.Errorf("the map of %s: %v, %v", trial.Hash, m, err)
		}
	}
	if s.HasWeights(ended[0]) == s.HasWeights(ended[1]) {
		t.Error("one of the trials should have its weights, and the other none")
	}
	if m, err := s.Map("0123456789abcdef"); err == nil || m != nil {
		t.Errorf("the map of a trial that is not there: %v, %v", m, err)
	}
}

// checkWeights checks that the best trial alone has its weights, and that every trial can be explained without them.
func checkWeights(t *testing.T, s *Sweep) {
	t.Helper()
	best, ok := s.Best()
	if !ok {
		t.Fatal("no best trial")
	}
	lowest := s.Ranking().Points[0].Trials
	if !slices.ContainsFunc(s.Ranking().Points, func(p Point) bool {
		return slices.ContainsFunc(p.Trials, func(o TrialOutcome) bool { return o.Trial == best.Hash })
	}) || len(lowest) == 0 {
		t.Errorf("the best trial %s is not one of the ranking", best.Hash)
	}
	for _, trials := range s.trials {
		for _, trial := range trials {
			if value, _ := s.ObjectiveOf(trial); trial.Hash != best.Hash {
				if least, _ := s.ObjectiveOf(best); value < least {
					t.Errorf("trial %s has %v, the best %v", trial.Hash, value, least)
				}
			}
			path := s.TrialPath(trial.Hash)
			if _, err := run.Open(path); (err == nil) != (trial.Hash == best.Hash) {
				t.Errorf("trial %s, the best is %s: %v", trial.Hash, best.Hash, err)
			}
			for _, name := range []string{"training.yaml", "metrics.jsonl", "result.json"} {
				if _, err := os.Stat(filepath.Join(path, name)); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// A trial whose process crashes fails, with the reason, and the others do not.
func TestCrashedWorkers(t *testing.T) {
	for kind, want := range map[string]string{
		"crash":  "its process crashed: panic: the worker of dim 16 crashes",
		"killed": "its process was killed 10 times in a row",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sweeps", "small")
			s, _, err := runSweep(t, path, Values{"dim": "8,16,24"}, kind)
			if err != nil || s.Done() != 3 {
				t.Fatalf("%d trials ended, %v", s.Done(), err)
			}
			for _, p := range s.Ranking().Points {
				failed := p.Trials[0].Failed
				if (p.Values[0] == "16") != strings.HasPrefix(failed, want) || failed == "" && p.Objective == nil {
					t.Errorf("dim %s: %q", p.Values[0], failed)
				}
			}
			if _, ended, err := runSweep(t, path, Values{"dim": "8,16,24"}, "plain"); err != nil || len(ended) != 0 {
				t.Errorf("again: %d trials were trained, %v", len(ended), err)
			}
			retried, err := Begin(path, plan(t, tiny(Values{"dim": "8,16,24"})), smallText(t), true)
			if err != nil {
				t.Fatal(err)
			}
			defer retried.Close()
			command, _ := workers(t, "plain")
			if err := retried.Run(context.Background(), 2, command, func(Event) {}); err != nil {
				t.Fatal(err)
			}
			for _, p := range retried.Ranking().Points {
				if p.Objective == nil {
					t.Errorf("dim %s: %q", p.Values[0], p.Trials[0].Failed)
				}
			}
		})
	}
}

// A sweep stops where no trial can be trained any more, and the same sweep goes on.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	s, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03"}, "full")
	if err == nil || !strings.Contains(err.Error(), "no space is left: give the same command again") || len(ended) != 0 || s.Done() != 0 {
		t.Errorf("%d trials ended, %v", len(ended), err)
	}
	if s, _, err = runSweep(t, path, Values{"lr": "0.01,0.03"}, "plain"); err != nil || s.Done() != 2 {
		t.Errorf("then: %d trials ended, %v", s.Done(), err)
	}
}

// A text that was changed stops the sweep, and no trial fails.
func TestChangedText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	s, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03"}, "changed")
	if err == nil || !strings.Contains(err.Error(), "the text was changed") || len(ended) != 0 || s.Done() != 0 {
		t.Errorf("%d trials ended, %v", len(ended), err)
	}
}

// A sweep that is ranked by another objective keeps the weights that it has: there are no others.
func TestWeightsWithAnotherObjective(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	s, _, err := runSweep(t, path, Values{"lr": "0.01,0.03"}, "plain")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := s.Best()
	if s, err = Begin(path, s.Plan, s.Text, false); err != nil {
		t.Fatal(err)
	}
	for _, o := range s.outcomes { // the other trial took less time
		if o.Seconds = 1; o.Trial == first.Hash {
			o.Seconds = 2
		}
		if err := s.record(o); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s, _, err = runSweep(t, path, Values{"lr": "0.01,0.03", "objective": "seconds"}, "plain")
	if best, _ := s.Best(); err != nil || best.Hash == first.Hash {
		t.Fatalf("the best is still %s, %v", best.Hash, err)
	}
	if !s.HasWeights(first) {
		t.Error("the only weights were removed")
	}
}

// A worker ends with its context, although its input goes on.
func TestWorkerWithoutTrials(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := (&Worker{}).Run(ctx, in, io.Discard); err != nil {
		t.Error(err)
	}
}

// A trial whose outcome was lost after its weights were removed is trained again, with the same result.
func TestTrialsWithoutWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	s, _, err := runSweep(t, path, Values{"lr": "0.01,0.03", "keep-models": "none"}, "plain")
	if err != nil {
		t.Fatal(err)
	}
	want := s.Ranking()
	if err := os.Remove(filepath.Join(path, resultsFile)); err != nil {
		t.Fatal(err)
	}
	s, ended, err := runSweep(t, path, Values{"lr": "0.01,0.03", "keep-models": "none"}, "plain")
	if err != nil || len(ended) != 2 {
		t.Fatalf("%d trials ended, %v", len(ended), err)
	}
	for i, p := range s.Ranking().Points {
		if p.Objective == nil || p.Objective.Mean != want.Points[i].Objective.Mean {
			t.Errorf("%v: %v (%q), before %v", p.Values, p.Objective, p.Trials[0].Failed, want.Points[i].Objective)
		}
	}
}

// A sweep that is interrupted saves what it trains, and goes on with it.
func TestInterruptedSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	long := tiny(Values{"lr": "0.01,0.03", "steps": "100000"})
	s, err := Begin(path, plan(t, long), smallText(t), false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	command, _ := workers(t, "plain")
	steps := map[string]int{}
	err = s.Run(ctx, 2, command, func(e Event) {
		if steps[e.Trial.Hash] = e.Step; len(steps) == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || s.Done() != 0 {
		t.Fatalf("%d trials ended, %v", s.Done(), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for hash, step := range steps {
		if r, err := run.Open(s.TrialPath(hash), run.AtLast()); err != nil || r.Trained < step {
			t.Errorf("trial %s at step %d: %v", hash, step, err)
		}
	}
}

// One process at a time runs a sweep.
func TestTwoSweepsOfOneName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sweeps", "small")
	p, text := plan(t, tiny(Values{"lr": "0.01,0.03"})), smallText(t)
	s, err := Begin(path, p, text, false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Begin(path, p, text, false)
	runtest.WantError(t, err, "is running in another process", path)
	if _, err := Open(path); err != nil {
		t.Errorf("it cannot be opened meanwhile: %v", err)
	}
	s.Close()
	again, err := Begin(path, p, text, false)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
