package render

import (
	"image/color"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// A cellSize is how much of a terminal one weight of a small map takes.
type cellSize int

const (
	dense cellSize = iota // one column, and with colours half a line
	roomy                 // two columns of a line
)

// smallWidth is the columns of a small map over so many tokens.
func (c cellSize) smallWidth(seq int) int {
	if c == roomy {
		return 2 * seq
	}
	return seq
}

// smallMap draws weights [query][key] as shades alone, without words or numbers. All lines have the
// same width. Where a query cannot see a key, it is blank with colours and · without.
func smallMap(weights [][]float64, size cellSize, p colorprofile.Profile) []string {
	colored := p >= colorprofile.ANSI256
	var lines []string
	if colored && size == dense {
		for q := 0; q < len(weights); q += 2 {
			line := ""
			for k := range weights {
				line += halfBlock(weights, q, k, p)
			}
			lines = append(lines, line)
		}
		return lines
	}
	columns := size.smallWidth(1)
	for q, row := range weights {
		line := ""
		for k, weight := range row {
			switch {
			case k > q && colored:
				line += strings.Repeat(" ", columns)
			case k > q:
				line += padLeft("·", columns)
			case colored:
				line += shaded(strings.Repeat(" ", columns), weight, p)
			default:
				line += strings.Repeat(glyph(weight), columns)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// halfBlock draws the weights of queries q and q+1 for one key, one above the other, in one column.
func halfBlock(weights [][]float64, q, k int, p colorprofile.Profile) string {
	upper, lower := k <= q, k <= q+1 && q+1 < len(weights)
	switch {
	case upper && lower:
		return ansi.NewStyle().ForegroundColor(tint(weights[q][k], p)).BackgroundColor(tint(weights[q+1][k], p)).Styled("▀")
	case upper:
		return ansi.NewStyle().ForegroundColor(tint(weights[q][k], p)).Styled("▀")
	case lower:
		return ansi.NewStyle().ForegroundColor(tint(weights[q+1][k], p)).Styled("▄")
	}
	return " "
}

// tint is the colour of a weight, for profiles that have colours.
func tint(weight float64, p colorprofile.Profile) color.Color {
	if p == colorprofile.ANSI256 {
		return indexed(weight)
	}
	return shade(weight)
}

// pooled is a map of fewer cells: each the largest weight of a square of `side` queries and keys.
func pooled(weights [][]float64, side int) [][]float64 {
	if side <= 1 {
		return weights
	}
	n := (len(weights) + side - 1) / side
	fewer := make([][]float64, n)
	for q := range fewer {
		fewer[q] = make([]float64, n)
	}
	for q, row := range weights {
		for k, weight := range row {
			fewer[q/side][k/side] = max(fewer[q/side][k/side], weight)
		}
	}
	return fewer
}
