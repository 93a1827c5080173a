package text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// triangle is a map of three words with a weight of each shade.
func triangle() [][]float64 { return [][]float64{{1, 0, 0}, {0.6, 0.4, 0}, {0.1, 0.02, 0.88}} }

func TestSmallMapWithoutColour(t *testing.T) {
	for size, want := range map[int][]string{
		dense: {"█··", "▓▒·", "░ █"},
		roomy: {"██ · ·", "▓▓▒▒ ·", "░░  ██"},
	} {
		if got := smallMap(render.View{Weights: triangle()}, size, colorprofile.ANSI); !slices.Equal(got, want) {
			t.Errorf("size %d: %q, want %q", size, got, want)
		}
	}
}

func TestSmallMapWithColour(t *testing.T) {
	// Two queries share a line: the first sees one key, the second two.
	upper := func(w float64) string {
		return ansi.NewStyle().ForegroundColor(render.OnEither().Weight(w)).Styled("▀")
	}
	lower := func(w float64) string {
		return ansi.NewStyle().ForegroundColor(render.OnEither().Weight(w)).Styled("▄")
	}
	both := ansi.NewStyle().ForegroundColor(render.OnEither().Weight(1)).BackgroundColor(render.OnEither().Weight(0.6)).Styled("▀")
	want := []string{both + lower(0.4) + " ", upper(0.1) + upper(0.02) + upper(0.88)}
	if diff := cmp.Diff(want, smallMap(render.View{Weights: triangle()}, dense, colorprofile.TrueColor)); diff != "" {
		t.Error(diff)
	}
	for _, p := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.TrueColor} {
		for _, line := range append(smallMap(render.View{Weights: triangle()}, roomy, p), smallMap(render.View{Weights: triangle()}, dense, p)...) {
			if w := ansi.StringWidth(line); w != 6 && w != 3 {
				t.Errorf("%q has %d columns", line, w)
			}
		}
		if lines := smallMap(render.View{Weights: triangle()}, roomy, p); strings.Count(lines[0], "\x1b[m") != 1 || !strings.HasSuffix(lines[0], "    ") {
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

func liveText(t *testing.T, m attention.Map, width, lines int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Live(&b, m, Options{Width: width}, lines); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLiveTakesWhatFits(t *testing.T) {
	m := attentiontest.Lion()
	for _, c := range []struct {
		name         string
		width, lines int
		has, lacks   string
	}{
		{"all", 80, 20, "head 2", "mean"},
		{"no room for the next words", 80, 10, "head 2", "next:"},
		{"too narrow for two heads", 40, 30, "mean of 2 heads", "head 2"},
		{"too low for the words", 40, 8, "▒", "lion"},
	} {
		text := liveText(t, m, c.width, c.lines)
		if !strings.Contains(text, c.has) || strings.Contains(strings.ReplaceAll(text, "2 heads", ""), c.lacks) {
			t.Errorf("%s: want %q and no %q in\n%s", c.name, c.has, c.lacks, text)
		}
	}
	if text := liveText(t, m, 80, 20); !strings.Contains(text, "next: river 0.998") {
		t.Errorf("no next words in\n%s", text)
	}
	if text := liveText(t, m, 80, 0); text != "" {
		t.Errorf("no line of room, and %q", text)
	}
	if text := liveText(t, m, 80, 1); strings.Count(text, "\n") != 1 {
		t.Errorf("one line of room, and %q", text)
	}
}

func TestLiveGolden(t *testing.T) {
	for name, m := range map[string]attention.Map{"lion": attentiontest.Lion(), "long": attentiontest.Long(), "foreign": attentiontest.Foreign()} {
		for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "truecolor": colorprofile.TrueColor} {
			var b bytes.Buffer
			for _, size := range [][2]int{{80, 24}, {40, 14}, {120, 60}} {
				fmt.Fprintf(&b, "%d by %d\n", size[0], size[1])
				if err := Live(&b, m, Options{Width: size[0], Color: profile}, size[1]); err != nil {
					t.Fatal(err)
				}
			}
			rendertest.Golden(t, "live-"+name+"-"+color, b.Bytes())
		}
	}
}

func TestLiveFits(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		m := attentiontest.AnyMap(t)
		o := anyOptions(t, m)
		lines := rapid.IntRange(-1, 30).Draw(t, "lines")
		var b bytes.Buffer
		if err := Live(&b, m, o, lines); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "\n"); n > max(lines, 0) {
			t.Fatalf("%d lines, want at most %d", n, lines)
		}
		if lines > 0 && b.Len() == 0 {
			t.Fatal("nothing was drawn")
		}
	})
}
