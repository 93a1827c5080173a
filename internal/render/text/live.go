package text

import (
	"bytes"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
)

// Live writes a map in at most so many lines, for a screen that is drawn again and again: every head
// side by side in shades, if they fit; else the mean as a grid with numbers; else the mean in shades
// alone, whose cells stand for several words where they must. The likely next words follow if there is room.
// Layer, head and All of the options do not count. Without a line of room it writes nothing. The error
// tells what is wrong with the map, or that of the writer.
func Live(w io.Writer, m attention.Map, o Options, lines int) error {
	if err := m.Validate(); err != nil {
		return err
	}
	o.Layer, o.Head, o.All = attention.All, attention.All, false
	var b bytes.Buffer
	for _, draw := range []func() error{
		func() error { b.WriteString(headsText(m, o)); return nil },
		func() error { return Grid(&b, m, o) },
		func() error { b.WriteString(tinyText(m, o, lines)); return nil },
	} {
		b.Reset()
		if err := draw(); err != nil {
			return err
		}
		if fits(b.String(), o.width(), lines) {
			break
		}
		b.Reset()
	}
	whole := bytes.NewBuffer(bytes.Clone(b.Bytes()))
	if err := Predictions(whole, m.Next, o); err != nil {
		return err
	}
	if fits(whole.String(), o.width(), lines) {
		b = *whole
	}
	return render.Write(w, &b)
}

// fits reports whether a text has anything to show, and keeps to the columns and lines.
func fits(text string, columns, lines int) bool {
	if text == "" || strings.Count(text, "\n") > lines {
		return false
	}
	for line := range strings.Lines(text) {
		if ansi.StringWidth(strings.TrimSuffix(line, "\n")) > columns {
			return false
		}
	}
	return true
}

// headsText draws every head in shades, those of a layer side by side, the words at the left.
func headsText(m attention.Map, o Options) string {
	words := render.Labels(m)
	side := 1
	for _, l := range words {
		side = max(side, l.Width())
	}
	side = min(side, render.WidestLabel, o.width()/3)
	column := max(roomy.smallWidth(len(words)), len("layer 1, head 10"))
	if len(m.Attention) == 1 {
		column = max(roomy.smallWidth(len(words)), len("head 10"))
	}
	if side+len(m.Attention[0])*(column+stripGap) > o.width() {
		return "" // not worth drawing
	}
	var b strings.Builder
	for l := range m.Attention {
		heading := strings.Repeat(" ", side)
		rows := make([]string, len(words))
		for q := range rows {
			rows[q] = padLeft(words[q].Fit(side), side)
		}
		for h := range m.Attention[l] {
			name := strings.TrimPrefix(render.Title(m, l, h), "layer 1, ")
			if len(m.Attention) > 1 {
				name = render.Title(m, l, h)
			}
			heading += strings.Repeat(" ", stripGap) + padRight(name, column)
			for q, line := range smallMap(m.Mean(l, h), roomy, o.Color) {
				rows[q] += strings.Repeat(" ", stripGap) + padRight(line, column)
			}
		}
		b.WriteString(faint(strings.TrimRight(heading, " "), o.Color) + "\n")
		for _, row := range rows {
			b.WriteString(strings.TrimRight(row, " ") + "\n")
		}
	}
	return b.String() + legend(o)
}

// tinyText draws the mean in shades, in as few words a cell as fit, under its title where there is room.
func tinyText(m attention.Map, o Options, lines int) string {
	heading := ""
	if few := 6; lines >= few {
		heading = title(render.Title(m, attention.All, attention.All), o)
	}
	for side := 1; side <= len(m.Tokens); side++ {
		weights := pooled(m.Mean(attention.All, attention.All), side)
		for _, size := range []cellSize{roomy, dense} {
			text := heading + strings.Join(smallMap(weights, size, o.Color), "\n") + "\n"
			if fits(text, o.width(), lines) {
				return text
			}
		}
	}
	return ""
}

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
