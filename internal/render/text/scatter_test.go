package text

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
	"attend/internal/term"
)

func TestScatterTextGolden(t *testing.T) {
	for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "truecolor": colorprofile.TrueColor} {
		for _, width := range []int{12, 40, 80} {
			var b bytes.Buffer
			if err := Scatter(&b, attentiontest.Animals(), Options{Width: width, Color: profile}); err != nil {
				t.Fatal(err)
			}
			rendertest.Golden(t, fmt.Sprintf("scatter-%d-%s", width, color), b.Bytes())
		}
	}
}

// Every name is in the picture or in the list of those that are not.
func TestScatterTextNamesAll(t *testing.T) {
	s := attentiontest.Animals()
	for i := range 30 {
		s.Points = append(s.Points, attention.Point{Name: fmt.Sprintf("w%02d", i), X: 1, Y: 1})
	}
	var b bytes.Buffer
	if err := Scatter(&b, s, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), " dots have no space for a name") {
		t.Error("the test wants names without room")
	}
	for _, p := range s.Points {
		if !strings.Contains(b.String(), term.Fit(render.Spelling(p.Name), render.WidestLabel)) {
			t.Errorf("%q is missing", p.Name)
		}
	}
}
