package text

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// Grid writes the map as a grid with words on both sides: rows are queries
// (who looks), columns are keys (at what), each cell the weight. A grid wider
// than the terminal folds into panels of consecutive keys, and each panel
// leaves out the queries that cannot see any of its keys. Every line fits the
// width. The error tells what is wrong with the map or the options, or that of
// the writer.
func Grid(w io.Writer, m attention.Map, o Options) error {
	list, err := render.Views(m, o.selection())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for i, v := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeGrid(&b, render.Labels(m), v, o)
	}
	b.WriteByte('\n')
	b.WriteString(legend(o))
	if render.AnyUnknown(m) {
		b.WriteString(wrap(render.UnknownNote, o.width()))
	}
	return render.Write(w, &b)
}

// GridWithBaseline writes for each selected matrix three grids: the attention, that of the baseline, and the first less
// the second with its sign, in two colours where there are colours. The error is as for Grid, or tells in what
// the baseline's shape differs.
func GridWithBaseline(w io.Writer, m attention.Map, base attention.Baseline, o Options) error {
	list, err := render.Views(m, o.selection())
	if err != nil {
		return err
	}
	beside, err := render.BaselineViews(base, m, o.selection())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	name := printable.Sentence(base.Name)
	for i, v := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeGrid(&b, render.Labels(m), v, o)
		b.WriteByte('\n')
		writeGrid(&b, render.Labels(m), render.View{Title: "baseline: " + name, Weights: beside[i].Weights}, o)
		b.WriteByte('\n')
		writeGrid(&b, render.Labels(m), render.View{Title: "difference: " + v.Title + " less " + name, Weights: attention.Difference(v.Weights, beside[i].Weights), Signed: true}, o)
	}
	b.WriteByte('\n')
	b.WriteString(legend(o))
	b.WriteString(signedLegend(o))
	if render.AnyUnknown(m) {
		b.WriteString(wrap(render.UnknownNote, o.width()))
	}
	return render.Write(w, &b)
}

// writeGrid draws one matrix, in as many panels as it takes.
func writeGrid(b *bytes.Buffer, words []render.Label, v render.View, o Options) {
	width := o.width()
	side, wide := 1, make([]int, len(words))
	for i, l := range words {
		wide[i] = l.Width()
		side = max(side, wide[i])
	}
	side = min(side, render.WidestLabel, width/3)
	gap := 0 // cells with colour touch each other, but not the words
	if o.Color >= colorprofile.ANSI256 {
		gap = 1
	}
	panels := fold(wide, width-side-gap)

	b.WriteString(title(v.Title, o))
	for i, p := range panels {
		if len(panels) > 1 {
			if i > 0 {
				b.WriteByte('\n')
			}
			heading := fmt.Sprintf("keys %d-%d of %d", p.from+1, p.to, len(words))
			if p.to == p.from+1 {
				heading = fmt.Sprintf("key %d of %d", p.to, len(words))
			}
			b.WriteString(faint(render.Fit(heading, width), o.Color) + "\n")
		}
		writePanel(b, words, v, p, side, o.Color)
	}
}

// writePanel draws the header of a panel and the rows that see its keys.
func writePanel(b *bytes.Buffer, words []render.Label, v render.View, p panel, side int, color colorprofile.Profile) {
	cell := cell
	if v.Signed {
		cell = signedCell
	}
	colored := color >= colorprofile.ANSI256
	margin := ""
	if colored {
		margin = " "
	}
	head := strings.Repeat(" ", side) + margin
	for i, columns := range p.columns {
		word := words[p.from+i].Fit(columns)
		if colored {
			head += " " + centre(word, columns)
		} else {
			head += " " + padLeft(word, columns)
		}
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	for q := p.from; q < len(words); q++ {
		row := padLeft(words[q].Fit(side), side) + margin
		for i, columns := range p.columns {
			key := p.from + i
			switch {
			case key > q && colored:
				row += future(columns+1, color)
			case key > q:
				row += " " + future(columns, color)
			case colored:
				row += cell(v.Weights[q][key], columns+1, color)
			default:
				row += " " + cell(v.Weights[q][key], columns, color)
			}
		}
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// legend says how to read the grid, in one line, the longest that fits.
func legend(o Options) string {
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

// cellWidth is the columns a cell needs: two shade glyphs and three digits.
const cellWidth = 5

// cell is one weight of the grid in the given columns, at least cellWidth.
// With colour the whole cell is shaded; without, glyphs stand before the
// number.
func cell(weight float64, columns int, p colorprofile.Profile) string {
	text := render.Number(weight)
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

// signedCell is one difference of the grid in the given columns, at least cellWidth. With colour the whole cell
// is shaded; without, a glyph and the sign stand before the number.
func signedCell(d float64, columns int, p colorprofile.Profile) string {
	text := render.SignedNumber(d)
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

// signedLegend says how to read a grid of differences, in one line, the longest that fits.
func signedLegend(o Options) string {
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

// A panel is a run of consecutive key columns that share one width of paper.
type panel struct {
	from, to int   // keys from <= key < to
	columns  []int // width of each, without the blank before it
}

const widestColumn = 10

// fold lays out key columns whose words have the given widths in panels of at
// most space columns, a blank before each column included. All columns are as
// wide as the widest word where that fits, else each as wide as its own word
// as far as the space goes, never below cellWidth; where even so they do not
// fit, they are shared out evenly over as few panels as will do.
func fold(words []int, space int) []panel {
	each := max(1, space/(cellWidth+1)) // columns that fit at their narrowest
	count := (len(words) + each - 1) / each
	panels := make([]panel, 0, count)
	from := 0
	for i := range count {
		left := count - i
		to := from + (len(words)-from+left-1)/left
		panels = append(panels, panel{from, to, columnWidths(words[from:to], space)})
		from = to
	}
	return panels
}

// columnWidths shares the space between the columns of one panel.
func columnWidths(words []int, space int) []int {
	widest := cellWidth
	for _, w := range words {
		widest = max(widest, min(w, widestColumn))
	}
	widths := make([]int, len(words))
	if len(words)*(widest+1) <= space {
		for i := range widths {
			widths[i] = widest
		}
		return widths
	}
	// The largest limit under which the words, cut to it, still fit.
	for limit := widest; limit >= cellWidth; limit-- {
		total := 0
		for i, w := range words {
			widths[i] = max(cellWidth, min(w, limit))
			total += widths[i] + 1
		}
		if total <= space {
			break
		}
	}
	return widths
}
