package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"pgregory.net/rapid"
)

func liveText(t *testing.T, m Map, width, lines int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Live(&b, m, TextOptions{Width: width}, lines); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLiveTakesWhatFits(t *testing.T) {
	m := lion()
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
	for name, m := range map[string]Map{"lion": lion(), "long": long(), "foreign": foreign()} {
		for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "truecolor": colorprofile.TrueColor} {
			var b bytes.Buffer
			for _, size := range [][2]int{{80, 24}, {40, 14}, {120, 60}} {
				fmt.Fprintf(&b, "%d by %d\n", size[0], size[1])
				if err := Live(&b, m, TextOptions{Width: size[0], Color: profile}, size[1]); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "live-"+name+"-"+color, b.Bytes())
		}
	}
}

func TestLiveFits(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		m := anyMap(t)
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
