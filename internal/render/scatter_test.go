package render

import (
	"fmt"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestCaptionSaysWhatIsNotShown(t *testing.T) {
	want := "across: component 1, 41.0% of the variance; up: component 2, 21.5%; together 62.5%, the other 37.5% is not shown"
	if got := ScatterCaption(attentiontest.Animals()); got != want {
		t.Errorf("caption %q, want %q", got, want)
	}
}

func TestPlaneKeepsProportions(t *testing.T) {
	for name, scale := range map[string]float64{"small": 5e-300, "one": 1, "huge": 1.7e308} {
		s := attention.Scatter{Points: []attention.Point{{Name: "a", X: -scale, Y: 0}, {Name: "b", X: scale, Y: 0}, {Name: "c", X: 0, Y: scale}}}
		points, across, down := ScatterPlane(s)
		if across != 1 || down != 0.5 {
			t.Errorf("%s: %g across, %g down, want 1 and 0.5", name, across, down)
		}
		for i, want := range [][2]float64{{0, 0.5}, {1, 0.5}, {0.5, 0}} { // y runs downwards
			if points[i] != want {
				t.Errorf("%s: point %d at %v, want %v", name, i, points[i], want)
			}
		}
	}
	if points, across, down := ScatterPlane((attention.Scatter{Points: []attention.Point{{Name: "a", X: 3, Y: 4}, {Name: "b", X: 3, Y: 4}}})); across != 0 || down != 0 || points[1] != [2]float64{} {
		t.Errorf("one place: %v, %g, %g", points, across, down)
	}
}

func TestUnnamedNoteIsShort(t *testing.T) {
	var s attention.Scatter
	for i := range 1000 {
		s.Points = append(s.Points, attention.Point{Name: fmt.Sprint(i)})
	}
	unnamed := make([]int, 500)
	for i := range unnamed {
		unnamed[i] = 499 - i
	}
	note := UnnamedNote(s, unnamed)
	if !strings.HasPrefix(note, "500 of 1000 dots have no space for a name: 0 1 2 ") || !strings.HasSuffix(note, " 59 and 440 more") {
		t.Errorf("note %q", note)
	}
	if note := UnnamedNote(s, []int{7}); note != "1 of 1000 dots has no space for a name: 7" {
		t.Errorf("note %q", note)
	}
}
