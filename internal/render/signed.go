package render

import (
	"image/color"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// signedNumber is a difference in four columns, +.48 or -.07, and .00 without a sign.
func signedNumber(d float64) string {
	d = printedDifference(d)
	switch {
	case d < 0:
		return "-" + number(-d)
	case d > 0:
		return "+" + number(d)
	}
	return number(0)
}

// signedCell is one difference of the grid in the given columns, at least cellWidth. With colour the whole cell
// is shaded; without, a glyph and the sign stand before the number.
func signedCell(d float64, columns int, p colorprofile.Profile) string {
	text := signedNumber(d)
	switch {
	case p >= colorprofile.ANSI256 && text == ".00":
		return signedShade(centre(text, columns), d, p, ansi.NewStyle().Faint())
	case p >= colorprofile.ANSI256:
		return signedShade(centre(text, columns), d, p, ansi.NewStyle())
	case text == ".00":
		return faint(padLeft(text, columns), p)
	default:
		return padLeft(glyph(max(d, -d))+text, columns)
	}
}

// signedShade is text on the colour of a difference, in the black or white that reads best on it.
func signedShade(text string, d float64, p colorprofile.Profile, style ansi.Style) string {
	if p == colorprofile.ANSI256 {
		background := indexedDifference(d)
		return style.BackgroundColor(background).ForegroundColor(indexedInk(background)).Styled(text)
	}
	background := onDark().shade(d)
	return style.BackgroundColor(background).ForegroundColor(ink(background)).Styled(text)
}

// indexedInk is ink in the fixed part of the palette of 256, where 16 is black and 231 white.
func indexedInk(background color.Color) ansi.IndexedColor {
	if ink(background).R == 0 {
		return 16
	}
	return 231
}

// signedLegend says how to read a grid of differences, in one line, the longest that fits.
func signedLegend(o TextOptions) string {
	long, short := "+ more than the baseline   - less", "+ more  - less"
	if o.Color >= colorprofile.ANSI256 {
		const swatches = 4 // to each side
		var s strings.Builder
		for i := -swatches; i <= swatches; i++ {
			s.WriteString(signedShade("  ", float64(i)/swatches, o.Color, ansi.NewStyle()))
		}
		long = "less than the baseline -1 " + s.String() + " +1 more"
		short = "- " + s.String() + " +"
	}
	for _, line := range []string{"difference   " + long, short} {
		if ansi.StringWidth(line) <= o.width() {
			return line + "\n"
		}
	}
	return wrap("+ more - less", o.width())
}
