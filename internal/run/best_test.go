package run

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"attend/internal/param"
	"attend/layers"
)

// overshooting are the settings of a training whose held-out loss is lowest before its end, since its learning rate rises to 2.
func overshooting() Settings {
	s := small()
	s.Init = layers.GPT2Init
	s.Steps, s.Warmup, s.LR, s.EvalInterval, s.SaveInterval = 22, 22, 2, 3, 7
	return s
}

// values returns all numbers of the parameters.
func values(set *param.Set) (all []float32) {
	for _, p := range set.All() {
		all = append(all, p.Data...)
	}
	return all
}

// evaluations trains to the end and returns the weights and the held-out loss at each evaluation.
func evaluations(t *testing.T, training *Training) (at []Best, weights [][]float32) {
	t.Helper()
	defer training.name.release()
	at, weights = []Best{{0, *training.last.HeldOutLoss}}, [][]float32{values(training.Parameters)}
	err := training.Train(context.Background(), func(p Progress) {
		if p.Evaluated {
			at = append(at, Best{p.Step.Step, *p.HeldOutLoss})
			weights = append(weights, values(training.Parameters))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return at, weights
}

// The model of a run has the weights of the evaluation with the lowest held-out loss, and the state those of the last step as well.
func TestKeepBest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	at, weights := evaluations(t, begin(t, path, overshooting(), smallText()))
	want, last := 0, len(at)-1
	for i := range at {
		if at[i].Loss <= at[want].Loss {
			want = i
		}
	}
	if want == 0 || want == last {
		t.Fatalf("the lowest loss of %v is not in between", at)
	}
	r := opened(t, path)
	if r.Step != at[want].Step || r.Trained != overshooting().Steps || *r.Best != at[want] || !r.Selected() || !slices.Equal(values(r.Parameters), weights[want]) {
		t.Errorf("the model is of step %d of %d, best %v, want the weights of %v", r.Step, r.Trained, *r.Best, at[want])
	}
	r, err := Open(path, AtLast())
	if err != nil || r.Step != overshooting().Steps || r.Selected() || !slices.Equal(values(r.Parameters), weights[last]) {
		t.Errorf("at last: step %d, error %v, want the weights of the last step", r.Step, err)
	}
}

func TestKeepLast(t *testing.T) {
	s := overshooting()
	s.Keep = KeepLast
	path := filepath.Join(t.TempDir(), "run")
	_, weights := evaluations(t, begin(t, path, s, smallText()))
	for name, o := range map[string][]Option{"model": nil, "at last": {AtLast()}} {
		r, err := Open(path, o...)
		if err != nil || r.Step != overshooting().Steps || r.Best != nil || r.Selected() || !slices.Equal(values(r.Parameters), weights[len(weights)-1]) {
			t.Errorf("%s: %+v, %v, want the weights of the last step", name, r, err)
		}
	}
}

// Of equal losses, the later evaluation is the best.
func TestBestOfEqualLosses(t *testing.T) {
	training := begin(t, filepath.Join(t.TempDir(), "run"), small(), smallText())
	first := training.Best.Loss
	for _, c := range []struct {
		add  Best
		want int
	}{{Best{1, first}, 1}, {Best{2, math.Nextafter(first, 9)}, 1}, {Best{3, first}, 3}, {Best{4, first - 0.1}, 4}, {Best{5, first}, 4}} {
		training.Parameters.All()[0].Data[0] = float32(c.add.Step)
		training.consider(c.add)
		if got := training.Model().Parameters.All()[0].Data[0]; training.Best.Step != c.want || got != float32(c.want) {
			t.Errorf("after %v: the best is %v with the weights of step %g, want step %d", c.add, *training.Best, got, c.want)
		}
	}
}

func TestPatience(t *testing.T) {
	for _, keep := range []string{KeepBest, KeepLast} {
		t.Run(keep, func(t *testing.T) {
			s := overshooting()
			s.Keep, s.Patience = keep, 2
			path := filepath.Join(t.TempDir(), "run")
			at, _ := evaluations(t, begin(t, path, s, smallText()))
			last, best := at[len(at)-1].Step, slices.MinFunc(at, func(a, b Best) int {
				if a.Loss < b.Loss {
					return -1
				}
				return 1
			})
			if want := (best.Step/3 + 2) * 3; last != want || last >= s.Steps {
				t.Fatalf("%v: ended at step %d, want %d", at, last, want)
			}
			r := opened(t, path)
			if !r.StoppedEarly() || !r.Finished() || r.Trained != last {
				t.Errorf("trained %d steps, stopped early %t, want %d and true", r.Trained, r.StoppedEarly(), last)
			}
			before := sums(t, path)
			finish(t, resumed(t, path))
			if sums(t, path) != before {
				t.Error("a resume changed a training that has stopped early")
			}
		})
	}
}

// A training killed between the writing of the state and of the model opens with the weights of the state.
func TestAModelOlderThanTheState(t *testing.T) {
	for _, keep := range []string{KeepBest, KeepLast} {
		t.Run(keep, func(t *testing.T) {
			s := small()
			s.Keep = keep
			path := filepath.Join(t.TempDir(), "run")
			training := begin(t, path, s, smallText())
			older := contents(t, path, modelFile)
			finish(t, training)
			want := opened(t, path)
			if want.Step == 0 {
				t.Fatal("the training kept its first weights")
			}
			if err := os.WriteFile(filepath.Join(path, modelFile), older, 0o644); err != nil {
				t.Fatal(err)
			}
			if got := opened(t, path); got.Step != want.Step || !slices.Equal(values(got.Parameters), values(want.Parameters)) {
				t.Errorf("opened step %d, want %d", got.Step, want.Step)
			}
			if err := os.Remove(filepath.Join(path, stateFile)); err != nil {
				t.Fatal(err)
			}
			if got := opened(t, path); got.Step != 0 {
				t.Errorf("without the state: step %d, want that of the model, 0", got.Step)
			}
		})
	}
}

// What selects weights may not change when a run is resumed.
func TestMayChange(t *testing.T) {
	for _, c := range []struct {
		keep     string
		patience int
		want     string
	}{
		{KeepBest, 0, "[steps save-interval]"}, {KeepLast, 3, "[steps save-interval]"},
		{KeepLast, 0, "[steps eval-interval save-interval]"},
	} {
		s := small()
		s.Keep, s.Patience = c.keep, c.patience
		var names []string
		for _, setting := range AllSettings() {
			if s.MayChange(setting) {
				names = append(names, setting.Name)
			}
		}
		other := s
		other.EvalInterval = 50
		if got := fmt.Sprint(names); got != c.want || (string(s.identity()) == string(other.identity())) != s.MayChange(Setting{OnResume: true, Selects: true}) {
			t.Errorf("keep %s, patience %d: %s may change, want %s", c.keep, c.patience, got, c.want)
		}
	}
}

func TestEvaluatedAt(t *testing.T) {
	s := Settings{EvalInterval: 300}
	var steps []int
	for step := 1; step <= 1000; step++ {
		if s.evaluatedAt(step) {
			steps = append(steps, step)
		}
	}
	if want := []int{1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 600, 900, 1000}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
}
