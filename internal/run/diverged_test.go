package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/file"
	"attend/internal/param"
	"attend/layers"
	"attend/train"
)

// divergent are trainings that diverge, some at once, some late.
func divergent() map[string]Settings {
	all := map[string]Settings{}
	add := func(name, optimizer string, lr, clip float64, save, evaluate int) {
		s := small()
		s.Optimizer, s.LR, s.MinLR, s.Warmup, s.Clip, s.Steps, s.SaveInterval, s.EvalInterval = optimizer, lr, lr, 0, clip, 60, save, evaluate
		all[name] = s
	}
	add("sgd 1e30", "sgd", 1e30, 0, 1000, 2)
	add("sgd 1e30 saved often", "sgd", 1e30, 0, 1, 1000)
	add("sgd 1e10", "sgd", 1e10, 0, 1, 3)
	add("sgd 1e3", "sgd", 1e3, 0, 1, 2)
	add("sgd 1e20 clipped", "sgd", 1e20, 1, 1, 2)
	add("adamw 50", "adamw", 50, 0, 1, 2)
	add("adamw 1e3", "adamw", 1e3, 0, 1, 2)
	add("adamw 1e19", "adamw", 1e19, 0, 1, 1000)
	add("adamw 1e20 clipped", "adamw", 1e20, 1, 1, 1)
	add("adamw 1e38", "adamw", 1e38, 1, 1, 1000)
	return all
}

// A training that diverges leaves a folder that opens, whose checkpoint has a finite loss on the next step and can be
// resumed, and logs of finite numbers.
func TestDivergedKeepsCheckpoint(t *testing.T) {
	diverging := 0
	for name, s := range divergent() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run")
			training := begin(t, path, s, smallText())
			err := training.Train(context.Background(), func(p Progress) {
				for _, x := range []float64{p.Loss, p.GradientNorm, *p.HeldOutLoss, p.TokensPerSecond, p.SecondsLeft} {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Errorf("reported %+v", p)
					}
				}
			})
			var diverged *train.DivergedError
			if errors.As(err, &diverged) {
				diverging++
				wantError(t, err, "training diverged at step", "lower --lr", path+" keeps the checkpoint of step ")
			} else if err != nil {
				t.Fatal(err)
			}
			r := opened(t, path)
			for line := range bytes.Lines(contents(t, path, metricsFile)) {
				if _, err := parseMetrics(line); err != nil {
					t.Errorf("logged %s: %v", line, err)
				}
			}
			if _, err := film(r); err != nil {
				t.Error(err)
			}
			training.name.release()
			again := resumed(t, path)
			if again.Step != r.Trained {
				t.Errorf("the state is of step %d, the model of a training of %d", again.Step, r.Trained)
			}
			if s, err := again.trainer.Step(); err != nil || math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0) {
				t.Errorf("the next step: %+v, %v", s, err)
			}
		})
	}
	if diverging < 7 {
		t.Errorf("only %d of the trainings diverge", diverging)
	}
}

// fillAll sets every number of the parameters, or one of them.
func fillAll(set *param.Set, x float32) {
	for _, p := range set.All() {
		for i := range p.Data {
			p.Data[i] = x
		}
	}
}

// unusable are ways to make a model whose numbers are not finite.
var unusable = map[string]func(*param.Set){
	"one NaN":      func(s *param.Set) { s.All()[3].Data[1] = float32(math.NaN()) },
	"all NaN":      func(s *param.Set) { fillAll(s, float32(math.NaN())) },
	"one +Inf":     func(s *param.Set) { s.All()[0].Data[0] = float32(math.Inf(1)) },
	"one -Inf":     func(s *param.Set) { s.All()[2].Data[0] = float32(math.Inf(-1)) },
	"all 1e30":     func(s *param.Set) { fillAll(s, 1e30) },
	"all -1e30":    func(s *param.Set) { fillAll(s, -1e30) },
	"largest":      func(s *param.Set) { fillAll(s, math.MaxFloat32) },
	"huge queries": func(s *param.Set) { fillOne(s, "query.bias", 1e30); fillOne(s, "key.bias", 1e30) },
}

// fillOne sets the first parameter whose name ends so.
func fillOne(s *param.Set, name string, x float32) {
	for _, p := range s.All() {
		if strings.HasSuffix(p.Name, name) {
			for i := range p.Data {
				p.Data[i] = x
			}
			return
		}
	}
	panic(name)
}

// A model with numbers that are not finite, as earlier versions kept it, is refused: on opening if its weights are not, else
// by whatever computes with it.
func TestModelThatDivergedIsRefused(t *testing.T) {
	text := "the lion sees the ant"
	for name, spoil := range unusable {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run")
			training := begin(t, path, small(), smallText())
			finish(t, training)
			spoil(training.Parameters)
			if err := file.Replace(filepath.Join(path, modelFile), training.writeModel); err != nil {
				t.Fatal(err)
			}
			if err := file.Replace(filepath.Join(path, stateFile), training.writeState); err != nil {
				t.Fatal(err)
			}
			if _, err := Resume(path, loadSmall, func(s *Settings) error { s.Steps = 20; return nil }); err == nil {
				t.Error("resumed")
			} else {
				wantError(t, err, path, "diverged", "train again with a lower --lr")
			}
			r, err := Open(path)
			if err != nil {
				if r != nil {
					t.Error("an error and a run")
				}
				wantError(t, err, path, "diverged", "train again with a lower --lr")
				return
			}
			if name == "one NaN" || strings.Contains(name, "Inf") {
				t.Fatal("opened")
			}
			one := reader(t, r, 1)
			for what, compute := range map[string]func() (any, error){
				"map":        func() (any, error) { return one.Map(text, 5) },
				"vectors":    func() (any, error) { return one.MapWithVectors(text, 5) },
				"completion": func() (any, error) { return one.Complete(text, Sampling{Temperature: 1, TopP: 1, MaxTokens: 3}, 0) },
				"greedy":     func() (any, error) { return one.Complete(text, Sampling{TopP: 1, MaxTokens: 3}, 0) },
			} {
				result, err := compute()
				var notFinite *layers.NotFiniteError
				if !errors.As(err, &notFinite) {
					t.Errorf("%s: error %v and a %T", what, err, result)
				}
				wantError(t, err, path, "diverged", "train again with a lower --lr")
			}
		})
	}
}

// A checkpoint is refused whose weights are fine but whose moments are not.
func TestMomentsThatAreNotFiniteAreNotKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	stopAt(t, training, 3)
	before := sums(t, path)
	training.trainer.Moments()["second"].All()[1].Data[0] = float32(math.Inf(1))
	wantError(t, training.save(), "moment second", "+Inf")
	if sums(t, path) != before {
		t.Error("the folder changed")
	}
}

// Lines that no training writes are damage, however well they are spelled.
func TestMetricsBeyondAllLossesAreDamage(t *testing.T) {
	good := Metrics{Step: 1, Seconds: 1, TokensPerSecond: 1, Loss: 1, HeldOutLoss: new(1.0), LearningRate: 1}
	for name, change := range map[string]func(*Metrics){
		"loss":     func(m *Metrics) { m.Loss = 1e308 },
		"held-out": func(m *Metrics) { m.HeldOutLoss = new(1e308) },
		"negative": func(m *Metrics) { m.HeldOutLoss = new(-1e308) },
		"seconds":  func(m *Metrics) { m.Seconds = -1 },
		"nothing":  func(*Metrics) {},
	} {
		m := good
		change(&m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseMetrics(append(b, '\n')); (err == nil) != (name == "nothing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A constructor that fails returns nothing: not half of a reader or of a training, which nobody would close.
func TestFailedConstructorsReturnNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 2)
	if reader, err := opened(t, path).NewSession(0); reader != nil || err == nil {
		t.Errorf("a reader of 0 sentences: %v, %v", reader, err)
	}
	write(t, path, metricsFile, []byte("{\n"))
	if training, err := Resume(path, loadSmall, nil); training != nil || err == nil {
		t.Errorf("resumed with a damaged log: %v, %v", training, err)
	}
	training := begin(t, filepath.Join(t.TempDir(), "other"), small(), smallText())
	settings := training.Settings
	settings.Sample = strings.Repeat("lion ", 100)
	if training, err := Start(filepath.Join(t.TempDir(), "third"), settings, training.Corpus, false); training != nil || err == nil {
		t.Errorf("started with a sample sentence that does not fit: %v, %v", training, err)
	}
}
