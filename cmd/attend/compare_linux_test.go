package main

import (
	"strings"
	"testing"
)

// Progress over seeds stands on a terminal while they train, and is gone afterwards.
func TestSeedsProgress(t *testing.T) {
	workshop(t)
	s := sit(t, 80, 60, nil, "compare", "the cat sat", "--seeds", "3")
	for _, seed := range []string{"2", "3"} {
		s.expect("training seed " + seed + " of 3 ")
	}
	s.expect("mean over seeds")
	s.end(0)
	screen := terminalScreen{}
	screen.write(s.seen.String())
	if text := screen.text(); strings.Contains(text, "training seed") || !strings.Contains(text, "the cat sat with 3 seeds\n") {
		t.Errorf("the screen is\n%s", text)
	}
}
