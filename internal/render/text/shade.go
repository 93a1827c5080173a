package text

import (
	"image/color"
	"math"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render"
)

// shaded is text on a colour, in the black or white that reads best on it; as it is where there are no colours.
func shaded(text string, background color.Color, style ansi.Style, p colorprofile.Profile) string {
	var ink color.Color = render.Ink(background)
	switch {
	case p < colorprofile.ANSI256:
		return text
	case p == colorprofile.ANSI256 && render.Ink(background).R == 0:
		ink = ansi.IndexedColor(16) // black, in the fixed part of the palette of 256
	case p == colorprofile.ANSI256:
		ink = ansi.IndexedColor(231) // white
	}
	return style.BackgroundColor(background).ForegroundColor(ink).Styled(text)
}

// tinted is text in the middle colour of the scale, which shows on a dark and
// on a light terminal; as it is where there are no colours.
func tinted(text string, p colorprofile.Profile) string {
	if text == "" || p < colorprofile.ANSI256 {
		return text
	}
	return ansi.NewStyle().ForegroundColor(weightColor(0.5, p)).Styled(text)
}

// swatches shows the colours of evenly spaced numbers from least to 1, each on a text.
func swatches(text string, least float64, steps int, of func(float64, colorprofile.Profile) color.Color, p colorprofile.Profile) string {
	var b strings.Builder
	for i := range steps + 1 {
		b.WriteString(shaded(text, of(least+float64(i)/float64(steps)*(1-least), p), ansi.NewStyle(), p))
	}
	return b.String()
}

// weightColor is the colour of a weight. In the palette of 256 it is one of seven that
// keep to the hue of the scale and rise evenly in lightness, which the
// nearest colours to it do not.
func weightColor(weight float64, p colorprofile.Profile) color.Color {
	if p != colorprofile.ANSI256 {
		return render.OnEither().Weight(weight)
	}
	steps := [...]ansi.IndexedColor{241, 96, 97, 98, 134, 140, 177}
	return steps[int(math.Round(render.Printed(weight)*float64(len(steps)-1)))]
}

// sinkColor is the colour of a weight in the column of an attention sink. In the palette of 256 it is one of five greys.
func sinkColor(weight float64, p colorprofile.Profile) color.Color {
	if p != colorprofile.ANSI256 {
		return render.OnEither().Sink(weight)
	}
	return ansi.IndexedColor(241 + int(math.Round(render.Printed(weight)*4)))
}

// cellColor is the colour of one number of a view.
func cellColor(v render.View, query, key int, p colorprofile.Profile) color.Color {
	x := v.Weights[query][key]
	switch {
	case v.Signed:
		return differenceColor(x, p)
	case v.Sink && key == 0:
		return sinkColor(x, p)
	}
	return weightColor(x, p)
}

// differenceColor is the colour of a difference. In the palette of 256 it is one of four to each side of a
// grey, evenly lighter.
func differenceColor(d float64, p colorprofile.Profile) color.Color {
	if p != colorprofile.ANSI256 {
		return render.OnEither().Difference(d)
	}
	steps := [...]ansi.IndexedColor{241, 95, 137, 173, 215}
	d = render.PrintedDifference(d)
	if d < 0 {
		steps = [...]ansi.IndexedColor{241, 60, 67, 74, 117}
	}
	step := int(math.Round(math.Abs(d) * float64(len(steps)-1)))
	if step == 0 && math.Abs(d) >= 0.05 {
		step = 1
	}
	return steps[step]
}

// glyph is the shade of a weight without colour: five steps from blank to full.
func glyph(weight float64) string {
	weight = render.Printed(weight)
	if weight < 0.05 {
		return " "
	}
	return string([]rune("░▒▓█")[min(int(4*weight), 3)])
}
