package text

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"attend/internal/render"
	"attend/internal/render/picture"
	"attend/internal/render/rendertest"
)

func TestArrows(t *testing.T) {
	const want = `Query and keys
   1  2                     1
      ·                   •
      •                 •
      ·               •
      •             •
      ·           •
      •         •
      •       •
      ·     •
      •   •
      · •
   0  +·•·•·•·•·•·•·•·•·•·•·q
      0                     1
q  query [1 0]
1  key 1 [1 1]
2  key 2 [0 1]
`
	var b bytes.Buffer
	if err := Arrows(&b, rendertest.Notebook(), Options{Color: colorprofile.NoTTY}); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestArrowsFitsAnyWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) float64 {
			return rapid.Float64Range(-1, 1).Draw(t, "x") * math.Pow(10, float64(rapid.IntRange(-6, 6).Draw(t, "power")))
		})
		p := render.Arrows{Title: rapid.String().Draw(t, "title")}
		for range rapid.IntRange(1, 12).Draw(t, "arrows") {
			p.Arrows = append(p.Arrows, render.Arrow{Name: rapid.String().Draw(t, "name"), X: number.Draw(t, "x"), Y: number.Draw(t, "y"), Kind: render.ArrowKind(rapid.IntRange(0, 2).Draw(t, "kind"))})
		}
		width := rapid.IntRange(leastWidth, 120).Draw(t, "width")
		var b bytes.Buffer
		if err := Arrows(&b, p, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Fatalf("%d columns of %d: %q", n, width, line)
			}
		}
		d, err := picture.Arrows(p, picture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := picture.SVG(io.Discard, d); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingToDrawWritesNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Arrows(&b, render.Arrows{}, Options{}); err == nil || b.Len() > 0 {
		t.Errorf("no arrows: error %v, wrote %q", err, &b)
	}
	if err := Bars(&b, render.Bars{}, Options{}); err == nil || b.Len() > 0 {
		t.Errorf("no bars: error %v, wrote %q", err, &b)
	}
}
