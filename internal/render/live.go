package render

import (
	"bytes"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Live writes a map in at most so many lines, for a screen that is drawn again and again: every head
// side by side in shades, if they fit; else the mean as a grid with numbers; else the mean in shades
// alone, whose cells stand for several words where they must. The likely next words follow if there is room.
// Layer, head and All of the options do not count. Without a line of room it writes nothing. The error
// tells what is wrong with the map, or that of the writer.
func Live(w io.Writer, m Map, o TextOptions, lines int) error {
	if err := m.Validate(); err != nil {
		return err
	}
	o.Layer, o.Head, o.All = all, all, false
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
	return write(w, &b)
}

// fits tells whether a text has anything to show, and keeps to the columns and lines.
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
func headsText(m Map, o TextOptions) string {
	words := labels(m)
	side := 1
	for _, l := range words {
		side = max(side, l.width())
	}
	side = min(side, widestLabel, o.width()/3)
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
			rows[q] = padLeft(words[q].fit(side), side)
		}
		for h := range m.Attention[l] {
			name := strings.TrimPrefix(m.title(l, h), "layer 1, ")
			if len(m.Attention) > 1 {
				name = m.title(l, h)
			}
			heading += strings.Repeat(" ", stripGap) + padRight(name, column)
			for q, line := range smallMap(m.mean(l, h), roomy, o.Color) {
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
func tinyText(m Map, o TextOptions, lines int) string {
	heading := ""
	if few := 6; lines >= few {
		heading = title(m.title(all, all), o)
	}
	for side := 1; side <= len(m.Tokens); side++ {
		weights := pooled(m.mean(all, all), side)
		for _, size := range []cellSize{roomy, dense} {
			text := heading + strings.Join(smallMap(weights, size, o.Color), "\n") + "\n"
			if fits(text, o.width(), lines) {
				return text
			}
		}
	}
	return ""
}
