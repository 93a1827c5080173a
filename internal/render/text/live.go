package text

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/term"
)

// Live writes a map in at most so many lines, for a screen that is drawn again and again: every head
// side by side in shades, if they fit; else the mean as a grid with numbers; else the mean in shades
// alone, with several words to a cell where it must. The likely next words follow if they fit.
// Layer, head and All of the options are ignored. If nothing fits it writes nothing. The error
// is what is wrong with the map, or that of the writer.
func Live(w io.Writer, m attention.Map, o Options, lines int) error {
	if err := m.Validate(); err != nil {
		return err
	}
	o.Layer, o.Head, o.All = attention.All, attention.All, false
	var grid, next bytes.Buffer
	err := Predictions(&next, m.Next, o)
	for _, draw := range []func() string{
		func() string { return headsText(m, o, lines) },
		func() string { err = errors.Join(err, Grid(&grid, m, nil, o)); return grid.String() },
		func() string { return tinyText(m, o, lines) },
	} {
		text := draw()
		if err != nil {
			return err
		}
		if !fits(text, o.width(), lines) {
			continue
		}
		if whole := text + next.String(); fits(whole, o.width(), lines) {
			text = whole
		}
		_, err := io.WriteString(w, text)
		return err
	}
	return nil
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

// headsText draws every head in shades, those of a layer side by side, the words at the left, and the reason of a sink if it
// fits.
func headsText(m attention.Map, o Options, lines int) string {
	words := render.Labels(m.Encoded)
	side := o.labelWidth(words)
	known := "" // of the names, where there is one layer
	if len(m.Attention) == 1 {
		known = "layer 1, "
	}
	column := max(roomy*len(words), len(strings.TrimPrefix("layer 1, head 10", known)))
	if side+len(m.Attention[0])*(column+term.Gap) > o.width() {
		return "" // not worth drawing
	}
	var b strings.Builder
	var views []render.View
	for l := range m.Attention {
		t := term.Table{Columns: []term.Column{{}}}
		for _, word := range words {
			t.Add(term.PadLeft(word.Fit(side), side))
		}
		for h := range m.Attention[l] {
			name := term.Fit(strings.TrimPrefix(render.Title(m, l, h), known), column)
			t.Columns = append(t.Columns, term.Column{Title: term.PadRight(name, column), Left: true})
			v := render.View{Weights: m.Mean(l, h)}
			v.Sink = o.colored() && render.Sink(m, v.Weights)
			views = append(views, v)
			for q, line := range smallMap(v, roomy, o.Color) {
				t.Rows[q] = append(t.Rows[q], line)
			}
		}
		names, rows, _ := strings.Cut(t.Text(o.width()), "\n")
		b.WriteString(term.Faint(names, o.Color) + "\n" + rows)
	}
	b.WriteString(legend(o))
	if text := b.String() + sinkNote(o, views...); fits(text, o.width(), lines) {
		return text
	}
	return b.String()
}

// tinyText draws the mean in shades, in as few words a cell as fit, under its title if that fits.
func tinyText(m attention.Map, o Options, lines int) string {
	heading := ""
	title := o.title("%s", render.Title(m, attention.All, attention.All))
	if few := 6; lines >= few && strings.Count(title, "\n") < lines-1 {
		heading = title
	}
	for side := 1; side <= len(m.Tokens); side++ {
		weights := pooled(m.Mean(attention.All, attention.All), side)
		for _, size := range []int{roomy, dense} {
			text := heading + strings.Join(smallMap(render.View{Weights: weights}, size, o.Color), "\n") + "\n"
			if fits(text, o.width(), lines) {
				return text
			}
		}
	}
	return ""
}

// Columns of a terminal that one weight of a small map takes.
const (
	dense = 1 // and with colours half a line
	roomy = 2
)

// smallMap draws weights as shades alone, without words or numbers. All lines have the
// same width. Where a query cannot attend to a key, it is blank with colours and · without.
func smallMap(v render.View, size int, p colorprofile.Profile) []string {
	colored, high := p >= colorprofile.ANSI256, 1 // rows in a line
	if colored && size == dense {
		high = 2
	}
	var lines []string
	for q := 0; q < len(v.Weights); q += high {
		line := ""
		for k, weight := range v.Weights[q] {
			switch {
			case high == 2:
				line += halfBlock(v, q, k, p)
			case k > q && colored:
				line += strings.Repeat(" ", size)
			case k > q:
				line += term.PadLeft("·", size)
			case colored:
				line += shaded(strings.Repeat(" ", size), cellColor(v, q, k, p), ansi.NewStyle(), p)
			default:
				line += strings.Repeat(glyph(weight), size)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// halfBlock draws the weights of queries q and q+1 for one key, one above the other, in one column.
func halfBlock(v render.View, q, k int, p colorprofile.Profile) string {
	upper, lower := k <= q, k <= q+1 && q+1 < len(v.Weights)
	style := ansi.NewStyle()
	switch {
	case upper && lower:
		return style.ForegroundColor(cellColor(v, q, k, p)).BackgroundColor(cellColor(v, q+1, k, p)).Styled("▀")
	case upper:
		return style.ForegroundColor(cellColor(v, q, k, p)).Styled("▀")
	case lower:
		return style.ForegroundColor(cellColor(v, q+1, k, p)).Styled("▄")
	}
	return " "
}

// pooled is a map of fewer cells: each the largest weight of a square of `side` queries and keys.
func pooled(weights [][]float64, side int) [][]float64 {
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
