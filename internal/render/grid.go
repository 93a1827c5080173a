package render

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Grid writes the map as a grid with words on both sides: rows are queries
// (who looks), columns are keys (at what), each cell the weight. A grid wider
// than the terminal folds into panels of consecutive keys, and each panel
// leaves out the queries that cannot see any of its keys. Every line fits the
// width. The error tells what is wrong with the map or the options, or that of
// the writer.
func Grid(w io.Writer, m Map, o TextOptions) error {
	list, err := views(m, o)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for i, v := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeGrid(&b, labels(m), v, o)
	}
	b.WriteByte('\n')
	b.WriteString(legend(o))
	if anyUnknown(m) {
		b.WriteString(wrap(note, o.width()))
	}
	return write(w, &b)
}

// write hands over a finished text in one piece.
func write(w io.Writer, b *bytes.Buffer) error {
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// writeGrid draws one matrix, in as many panels as it takes.
func writeGrid(b *bytes.Buffer, words []label, v view, o TextOptions) {
	width := o.width()
	side, wide := 1, make([]int, len(words))
	for i, l := range words {
		wide[i] = l.width()
		side = max(side, wide[i])
	}
	side = min(side, widestLabel, width/3)
	gap := 0 // cells with colour touch each other, but not the words
	if o.Color >= colorprofile.ANSI256 {
		gap = 1
	}
	panels := fold(wide, width-side-gap)

	b.WriteString(title(v.title, o))
	for i, p := range panels {
		if len(panels) > 1 {
			if i > 0 {
				b.WriteByte('\n')
			}
			heading := fmt.Sprintf("keys %d-%d of %d", p.from+1, p.to, len(words))
			if p.to == p.from+1 {
				heading = fmt.Sprintf("key %d of %d", p.to, len(words))
			}
			b.WriteString(faint(fit(heading, width), o.Color) + "\n")
		}
		writePanel(b, words, v, p, side, o.Color)
	}
}

// title is the heading of a view, in lines that fit.
func title(s string, o TextOptions) string {
	lines := strings.Split(strings.TrimSuffix(wrap(s, o.width()), "\n"), "\n")
	for i := range lines {
		// After a hyphen a line may come out one column too long.
		lines[i] = bold(fit(lines[i], o.width()), o.Color) + "\n"
	}
	return strings.Join(lines, "")
}

// writePanel draws the header of a panel and the rows that see its keys.
func writePanel(b *bytes.Buffer, words []label, v view, p panel, side int, color colorprofile.Profile) {
	cell := cell
	if v.signed {
		cell = signedCell
	}
	colored := color >= colorprofile.ANSI256
	margin := ""
	if colored {
		margin = " "
	}
	head := strings.Repeat(" ", side) + margin
	for i, columns := range p.columns {
		word := words[p.from+i].fit(columns)
		if colored {
			head += " " + centre(word, columns)
		} else {
			head += " " + padLeft(word, columns)
		}
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	for q := p.from; q < len(words); q++ {
		row := padLeft(words[q].fit(side), side) + margin
		for i, columns := range p.columns {
			key := p.from + i
			switch {
			case key > q && colored:
				row += future(columns+1, color)
			case key > q:
				row += " " + future(columns, color)
			case colored:
				row += cell(v.weights[q][key], columns+1, color)
			default:
				row += " " + cell(v.weights[q][key], columns, color)
			}
		}
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// legend says how to read the grid, in one line, the longest that fits.
func legend(o TextOptions) string {
	const reading = "rows look at columns"
	long, short := "░ .05  ▒ .25  ▓ .50  █ .75 and more", "░ ▒ ▓ █ more"
	if o.Color >= colorprofile.ANSI256 {
		long, short = ".00 "+scale("  ", o.Color)+" 1.0", ".00 "+scale(" ", o.Color)+" 1.0"
	}
	for _, line := range []string{reading + "   " + long, reading + "  " + short} {
		if ansi.StringWidth(line) <= o.width() {
			return line + "\n"
		}
	}
	return wrap(reading, o.width())
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
