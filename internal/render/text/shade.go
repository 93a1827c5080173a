package text

import (
	"image/color"
	"math"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render"
)

// shaded is text on the colour of a weight, for profiles that have colours.
func shaded(text string, weight float64, p colorprofile.Profile) string {
	return inked(text, weight, p, ansi.NewStyle())
}

// inked adds the colour of a weight, and the black or white that reads best on
// it, to a style.
func inked(text string, weight float64, p colorprofile.Profile, style ansi.Style) string {
	if p == colorprofile.ANSI256 {
		background := indexed(weight)
		return style.BackgroundColor(background).ForegroundColor(indexedInk(background)).Styled(text)
	}
	background := render.Shade(weight)
	return style.BackgroundColor(background).ForegroundColor(render.Ink(background)).Styled(text)
}

// tinted is text in the middle colour of the scale, which shows on a dark and
// on a light terminal; for profiles that have colours.
func tinted(text string, p colorprofile.Profile) string {
	var foreground color.Color = render.Shade(0.5)
	if p == colorprofile.ANSI256 {
		foreground = indexed(0.5)
	}
	return ansi.NewStyle().ForegroundColor(foreground).Styled(text)
}

// scale shows the colours from weight 0 to 1, each on a swatch.
func scale(swatch string, p colorprofile.Profile) string {
	steps := 10
	if p == colorprofile.ANSI256 {
		steps = 6 // the palette has seven
	}
	var s string
	for i := range steps + 1 {
		s += shaded(swatch, float64(i)/float64(steps), p)
	}
	return s
}

// faint is text for the background of attention; plain where there are no
// escape sequences.
func faint(text string, p colorprofile.Profile) string {
	if p < colorprofile.ANSI {
		return text
	}
	return ansi.NewStyle().Faint().Styled(text)
}

// bold is text that leads the eye; plain where there are no escape sequences.
func bold(text string, p colorprofile.Profile) string {
	if p < colorprofile.ANSI {
		return text
	}
	return ansi.NewStyle().Bold().Styled(text)
}

// signedShade is text on the colour of a difference, in the black or white that reads best on it.
func signedShade(text string, d float64, p colorprofile.Profile, style ansi.Style) string {
	if p == colorprofile.ANSI256 {
		background := indexedDifference(d)
		return style.BackgroundColor(background).ForegroundColor(indexedInk(background)).Styled(text)
	}
	background := render.OnDark().Shade(d)
	return style.BackgroundColor(background).ForegroundColor(render.Ink(background)).Styled(text)
}

// indexedInk is ink in the fixed part of the palette of 256, where 16 is black and 231 white.
func indexedInk(background color.Color) ansi.IndexedColor {
	if render.Ink(background).R == 0 {
		return 16
	}
	return 231
}

// indexed is the colour of a weight in the palette of 256: seven of its colours
// that keep to the hues of viridis and rise evenly in lightness, which the
// nearest colours to viridis do not.
func indexed(weight float64) ansi.IndexedColor {
	steps := [...]ansi.IndexedColor{53, 55, 24, 30, 36, 77, 220}
	return steps[int(math.Round(render.Printed(weight)*float64(len(steps)-1)))]
}

// glyph is the shade of a weight without colour: five steps from blank to full.
func glyph(weight float64) string {
	switch weight = render.Printed(weight); {
	case weight < 0.05:
		return " "
	case weight < 0.25:
		return "░"
	case weight < 0.50:
		return "▒"
	case weight < 0.75:
		return "▓"
	default:
		return "█"
	}
}

// indexedDifference is the colour of a difference in the palette of 256: four colours to each side of a dark
// grey, evenly lighter.
func indexedDifference(d float64) ansi.IndexedColor {
	less := [...]ansi.IndexedColor{236, 24, 31, 74, 117}
	more := [...]ansi.IndexedColor{236, 94, 130, 173, 215}
	d = render.PrintedDifference(d)
	step := int(math.Round(math.Abs(d) * float64(len(less)-1)))
	if step == 0 && math.Abs(d) >= 0.05 {
		step = 1
	}
	if d < 0 {
		return less[step]
	}
	return more[step]
}

// tint is the colour of a weight, for profiles that have colours.
func tint(weight float64, p colorprofile.Profile) color.Color {
	if p == colorprofile.ANSI256 {
		return indexed(weight)
	}
	return render.Shade(weight)
}
