package main

import (
	"testing"

	"attend/internal/run"
)

// A change of the learning rate by more than a tenth is noted.
func TestRateNote(t *testing.T) {
	before := run.Defaults()
	for _, c := range []struct {
		step, steps int
		noted       bool
	}{{1500, 3000, true}, {50, 3000, false}, {700, 1500, false}, {700, 1550, false}, {700, 3000, true}} {
		after := before
		after.Steps = c.steps
		note := rateNote(before, &run.Training{Run: &run.Run{Settings: after, Step: c.step}})
		if (note != "") != c.noted {
			t.Errorf("at step %d, with %d steps instead of %d: %q", c.step, c.steps, before.Steps, note)
		}
	}
}
