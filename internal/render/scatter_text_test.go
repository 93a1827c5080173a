package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

func TestScatterTextGolden(t *testing.T) {
	for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "truecolor": colorprofile.TrueColor} {
		for _, width := range []int{12, 40, 80} {
			var b bytes.Buffer
			if err := ScatterText(&b, animals(), TextOptions{Width: width, Color: profile}); err != nil {
				t.Fatal(err)
			}
			golden(t, fmt.Sprintf("scatter-%d-%s", width, color), b.Bytes())
		}
	}
}

// Every name is in the picture or in the list of those that are not.
func TestScatterTextNamesAll(t *testing.T) {
	s := animals()
	for i := range 30 {
		s.Points = append(s.Points, Point{fmt.Sprintf("w%02d", i), 1, 1})
	}
	var b bytes.Buffer
	if err := ScatterText(&b, s, TextOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), " are dots without a name") {
		t.Error("the test wants names without room")
	}
	for _, p := range s.Points {
		if !strings.Contains(b.String(), fit(spelling(p.Name), widestLabel)) {
			t.Errorf("%q is missing", p.Name)
		}
	}
}

func TestUnnamedNoteIsShort(t *testing.T) {
	var s Scatter
	for i := range 1000 {
		s.Points = append(s.Points, Point{Name: fmt.Sprint(i)})
	}
	unnamed := make([]int, 500)
	for i := range unnamed {
		unnamed[i] = 499 - i
	}
	note := s.unnamedNote(unnamed)
	if !strings.HasPrefix(note, "500 of 1000 are dots without a name, for want of room: 0 1 2 ") || !strings.HasSuffix(note, " 59 and 440 more") {
		t.Errorf("note %q", note)
	}
	if note := s.unnamedNote([]int{7}); note != "1 of 1000 is a dot without a name, for want of room: 7" {
		t.Errorf("note %q", note)
	}
}
