package analysis

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
)

// recorded is a line of testdata/trainings.jsonl: the numbers of a training, and what it came to.
type recorded struct {
	Flags        string       // of `attend train`
	Kind         string       // of its verdict
	Memorised    bool         // whether it memorised its text
	Noun         string       // of a token
	SampleTokens int          `json:"sample_tokens"`
	BatchTokens  int          `json:"batch_tokens"`
	HeldOutLoss  float64      `json:"heldout_loss"`
	TrainLoss    float64      `json:"train_loss"`
	Baselines    [4]float64   // uniform to trigram
	Entropy      *float64     // of the grammar
	Memorisation [8]float64   // in the order of the fields of Memorisation
	Evaluations  [][3]float64 // step, loss of the batch, held-out loss
}

func recordedTrainings(t *testing.T) (all []recorded) {
	t.Helper()
	f, err := os.Open("testdata/trainings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func (r recorded) evidence(t *testing.T) Evidence {
	t.Helper()
	e := Evidence{Settings: settingsOf(t, r.Flags), SampleTokens: r.SampleTokens, BatchTokens: r.BatchTokens, Noun: r.Noun}
	for _, m := range r.Evaluations {
		e.Metrics = append(e.Metrics, run.Metrics{Step: int(m[0]), Loss: m[1], HeldOutLoss: &m[2]})
	}
	e.Step = e.Metrics[len(e.Metrics)-1].Step
	e.Trained = e.Step
	b := r.Baselines
	e.Report = Report{TrainLoss: r.TrainLoss, Uniform: b[0], HeldOutReport: &HeldOutReport{HeldOutLoss: r.HeldOutLoss,
		GrammarLoss: r.Entropy, Tokens: r.SampleTokens, Baselines: data.Baselines{Uniform: b[0], Unigram: b[1], Bigram: b[2], Trigram: b[3]}}}
	if r.Entropy != nil {
		excess := r.HeldOutLoss - *r.Entropy
		e.Report.Excess = &excess
	}
	c := r.Memorisation
	e.Memorisation = &Memorisation{e.Step, int(c[0]), c[1], int(c[2]), &c[3], int(c[4]), c[5], c[6], &c[7], 9 * standardError(c[6], int(c[4])), false}
	return e
}

// settingsOf returns the settings of a command line.
func settingsOf(t *testing.T, flags string) run.Settings {
	t.Helper()
	s := run.Defaults()
	words := strings.Fields(flags)
	given := map[string]bool{}
	for i := 0; i < len(words); i += 2 {
		for _, setting := range run.AllSettings() {
			if "--"+setting.Name == words[i] {
				given[setting.Name] = true
				if _, err := fmt.Sscan(words[i+1], setting.In(&s)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, setting := range run.AllSettings() {
		if setting.Follow != nil && !given[setting.Name] {
			setting.Follow(&s)
		}
	}
	if s.LR == 0 {
		s.LR = s.AutomaticRate()
	}
	return s
}

func TestJudgeRecordedTrainings(t *testing.T) {
	kinds := map[string]int{}
	for _, r := range recordedTrainings(t) {
		e := r.evidence(t)
		v := Judge(e)
		kinds[r.Kind]++
		if v.Kind != r.Kind {
			t.Errorf("%s: %s, want %s: %s", r.Flags, v.Kind, r.Kind, v.Text)
		}
		if (v.Memorised != nil) != r.Memorised {
			t.Errorf("%s: memorised %v, want %v: %s", r.Flags, v.Memorised != nil, r.Memorised, e.Memorisation.Text(false))
		}
		if (v.Kind == Learned) != (v.Flags == nil && !v.Resume) {
			t.Errorf("%s: %s, and the next command has %v", r.Flags, v.Kind, v.Flags)
		}

		// The same training, of which the best model is shown.
		i := slices.IndexFunc(e.Metrics, func(m run.Metrics) bool { return m.Step == v.Best.Step })
		best := e.Metrics[i]
		e.Step, e.Report.TrainLoss = best.Step, best.Loss
		e.Report.HeldOutLoss += *best.HeldOutLoss - v.Last.HeldOutLoss
		if shown := Judge(e); shown.Kind != r.Kind || *shown.Last != *v.Last || (shown.Memorised != nil) != r.Memorised {
			t.Errorf("%s: %s, want %s where the best model is shown: %s", r.Flags, shown.Kind, r.Kind, shown.Text)
		}
	}
	for _, kind := range []string{Diverged, Overfitted, NotBetter, StillImproving, Learned} {
		if kinds[kind] < 4 {
			t.Errorf("%d trainings are %s", kinds[kind], kind)
		}
	}
}

// curve is a training that is evaluated every 100 steps, on a text whose uniform loss is 4.6 and whose bigram has 2.5.
func curve(t *testing.T, flags string, tokens int, train, heldOut []float64) Evidence {
	s := settingsOf(t, flags)
	e := Evidence{Settings: s, SampleTokens: tokens, BatchTokens: 300, Noun: "word", Stopped: 100*(len(train)-1) < s.Steps}
	for i := range train {
		m := run.Metrics{Step: 100 * i, Loss: train[i]}
		if heldOut != nil {
			m.HeldOutLoss = &heldOut[i]
		}
		e.Metrics = append(e.Metrics, m)
	}
	last := e.Metrics[len(train)-1]
	e.Step, e.Trained = last.Step, last.Step
	e.Report = Report{TrainLoss: last.Loss, Uniform: 4.6}
	if heldOut != nil {
		e.Report.HeldOutReport = &HeldOutReport{HeldOutLoss: *last.HeldOutLoss, Tokens: tokens,
			Baselines: data.Baselines{Uniform: 4.6, Unigram: 3.6, Bigram: 2.5, Trigram: 2.2}}
	}
	return e
}

func TestJudge(t *testing.T) {
	falling := []float64{4.6, 3, 2, 1.5, 1.2, 1, 0.9, 0.85, 0.82, 0.81, 0.8}
	flat := []float64{4.6, 2.5, 2.1, 2, 1.9, 1.86, 1.85, 1.845, 1.84, 1.84, 1.84}
	slow := []float64{4.6, 4.2, 3.9, 3.6, 3.4, 3.3, 3.22, 3.21, 3.2, 3.2, 3.2}
	for _, c := range []struct {
		name, flags    string
		tokens         int
		train, heldOut []float64
		kind           string
		text           string   // words of it
		next           []string // its flags
	}{
		{"both losses rise late", "--steps 1000 --lr 0.05 --clip 0", 5000,
			[]float64{4.6, 3, 2.2, 2, 1.9, 1.8, 2.9, 3.3, 3.1, 3, 3}, []float64{4.6, 3, 2.2, 2, 1.9, 1.8, 2.9, 3.3, 3.1, 3, 3},
			Diverged, "down to 1.80 nats at step 500 and rose to 3.00", []string{"--lr 0.005", "--clip 1"}},
		{"clipped, with a short warmup", "--steps 1000 --lr 0.2 --warmup 5", 5000,
			[]float64{4.6, 9, 8, 7, 6, 6, 6, 6, 6, 6, 6}, []float64{4.6, 9, 8, 7, 6, 6, 6, 6, 6, 6, 6},
			Diverged, "worse than 4.60, which it would be if every word were equally likely", []string{"--lr 0.006", "--warmup 50"}},
		{"above uniform before training, and hardly trained", "--steps 1000 --lr 1e-6", 5000,
			[]float64{5.2, 5.2, 5.2, 5.19, 5.19, 5.19, 5.18, 5.18, 5.18, 5.18, 5.18}, []float64{5.2, 5.2, 5.2, 5.19, 5.19, 5.19, 5.18, 5.18, 5.18, 5.18, 5.18},
			NotBetter, "learns slowly", []string{"--lr 1e-05"}},
		{"above uniform, with a high rate", "--steps 1000 --lr 0.3", 5000,
			[]float64{5.2, 5, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9}, []float64{5.2, 5, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9},
			Diverged, "worse than 4.60", []string{"--lr 0.006"}},
		{"a peak that is not recovered from", "--steps 1000 --lr 0.3", 5000,
			[]float64{4.6, 7, 6, 4, 3.5, 3.5, 3.4, 3.4, 3.4, 3.4, 3.4}, []float64{4.6, 7, 6, 4, 3.5, 3.5, 3.4, 3.4, 3.4, 3.4, 3.4},
			Diverged, "at step 100 the loss on its training text was 7.00 nats", []string{"--lr 0.006"}},
		{"one that is", "--steps 1000 --lr 0.3", 5000,
			[]float64{4.6, 7, 6, 4, 2.5, 2, 1.9, 1.8, 1.8, 1.8, 1.8}, []float64{4.6, 7, 6, 4, 2.5, 2, 1.9, 1.8, 1.8, 1.8, 1.8}, Learned, "", nil},
		{"the held-out loss rises above uniform", "--steps 1000", 500,
			falling, []float64{4.6, 3.5, 3.2, 3.4, 4, 5, 6, 7, 7.5, 7.9, 8},
			Overfitted, "lowest at step 200 (3.20 nats, as unsure as between 25 words) and has risen to 8.00 since, worse than the 2.50",
			[]string{"--steps 400", "--dropout 0.2"}},
		{"with dropout, and still better than the bigram", "--steps 1000 --dropout 0.3", 500,
			falling, []float64{4.6, 3.5, 2.2, 1.8, 1.7, 1.75, 1.8, 1.85, 1.9, 1.95, 2},
			Overfitted, "lowest at step 400 (1.70 nats, as unsure as between 5.5 words) and has risen to 2.00 since. The weights of step 400 are kept. More", []string{"--steps 800"}},
		{"a rise that ten held-out sentences cannot show", "--steps 1000", 80,
			falling, []float64{4.6, 3.5, 2.2, 1.8, 1.7, 1.71, 1.72, 1.72, 1.74, 1.75, 1.75}, Learned, "no longer falls", nil},
		{"the same on many", "--steps 1000", 8000,
			falling, []float64{4.6, 3.5, 2.2, 1.8, 1.7, 1.71, 1.72, 1.72, 1.74, 1.75, 1.75}, Overfitted, "", []string{"--steps 800", "--dropout 0.2"}},
		{"both losses rise a little", "--steps 1000", 8000,
			[]float64{4.6, 3, 2, 1.8, 1.7, 1.8, 1.8, 1.8, 1.8, 1.8, 1.8}, []float64{4.6, 3.5, 2.2, 1.8, 1.7, 1.8, 1.8, 1.8, 1.8, 1.8, 1.8}, Learned, "", nil},
		{"flat above the bigram", "--steps 1000 --dim 8", 5000,
			[]float64{4.6, 3.5, 3, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9}, []float64{4.6, 3.5, 3, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9, 2.9},
			NotBetter, "its loss is 2.90 nats, as unsure as between 18 words, that of the bigram 2.50", []string{"--dim 32 --hidden 0", "--lr 0"}},
		{"falling above the bigram", "--steps 1000", 5000,
			[]float64{4.6, 4, 3.9, 3.8, 3.7, 3.6, 3.5, 3.4, 3.3, 3.2, 3.1}, []float64{4.6, 4, 3.9, 3.8, 3.7, 3.6, 3.5, 3.4, 3.3, 3.2, 3.1},
			NotBetter, "still improving (0.20", []string{"--steps 2000"}},
		{"falling below it", "--steps 1000", 5000,
			falling, []float64{4.6, 3, 2.4, 2.3, 2.2, 2.1, 2, 1.95, 1.9, 1.85, 1.8},
			StillImproving, "fell by 0.100 to 1.80 nats, as unsure as between 6.0 words", []string{"--steps 2000"}},
		{"stopped half-way", "--steps 2000", 5000,
			falling, []float64{4.6, 3, 2.4, 2.3, 2.2, 2.1, 2, 1.95, 1.9, 1.85, 1.8}, StillImproving, "", nil},
		{"flat below it", "--steps 1000", 5000, flat, flat, Learned, "1.84 nats, as unsure as between 6.3 words, and it no longer falls", nil},
		{"nothing held out", "--steps 1000 --holdout 0", 0, flat, nil, Unknown, "cannot be known", []string{"--holdout 0.1", "--keep best"}},
		{"falling by what ten held-out sentences cannot show", "--steps 300", 80, falling[:4], []float64{4.6, 2.4, 2, 1.96},
			Learned, "it hardly falls: by 0.022 in the last fifth of the steps, which can be chance on 80 held-out words", nil},
		{"a rate that is too low, past half of the way", "--steps 1000 --lr 1e-4", 5000, slow, slow,
			NotBetter, "learns slowly", []string{"--lr 0.001"}},
		{"diverged from the beginning", "--steps 1000 --lr 0.2", 5000,
			[]float64{4.6, 9, 8, 7, 6, 6, 6, 6, 6, 6, 6}, []float64{4.6, 9, 8, 7, 6, 6, 6, 6, 6, 6, 6},
			Diverged, "The weights of step 0 are kept: the model is untrained. Its updates", []string{"--lr 0.006"}},
		{"diverged at a rate of 1,000", "--steps 1000 --lr 1000 --optimizer sgd", 5000,
			[]float64{4.6, 3, 8, 7, 6, 6, 6, 6, 6, 6, 6}, []float64{4.6, 3, 8, 7, 6, 6, 6, 6, 6, 6, 6},
			Diverged, "The weights of step 100 are kept. Its updates", []string{"--lr 100"}},
		{"nothing held out, and diverged", "--steps 1000 --holdout 0 --lr 0.01", 0,
			[]float64{4.6, 9, 8, 7, 6, 6, 6, 6, 6, 6, 6}, nil, Diverged, "", []string{"--lr 0.001"}},
		{"before training", "--steps 1000", 5000, []float64{4.6}, []float64{4.6}, NotBetter, "stopped before its last step", nil},
		{"two evaluations", "--steps 100", 5000, []float64{4.6, 2}, []float64{4.6, 2.1}, StillImproving, "", []string{"--steps 200"}},
	} {
		v := Judge(curve(t, c.flags, c.tokens, c.train, c.heldOut))
		if v.Kind != c.kind || !strings.Contains(v.Text, c.text) || !slices.Equal(v.Flags, c.next) {
			t.Errorf("%s: %s, next %q, want %s, %q: %s", c.name, v.Kind, v.Flags, c.kind, c.next, v.Text)
		}
		if resumes := c.kind == StillImproving || strings.Contains(v.Text, "improving") || strings.Contains(v.Text, "stopped"); v.Resume != resumes {
			t.Errorf("%s: the next command resumes: %v", c.name, v.Resume)
		}
		if (v.Last == nil) != (c.heldOut == nil) || (v.Gain == nil) != (c.heldOut == nil) {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// A model that is sure of each token has learned, although counting pairs is as good.
func TestVerdictNearZero(t *testing.T) {
	losses := []float64{4.6, 0.3, 0.02, 0.011, 0.01, 0.01}
	for loss, want := range map[float64]string{0.01: Learned, 0.03: NotBetter} {
		losses[5] = loss
		e := curve(t, "--steps 500", 5000, losses, losses)
		e.Report.Baselines.Bigram = loss - 0.005
		if v := Judge(e); v.Kind != want {
			t.Errorf("%g: %s: %s", loss, v.Kind, v.Text)
		}
	}
}

// In a text of a few sentences counted pairs are worse than equal probabilities, and an untrained model is no better than these.
func TestVerdictOfAnUntrainedModel(t *testing.T) {
	losses := []float64{1.38, 1.39, 1.39}
	for uniform, want := range map[float64]string{
		1.39: "It is no better than taking every word for equally likely: on text it never saw its loss is 1.38 nats, as unsure as between 4.0 words, that of uniform 1.39. The weights of step 0 are kept: the model is untrained.",
		4.6:  "It learned: ",
	} {
		e := curve(t, "--steps 200 --keep best", 3, []float64{1.38, 1.35, 1.35}, losses)
		e.Step, e.Report.HeldOutLoss, e.Report.Baselines.Uniform = 0, losses[0], uniform
		if v := Judge(e); !strings.HasPrefix(v.Text, want) {
			t.Errorf("uniform %g:\n got %s\nwant %s", uniform, v.Text, want)
		}
	}
}

// Without positions one layer cannot learn the savanna, and the verdict says why.
func TestVerdictOfOneLayerWithoutPositions(t *testing.T) {
	losses := []float64{4.6, 2.5, 2, 1.7, 1.6, 1.5, 1.46, 1.45, 1.45, 1.45, 1.45}
	for flags, want := range map[string]string{
		"--steps 1000 --positions none": "It is 0.05 above that of the grammar that drew the text, the least that can be expected: without positions one layer",
		"--steps 1000":                  "expected: another model may come nearer.",
	} {
		e := curve(t, flags, 5000, losses, losses)
		excess := 0.05
		e.Report.Excess = &excess
		if v := Judge(e); v.Kind != Learned || !strings.Contains(v.Text, want) {
			t.Errorf("%s: %s: %s", flags, v.Kind, v.Text)
		}
	}
}

// The verdict names the step whose weights are kept.
func TestVerdictNamesTheKeptStep(t *testing.T) {
	e := curve(t, "--steps 300 --keep last", 500, []float64{4.6, 2, 1, 0.5}, []float64{4.6, 2.3, 2.9, 4})
	if v := Judge(e); strings.Contains(v.Text, "kept") || !strings.Contains(v.Text, "risen to 4.00 since, worse than") ||
		!slices.Contains(v.Flags, "--keep best") {
		t.Error(v.Flags, v.Text)
	}
	e.Settings.Keep = run.KeepBest
	e.Step, e.Report.HeldOutLoss, e.Report.TrainLoss = 100, 2.4, 2 // 0.1 more than the sample
	if v := Judge(e); !strings.Contains(v.Text, "lowest at step 100 (2.40 nats") || !strings.Contains(v.Text, "risen to 4.10 since, worse than") ||
		!strings.Contains(v.Text, "The weights of step 100 are kept.") {
		t.Error(v.Text)
	}
}

// Evaluations after the last checkpoint of a killed training are lost, and no weights of theirs are kept. That they diverged counts.
func TestVerdictOfKilledTraining(t *testing.T) {
	e := curve(t, "--steps 1000", 500, []float64{4.6, 3, 2, 1.5, 1.2, 1}, []float64{4.6, 3.5, 2.2, 2.6, 3.2, 4})
	e.Trained, e.Step, e.Report.HeldOutLoss, e.Report.TrainLoss = 0, 0, 4.6, 4.6
	if v := Judge(e); v.Kind != NotBetter || !v.Resume || v.Last.Step != 0 || strings.Contains(v.Text, "kept") {
		t.Errorf("%s: %s", v.Kind, v.Text)
	}
	e = curve(t, "--steps 1000 --lr 1", 500, []float64{4.6, 3, 2, 1.9, 12, 90}, []float64{4.6, 3.5, 2.6, 2.4, 9, 80})
	e.Trained, e.Step, e.Report.HeldOutLoss, e.Report.TrainLoss = 200, 200, 2.6, 2
	if v := Judge(e); v.Kind != Diverged || v.Last.Step != 500 || !strings.Contains(v.Text, "The weights of step 200 are kept.") {
		t.Errorf("%s: %s", v.Kind, v.Text)
	}
}

// Whatever the numbers, there is a verdict with finite numbers.
func TestJudgeAnything(t *testing.T) {
	zero, one, huge := 0.0, 1.0, math.MaxFloat32
	report := Report{HeldOutReport: &HeldOutReport{}}
	for _, e := range []Evidence{
		{}, {SampleTokens: 10, Report: report},
		{Metrics: []run.Metrics{{Step: 500, Loss: 1, HeldOutLoss: &one}}, SampleTokens: 10, Report: report},
		{Metrics: []run.Metrics{{HeldOutLoss: &zero}, {Step: 1, Loss: huge, HeldOutLoss: &huge}}, SampleTokens: 10, Report: report},
		{Metrics: []run.Metrics{{Step: 3}, {Step: 4}, {Step: 5, HeldOutLoss: &one}}, SampleTokens: 1, Step: 9, Report: report},
		{Metrics: []run.Metrics{{Step: 3}, {Step: 4}}},
	} {
		v := Judge(e)
		if v.Kind == "" || v.Text == "" || strings.Contains(v.Text, "NaN") || strings.Contains(v.Text, "Inf") {
			t.Errorf("%+v: %+v", e, v)
		}
		for _, x := range []*float64{v.Gain, v.GainError} {
			if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0)) {
				t.Errorf("%+v: %g", e, *x)
			}
		}
	}
}
