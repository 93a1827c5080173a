package lesson

import (
	"context"
	"os"
	"strings"
	"testing"

	"attend/internal/run"
)

func TestTheModelOfTheLessonLeavesOtherRunsAlone(t *testing.T) {
	_, course := whole(t)
	settings := course.settings
	path, there, err := course.home(settings)
	if err != nil || there == nil || there.Step != settings.Steps {
		t.Fatalf("%s: %v, %v", path, there, err)
	}
	other := settings
	other.Seed = 99
	second, there, err := course.home(other)
	if err != nil || there != nil || second == path || !strings.HasPrefix(second, path) {
		t.Errorf("another training would go to %s (%v, %v), the first is in %s", second, there, err, path)
	}
	if _, err := run.Start(second, other, course.corpus, false); err != nil {
		t.Fatal(err)
	}
	// Interrupted at once, the lesson's own leaves a run that is not taken for a trained one.
	aside, err := NewCourse(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	aside.Progress = func(*run.Progress) { cancel() }
	if _, err := aside.train(ctx); err == nil {
		t.Fatal("a training that was interrupted gave a model")
	}
	if r, err := aside.known(); err != nil || r != nil {
		t.Errorf("known is %v, %v", r, err)
	}
	if _, there, err := aside.home(settings); err != nil || there == nil || there.Step >= settings.Steps {
		t.Errorf("%v, %v", there, err)
	}
}

// A second training of a finished model that is interrupted leaves the first, and nothing else.
func TestAnInterruptedSecondTrainingCostsNothing(t *testing.T) {
	_, course := whole(t)
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	again, err := NewCourse(course.runs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	again.Progress = func(*run.Progress) { cancel() }
	if _, err := again.train(ctx); err == nil {
		t.Fatal("a training that was interrupted gave a model")
	}
	if r, err := again.known(); err != nil || r == nil || r.Step != r.Settings.Steps {
		t.Errorf("known is %v, %v", r, err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
