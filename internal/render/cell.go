package render

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// cellWidth is the columns a cell needs: two shade glyphs and three digits.
const cellWidth = 5

// number is a weight in three columns: .48, and 1.0 from .995 on.
func number(weight float64) string {
	s := strconv.FormatFloat(printed(weight), 'f', 2, 64)
	if s[0] == '1' {
		return "1.0"
	}
	return s[1:]
}

// cell is one weight of the grid in the given columns, at least cellWidth.
// With colour the whole cell is shaded; without, glyphs stand before the
// number.
func cell(weight float64, columns int, p colorprofile.Profile) string {
	text := number(weight)
	switch {
	case p >= colorprofile.ANSI256 && text == ".00":
		return inked(centre(text, columns), weight, p, ansi.NewStyle().Faint())
	case p >= colorprofile.ANSI256:
		return shaded(centre(text, columns), weight, p)
	case text == ".00":
		return faint(padLeft(text, columns), p)
	default:
		return padLeft(strings.Repeat(glyph(weight), 2)+text, columns)
	}
}

// future is the cell of a key that the query cannot see.
func future(columns int, p colorprofile.Profile) string {
	if p >= colorprofile.ANSI256 {
		return faint(centre("·", columns), p)
	}
	return faint(padLeft("· ", columns), p)
}

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
	background := shade(weight)
	return style.BackgroundColor(background).ForegroundColor(ink(background)).Styled(text)
}

// tinted is text in the middle colour of the scale, which shows on a dark and
// on a light terminal; for profiles that have colours.
func tinted(text string, p colorprofile.Profile) string {
	var foreground color.Color = shade(0.5)
	if p == colorprofile.ANSI256 {
		foreground = indexed(0.5)
	}
	return ansi.NewStyle().ForegroundColor(foreground).Styled(text)
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
