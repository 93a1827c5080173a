package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

// triangle is a map of three words with a weight of each shade.
func triangle() [][]float64 { return [][]float64{{1, 0, 0}, {0.6, 0.4, 0}, {0.1, 0.02, 0.88}} }

func TestSmallMapWithoutColour(t *testing.T) {
	for size, want := range map[cellSize][]string{
		dense: {"█··", "▓▒·", "░ █"},
		roomy: {"██ · ·", "▓▓▒▒ ·", "░░  ██"},
	} {
		if got := smallMap(triangle(), size, colorprofile.ANSI); !slices.Equal(got, want) {
			t.Errorf("size %d: %q, want %q", size, got, want)
		}
	}
}

func TestSmallMapWithColour(t *testing.T) {
	// Two queries share a line: the first sees one key, the second two.
	upper := func(w float64) string { return ansi.NewStyle().ForegroundColor(shade(w)).Styled("▀") }
	lower := func(w float64) string { return ansi.NewStyle().ForegroundColor(shade(w)).Styled("▄") }
	both := ansi.NewStyle().ForegroundColor(shade(1)).BackgroundColor(shade(0.6)).Styled("▀")
	want := []string{both + lower(0.4) + " ", upper(0.1) + upper(0.02) + upper(0.88)}
	if diff := cmp.Diff(want, smallMap(triangle(), dense, colorprofile.TrueColor)); diff != "" {
		t.Error(diff)
	}
	for _, p := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.TrueColor} {
		for _, line := range append(smallMap(triangle(), roomy, p), smallMap(triangle(), dense, p)...) {
			if w := ansi.StringWidth(line); w != 6 && w != 3 {
				t.Errorf("%q has %d columns", line, w)
			}
		}
		if lines := smallMap(triangle(), roomy, p); strings.Count(lines[0], "\x1b[m") != 1 || !strings.HasSuffix(lines[0], "    ") {
			t.Errorf("the first word sees itself alone: %q", lines[0])
		}
	}
}

func TestPooledKeepsTheLargest(t *testing.T) {
	if diff := cmp.Diff([][]float64{{1, 0}, {0.1, 0.88}}, pooled(triangle(), 2)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]float64{{1}}, pooled(triangle(), 9)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(triangle(), pooled(triangle(), 1)); diff != "" {
		t.Error(diff)
	}
}
