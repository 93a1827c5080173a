package play

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
)

// closeTo reports whether two predictions are the same within 1e-5.
func closeTo(a, b []attention.Prediction) bool {
	return slices.EqualFunc(a, b, func(a, b attention.Prediction) bool {
		return a.Word == b.Word && math.Abs(a.Probability-b.Probability) < 1e-5
	})
}

// exported returns the files of the exported run by their names in the zip file.
func exported(c *conversation) map[string][]byte {
	c.t.Helper()
	e := ask[Exported](c, "export", object{"what": "run"})
	b, err := base64.StdEncoding.DecodeString(e.Base64)
	if err != nil {
		c.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		c.t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			c.t.Fatal(err)
		}
	}
	return files
}

// trainedNatively returns the folder of a run that `attend train` would make of a text with these settings, and with the sample
// sentence that the command of a page gives: without its last word.
func trainedNatively(t *testing.T, text string, settings map[string]string) string {
	t.Helper()
	g := given(maps.Clone(settings))
	g[dataSetting] = "small.txt"
	s, err := g.settings()
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := data.Load("small.txt", strings.NewReader(text), s.Options())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	if corpus.Vocabulary.Layout().Sentences() {
		s.Sample = s.Sample[:strings.LastIndex(s.Sample, " ")]
	}
	path := filepath.Join(t.TempDir(), "run")
	training, err := run.Start(path, s, corpus, false)
	if err != nil {
		t.Fatal(err)
	}
	defer training.Close()
	if err := training.Train(context.Background(), func(run.Progress) {}); err != nil {
		t.Fatal(err)
	}
	return path
}

// sameModel checks the model of a run folder against that of an export.
func sameModel(t *testing.T, folder string, files map[string][]byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join(folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if got := files["small/model.safetensors"]; !bytes.Equal(got, want) {
		t.Errorf("the model has %d bytes that are not those %d of a training in one part", len(got), len(want))
	}
}

// A training by messages has the model of `attend train` with the same settings, byte for byte: in any parts, and whatever is shown.
func TestSameModelAsNatively(t *testing.T) {
	for _, settings := range []map[string]string{
		quick("dropout", "0.1"), quick("keep", "last", "save-interval", "7"), quick("patience", "2", "lr", "0.2"),
	} {
		c := talk(t)
		ask[State](c, "configure", object{"text": small(), "fileName": "C:\\texts\\small.txt", "settings": settings})
		for i, updates := range []int{1, 3, 6, 11, 100} {
			ask[Progress](c, "step", object{"updates": updates})
			query := 2 + i%3
			ask[Shown](c, "show", object{"sentence": "the lion likes the cat", "interventions": []object{
				{"layer": 0, "head": i % 2}, {"layer": -1, "head": -1, "query": query, "key": 1}}})
			ask[WhyResult](c, "why", object{"sentence": "the zebra sees"})
			exported(c)
		}
		files := exported(c)
		sameModel(t, trainedNatively(t, small(), settings), files)
		if string(files["small.txt"]) != small() {
			t.Error("the text is not beside the folder")
		}
	}
}

func TestStepByTime(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"text": small(), "settings": quick("steps", "100000", "eval-interval", "1000")})
	p := ask[Progress](c, "step", object{"updates": 100000, "milliseconds": 20})
	if p.Step < 1 || p.Step > 50000 || p.Stopped != "" {
		t.Errorf("step %d, stopped %q", p.Step, p.Stopped)
	}
	if p = ask[Progress](c, "step", object{"updates": 5, "milliseconds": 1e-6}); p.Step < 1 || p.LearningRate <= 0 || p.GradientNorm <= 0 {
		t.Errorf("%+v", p)
	}
}

// Rewinding gives the same initial weights each time, and the same training.
func TestRewind(t *testing.T) {
	c := talk(t)
	settings := quick()
	state := ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": settings})
	first := fmt.Sprint(state.Map)
	for range 3 {
		ask[Progress](c, "step", object{"updates": 25})
		ask[RateChanged](c, "rate", object{"learningRate": 0.5})
		ask[Progress](c, "step", object{"updates": 1})
		state = ask[State](c, "rewind", nil)
		if fmt.Sprint(state.Map) != first || state.Step != 0 || len(state.Points) != 1 || state.CommandWithheld != "" {
			t.Fatalf("state after rewinding: %+v", state)
		}
	}
	ask[Progress](c, "step", object{"updates": 100})
	sameModel(t, trainedNatively(t, small(), settings), exported(c))
	entries, err := os.ReadDir(c.session.folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d folders are left of 4 runs, %v", len(entries), err)
	}
}

// More steps are those of `attend train --resume --steps`.
func TestMoreSteps(t *testing.T) {
	c := talk(t)
	settings := quick()
	ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": settings})
	if p := ask[Progress](c, "step", object{"updates": 1000}); p.Stopped != "steps" {
		t.Fatalf("stopped %q", p.Stopped)
	}
	if grown := ask[StepsChanged](c, "stopAt", object{"steps": 60}); grown.Steps != 60 || grown.CommandWithheld == "" || grown.Command != "" {
		t.Errorf("%+v", grown)
	}
	p := ask[Progress](c, "step", object{"updates": 1000})
	if p.Step != 60 || p.Stopped != "steps" || p.Steps != 60 || p.Reason != "All 60 steps are made." {
		t.Errorf("%+v", p)
	}
	files := exported(c)

	path := trainedNatively(t, small(), settings)
	training, err := run.Resume(path, func(r *run.Run) (*data.Corpus, error) {
		return data.Load("small.txt", strings.NewReader(small()), r.Settings.Options())
	}, func(s *run.Settings) error { s.Steps = 60; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer training.Close()
	if err := training.Train(context.Background(), func(run.Progress) {}); err != nil {
		t.Fatal(err)
	}
	sameModel(t, path, files)
	state := ask[State](c, "configure", object{"text": small(), "settings": settings})
	if early := ask[StepsChanged](c, "stopAt", object{"steps": 50}); early.Steps != 50 || !strings.Contains(early.Command, "--steps 50") {
		t.Errorf("%+v", early)
	}
	ask[Progress](c, "step", object{"updates": 45})
	if state = ask[State](c, "rewind", nil); state.Steps != 50 || state.Settings["steps"] != "50" || !strings.Contains(state.Command, "--steps 50") {
		t.Errorf("%d steps, %s", state.Steps, state.Command)
	}
	c.refused("stopAt", object{"steps": 2e6}, "1,000,000")
	c.refused("stopAt", object{"steps": -1}, "want 0 or more")
	c.refused("stopAt", object{"loss": -0.5}, "want 0 or more")
}

// Each condition ends a step once.
func TestStopAt(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"text": small(), "settings": quick("steps", "3000", "dropout", "0.1", "min-lr", "0.0001")})
	ask[object](c, "stopAt", object{"steps": 7})
	p := ask[Progress](c, "step", object{"updates": 100})
	if p.Step != 7 || p.Stopped != "steps" || p.Reason != "Step 7 is reached, where it was to stop." {
		t.Errorf("%d %q %q", p.Step, p.Stopped, p.Reason)
	}
	if p = ask[Progress](c, "step", object{"updates": 2}); p.Step != 9 || p.Stopped != "" || p.Reason != "" {
		t.Errorf("%d %q %q", p.Step, p.Stopped, p.Reason)
	}
	ask[object](c, "stopAt", object{"loss": 1.9})
	p = ask[Progress](c, "step", object{"updates": 2000})
	if p.Stopped != "loss" || *p.HeldOut > 1.9 || p.Points[len(p.Points)-1].Step != p.Step {
		t.Errorf("%d %q %q %+v", p.Step, p.Stopped, p.Reason, *p.HeldOut)
	}
	ask[object](c, "stopAt", object{"flat": true})
	p = ask[Progress](c, "step", object{"updates": 5000})
	if p.Stopped != "flat" || p.Step >= 3000 || p.Step%10 != 0 {
		t.Errorf("%d %q %q", p.Step, p.Stopped, p.Reason)
	}
	if again := ask[Progress](c, "step", object{"updates": 1}); again.Stopped != "" || again.Step != p.Step+1 {
		t.Errorf("%d %q", again.Step, again.Stopped)
	}
}

// A changed rate is that of the updates, and withholds the command; the rate of the settings again, before an update, does not.
func TestRate(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"text": small(), "settings": quick("warmup", "0")})
	ask[Progress](c, "step", object{"updates": 1})
	changed := ask[RateChanged](c, "rate", object{"learningRate": 0.02})
	if changed.CommandWithheld == "" || changed.Command != "" || changed.LearningRate != 0.02 {
		t.Errorf("%+v", changed)
	}
	if back := ask[RateChanged](c, "rate", object{"learningRate": 0}); back.CommandWithheld != "" || back.LearningRate != 0.01 ||
		!strings.HasPrefix(back.Command, "attend train ") || math.Abs(changed.NextRate/back.NextRate-2) > 1e-9 {
		t.Errorf("%+v, and before %+v", back, changed)
	}
	ask[RateChanged](c, "rate", object{"learningRate": 0.02})
	if p := ask[Progress](c, "step", object{"updates": 1}); math.Abs(p.LearningRate-changed.NextRate) > 1e-12 {
		t.Errorf("rate %g, want %g", p.LearningRate, changed.NextRate)
	}
	if back := ask[RateChanged](c, "rate", object{}); back.CommandWithheld == "" {
		t.Error("the command is not withheld, though an update had another rate")
	}
	c.refused("rate", object{"learningRate": -1}, "learningRate -1", "at least 0")
	c.refused("rate", object{"learningRate": 1e300}, "at most 1,000")
	ask[Progress](c, "step", object{"updates": 100})
	opened := talk(t)
	state := ask[State](opened, "open", object{"zip": ask[Exported](c, "export", object{"what": "run"}).Base64})
	if state.CommandWithheld == "" || state.Command != "" {
		t.Errorf("an opened run with another rate has the command %q", state.Command)
	}
}

func TestDiverged(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"text": small(), "settings": quick("lr", "1000", "clip", "0", "optimizer", "sgd", "warmup", "0")})
	var p Progress
	for range 100 {
		if p = ask[Progress](c, "step", object{"updates": 10}); p.Stopped != "" {
			break
		}
	}
	if p.Stopped != "diverged" || !strings.Contains(p.Reason, "It diverged at step ") {
		t.Fatalf("%+v", p)
	}
	if again := ask[Progress](c, "step", object{"updates": 10}); again.Step != p.Step || again.Stopped != "diverged" {
		t.Errorf("%+v", again)
	}
	v := ask[VerdictResult](c, "verdict", nil)
	if v.Kind != "diverged" || len(v.Remedies) != 1 || v.Remedies[0].Settings["lr"] == "" {
		t.Errorf("%+v", v)
	}
	settings := v.Remedies[0].Settings
	state := ask[State](c, "configure", object{"text": small(), "settings": settings})
	for name, text := range settings {
		if state.Settings[name] != text {
			t.Errorf("%s %s, want %s", name, state.Settings[name], text)
		}
	}
	ask[Progress](c, "step", object{"updates": 100})
}
