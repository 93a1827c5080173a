package run

import (
	"bytes"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/layers"
)

// A training in parts, each of any number of updates, ends with the files of one in a single part, but for the times.
func TestAdvance(t *testing.T) {
	s := small()
	s.Steps, s.Dropout = 13, 0.1
	straight := filepath.Join(t.TempDir(), "straight")
	finish(t, begin(t, straight, s, smallText()))
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, s, smallText())
	seconds := 0.0
	for _, updates := range []int{1, 2, 3, 1, 4, 50} {
		made, reported := 0, 0
		before := training.Step
		err := training.Advance(func() bool { made++; return made == updates }, func(p Progress) {
			if !p.Evaluated {
				reported++
			}
		})
		if want := min(updates, s.Steps-before); err != nil || training.Step-before != want || reported != want {
			t.Fatalf("%v: %d updates, %d reported, want %d", err, training.Step-before, reported, want)
		}
		if training.Seconds() < seconds {
			t.Errorf("after step %d: %g seconds, before that %g", training.Step, training.Seconds(), seconds)
		}
		seconds = training.Seconds()
	}
	if got, want := sums(t, path), sums(t, straight); got != want {
		t.Errorf("SHA-256 %v, want %v", got, want)
	}
	if got, want := untimed(t, path), untimed(t, straight); !reflect.DeepEqual(got, want) {
		t.Errorf("metrics\n%v\nwant\n%v", got, want)
	}
	if !bytes.Equal(contents(t, path, filmFile), contents(t, straight, filmFile)) {
		t.Error("another film")
	}
}

// A part does not save where it pauses; Save does.
func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	training := begin(t, path, small(), smallText())
	if err := training.Advance(func() bool { return true }, func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	if r := opened(t, path); r.Trained != 0 {
		t.Errorf("step %d is saved", r.Trained)
	}
	if err := training.Save(); err != nil {
		t.Fatal(err)
	}
	if r := opened(t, path); r.Trained != 1 {
		t.Errorf("step %d is saved, want 1", r.Trained)
	}
	training.Parameters.All()[0].Data[3] = float32(math.NaN())
	if err := training.Save(); err == nil || opened(t, path).Trained != 1 {
		t.Errorf("weights that are not finite: %v", err)
	}
}

// Another number of steps is that of a training that is resumed with it.
func TestSetSteps(t *testing.T) {
	for _, at := range []int{2, 6} {
		straight := filepath.Join(t.TempDir(), "straight")
		training := begin(t, straight, small(), smallText())
		if at < 6 {
			stopAt(t, training, at)
		} else {
			finish(t, training)
		}
		again, err := Resume(straight, loadSmall, func(s *Settings) error { s.Steps = 11; return nil })
		if err != nil {
			t.Fatal(err)
		}
		finish(t, again)

		path := filepath.Join(t.TempDir(), "run")
		training = begin(t, path, small(), smallText())
		if err := training.Advance(func() bool { return training.Step == at }, func(Progress) {}); err != nil {
			t.Fatal(err)
		}
		for _, steps := range []int{at - 1, 0, 1} { // 1 is less than the warmup
			if err := training.SetSteps(steps); err == nil {
				t.Errorf("%d steps at step %d: no error", steps, at)
			}
		}
		if err := training.SetSteps(11); err != nil {
			t.Fatal(err)
		}
		if r := opened(t, path); r.Settings.Steps != 11 {
			t.Errorf("the folder has %d steps", r.Settings.Steps)
		}
		finish(t, training)
		if got, want := sums(t, path), sums(t, straight); got != want {
			t.Errorf("from step %d: SHA-256 %v, want %v", at, got, want)
		}
	}
}

// The factor is that of the rate of the next update.
func TestSetRateFactor(t *testing.T) {
	training := begin(t, filepath.Join(t.TempDir(), "run"), small(), smallText())
	for i, factor := range []float64{1, 3, 0.25} {
		if err := training.SetRateFactor(factor); err != nil {
			t.Fatal(err)
		}
		want := factor * training.Settings.Training().Rate(i)
		if err := training.Save(); err != nil { // which computes the next gradients
			t.Fatal(err)
		}
		if err := training.SetRateFactor(2 * factor); err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(training.Parameters.All()[0].Data)
		err := training.Advance(func() bool { return true }, func(p Progress) {
			if !p.Evaluated && math.Abs(p.LearningRate-2*want) > 1e-12 {
				t.Errorf("rate %g, want %g", p.LearningRate, 2*want)
			}
		})
		if err != nil || slices.Equal(before, training.Parameters.All()[0].Data) {
			t.Errorf("%v, or the weights did not change", err)
		}
	}
	for _, factor := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if err := training.SetRateFactor(factor); err == nil {
			t.Errorf("factor %g: no error", factor)
		}
	}
}

// A map of an edited pass has the predictions of that pass, and the next one has none of its edits.
func TestMapWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, path, small(), smallText()))
	session := reader(t, opened(t, path), 1)
	const text = "the lion sees the ant"
	plain, err := session.Map(text, 3)
	if err != nil {
		t.Fatal(err)
	}
	var after []float32
	edited, err := session.MapWith(text, MapOptions{Most: 3, NextAt: 2, Edit: func(f *layers.Inference, sentence int) error {
		return f.Attention[0].RemoveAttention(layers.Link{Sentence: sentence, Head: layers.AllHeads, Query: 5, Key: 2})
	}, Read: func(out ForwardResult) {
		if out.Len() != len(plain.Tokens) {
			t.Errorf("%d tokens", out.Len())
		}
		after = slices.Clone(out.Logits(5))
	}})
	if err != nil {
		t.Fatal(err)
	}
	kernel.Softmax(after)
	if edited.Attention[0][0][5][2] != 0 || len(edited.NextAt) != 6 || len(edited.NextAt[0]) != 2 || len(edited.Next) != 3 ||
		edited.Next[0].Probability != float64(slices.Max(after)) || edited.Next[0] == plain.Next[0] {
		t.Errorf("%+v", edited.Next)
	}
	again, err := session.MapWith(text, MapOptions{Most: 3})
	if err != nil || !reflect.DeepEqual(again, plain) {
		t.Errorf("%v: the next map has edits", err)
	}
	if err := (attention.Map{Encoded: attention.Encoded{Text: text, Tokens: again.Tokens}, Attention: again.Attention, Next: again.Next}).Validate(); err != nil {
		t.Error(err)
	}
}
