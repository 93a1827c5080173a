package sweep

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/run/runtest"
)

// recordedSweep makes a sweep of two trials whose outcomes are invented.
func recordedSweep(t *testing.T) (path string, p Plan, text string) {
	t.Helper()
	path, p, text = filepath.Join(t.TempDir(), "sweeps", "small"), plan(t, tiny(Values{"lr": "0.01,0.03"})), smallText(t)
	s, err := Begin(path, p, text, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, trials := range s.trials {
		loss := 1.5 - float64(i)
		if err := s.record(Outcome{Trial: trials[0].Hash, HeldOutLoss: &loss, Verdict: "learned"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, p, text
}

func TestResultsAreReadAgain(t *testing.T) {
	path, _, _ := recordedSweep(t)
	s, err := Open(path)
	if err != nil || s.Done() != 2 {
		t.Fatal(s, err)
	}
	if best, ok := s.Best(); !ok || best.Values[0] != "0.03" {
		t.Errorf("the best is %v", best.Values)
	}
}

// A line that a killed process has not completed is forgotten; any other damage is an error that names the line.
func TestDamagedResults(t *testing.T) {
	path, p, text := recordedSweep(t)
	file := filepath.Join(path, resultsFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(whole, '\n') + 1
	for cut := first; cut < len(whole); cut++ {
		if err := os.WriteFile(file, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(path); err != nil || s.Done() != 1 {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	s, err := Begin(path, p, text, false)
	if err != nil {
		t.Fatal(err)
	}
	loss := 0.5
	if err := s.record(Outcome{Trial: s.trials[1][0].Hash, HeldOutLoss: &loss, Verdict: "learned"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, whole) {
		t.Errorf("after the incomplete line was written again: %s, before %s", again, whole)
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1
		if err := os.WriteFile(file, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if i == len(whole)-1 { // the line feed: the line is incomplete
			continue
		}
		if err == nil && s.Done() == 2 {
			t.Errorf("byte %d was changed and nothing says so", i)
		}
		if err != nil {
			runtest.WantError(t, err, resultsFile, "line ", "delete the line")
		}
	}
}

// The search that a folder holds goes on with its own number of points ahead.
func TestRecordedAhead(t *testing.T) {
	path, _, text := recordedSweep(t)
	for _, c := range []struct {
		values Values
		want   int
	}{
		{Values{"ahead": "2"}, 0},
		{Values{"search": "tpe", "trials": "2", "ahead": "3"}, 3},
	} {
		s, err := Begin(path, plan(t, tiny(c.values.With(Values{"lr": "0.01,0.03"}))), text, false)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if n := RecordedAhead(path); n != c.want {
			t.Errorf("%v: %d points ahead are recorded, want %d", c.values, n, c.want)
		}
	}
	if n := RecordedAhead(path + "-other"); n != 0 {
		t.Errorf("no sweep has %d points ahead", n)
	}
}

// A point of which a trial failed comes after those that have all, whatever the others came to, and before those that have none.
func TestRankOfFailedTrials(t *testing.T) {
	s, err := Begin(filepath.Join(t.TempDir(), "small"), plan(t, tiny(Values{"lr": "0.1,0.02,0.03", "seeds": "2"})), smallText(t), false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, trials := range s.trials {
		for k, trial := range trials {
			loss := float64(i) // the first point is the best by the trial that it has
			o := Outcome{Trial: trial.Hash, HeldOutLoss: &loss, Verdict: "learned"}
			if i == 0 && k == 0 || i == 1 {
				o = Outcome{Trial: trial.Hash, Failed: "it diverged"}
			}
			if err := s.record(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	var order []string
	for _, p := range s.Ranking().Points {
		order = append(order, p.Values[0])
	}
	if got := strings.Join(order, " "); got != "0.03 0.1 0.02" {
		t.Errorf("the order is %s", got)
	}
}

// With one seed nothing is known of the noise, even if two points have equal results.
func TestEqualResultsOfOneSeed(t *testing.T) {
	for seeds, want := range map[string]bool{"1": false, "2": true} {
		s, err := Begin(filepath.Join(t.TempDir(), "small"), plan(t, tiny(Values{"lr": "0.01,0.03", "seeds": seeds})), smallText(t), false)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, trials := range s.trials {
			for i, trial := range trials {
				loss := 1.5 + float64(i)
				if err := s.record(Outcome{Trial: trial.Hash, HeldOutLoss: &loss, Verdict: "learned"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := s.Ranking().Points[1].Noise; got != want {
			t.Errorf("%s seeds: within the noise %v, want %v", seeds, got, want)
		}
	}
}

func TestForeignFolders(t *testing.T) {
	path, p, text := recordedSweep(t)
	_, err := Begin(path, p, strings.Repeat("ab", 32), false)
	runtest.WantError(t, err, "another text", path)
	file := filepath.Join(path, planFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ from, to, want string }{
		"newer":   {"format-version: 1", "format-version: 2", "use the version that wrote it, or a newer one"},
		"no text": {text, "12", "text-sha256"},
		"no yaml": {"format-version", "\t:", "it is not a settings file"},
		"unknown": {"lr: [", "lr: [x, ", `lr: want a number, not "x"`},
	} {
		if err := os.WriteFile(file, []byte(strings.Replace(string(whole), c.from, c.to, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		runtest.WantError(t, err, planFile, c.want)
		if what == "newer" {
			_, err := Begin(path, p, text, false)
			runtest.WantError(t, err, planFile, c.want)
			continue
		}
		s, err := Begin(path, p, text, false)
		if err != nil || s.Done() != 2 {
			t.Fatalf("%s: the same sweep: %v, %v", what, s, err)
		}
		s.Close()
		if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, whole) {
			t.Errorf("%s: sweep.yaml was not written anew (%v): %s", what, err, again)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s, err := Begin(path, p, text, false)
	if err != nil || s.Done() != 2 {
		t.Fatalf("without sweep.yaml: %v, %v", s, err)
	}
	s.Close()
	other := filepath.Join(t.TempDir(), "other")
	if err := os.MkdirAll(filepath.Join(other, "mine"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = Begin(other, p, text, false)
	runtest.WantError(t, err, "has files that are not of a sweep")
	_, err = Open(other)
	runtest.WantError(t, err, "there is no sweep")
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(other), ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// sweep.yaml names the text from where it lies, and Open finds it from any folder.
func TestTheTextOfASweep(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(root, "my text.txt")
	if err := os.WriteFile(text, []byte("the cat sat\nthe dog sat\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "sweeps", "small")
	p := plan(t, tiny(Values{"lr": "0.01,0.03"}))
	p.Base.Data, p.Given["data"] = text, true
	s, err := Begin(path, p, smallText(t), false)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	b, err := os.ReadFile(filepath.Join(path, planFile))
	if err != nil || !strings.Contains(string(b), "\ndata: ../../my text.txt\n") {
		t.Errorf("%s, %v", b, err)
	}
	if again, err := Open(path); err != nil || again.Plan.Base.Data != text {
		t.Errorf("%+v, %v, want %s", again, err, text)
	}
}
