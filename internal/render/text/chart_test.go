package text

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"pgregory.net/rapid"

	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

func TestChartGolden(t *testing.T) {
	charts := map[string]render.Chart{"losses": rendertest.Losses(), "banded": rendertest.Banded(), "diverging": rendertest.Diverging()}
	for name, c := range charts {
		for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "truecolor": colorprofile.TrueColor} {
			for _, width := range []int{12, 40, 80} {
				if name != "losses" && (width == 12 || color != "plain") {
					continue
				}
				var b bytes.Buffer
				if err := Chart(&b, c, Options{Width: width, Color: profile}); err != nil {
					t.Fatal(err)
				}
				rendertest.Golden(t, fmt.Sprintf("chart-%s-%d-%s", name, width, color), b.Bytes())
			}
		}
	}
}

// Whatever its words and numbers, a chart fits the width and steers no terminal.
func TestChartIsTidy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := func(name string) string { return attentiontest.Token().Draw(t, name) }
		c := render.Chart{Title: word("title"), X: render.Axis{Title: word("x"), Log: rapid.Bool().Draw(t, "log x")},
			Y: render.Axis{Title: word("y"), Log: rapid.Bool().Draw(t, "log y")}, Notes: []string{word("note")}}
		for i := range rapid.IntRange(1, 4).Draw(t, "curves") {
			s := render.Series{Name: word("name"), Detail: word("detail"), Style: rapid.IntRange(0, 60).Draw(t, "style"), Thin: i%2 > 0}
			for j := range rapid.IntRange(2, 9).Draw(t, "points") {
				y := rapid.OneOf(rapid.Float64Range(0.1, 9), rapid.Float64Range(1, 1e30)).Draw(t, "loss")
				s.Points = append(s.Points, render.Point{X: float64(j), Y: y})
				s.Band = append(s.Band, render.Interval{Low: y / 2, High: y * 1.5})
			}
			s.Marks = []render.Mark{{Point: s.Points[1], Name: word("mark")}}
			c.Series = append(c.Series, s)
			c.Levels = append(c.Levels, render.Level{Name: word("level"), Y: rapid.Float64Range(-1, 9).Draw(t, "y"), Style: render.AllStyles})
		}
		o := Options{Width: rapid.IntRange(leastWidth, 130).Draw(t, "width"), Color: colorprofile.Profile(rapid.IntRange(0, int(colorprofile.TrueColor)).Draw(t, "color"))}
		var b bytes.Buffer
		if err := Chart(&b, c, o); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
		}
	})
}

// A curve that falls is at the top on the left and at the bottom on the right, and each style has its letter.
func TestChartDrawsItsCurves(t *testing.T) {
	var b bytes.Buffer
	c := rendertest.Losses()
	if err := Chart(&b, c, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	dots := func(line string, from, to int) int {
		n := 0
		for i, r := range []rune(line) {
			if i >= from && i < to && r >= 0x2800 && r < 0x2900 {
				n++
			}
		}
		return n
	}
	top, bottom := lines[5], lines[19]
	if dots(top, 0, 12) == 0 || dots(top, 20, 80) > 0 || dots(bottom, 0, 12) > 0 || dots(bottom, 40, 80) == 0 {
		t.Errorf("the curves are not where they should be:\n%s", &b)
	}
	for _, want := range []string{"a fast, lr 0.01", "b slow, lr 0.03", "● kept", " bigram 1.500 ", " grammar 1.400 ", " uniform 4.600 "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &b)
		}
	}
	if err := Chart(&b, render.Chart{}, Options{}); err == nil {
		t.Error("a chart of nothing is drawn")
	}
}
