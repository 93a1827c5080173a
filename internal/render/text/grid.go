package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Grid writes the map as a grid with words on both sides: rows are queries,
// columns are keys, each cell the weight. The column of an attention sink (see
// [render.Sink]) is grey, or without shades where there are no colours. A grid
// wider than the terminal folds into panels of consecutive keys, and each panel
// leaves out the queries that can attend to none of its keys. Every line fits
// the width. It returns an error if the map or the options are invalid or a
// write fails.
//
// With a baseline it writes for each selected matrix three grids: the attention, that of the baseline, and the first minus
// the second with its sign, in two colours where there are colours. The error then also says in what its shape differs.
func Grid(w io.Writer, m attention.Map, base *attention.Baseline, o Options) error {
	list, err := render.Views(m, o.selection())
	if err != nil {
		return err
	}
	if base != nil {
		compared, err := render.BaselineViews(*base, m, o.selection())
		if err != nil {
			return err
		}
		var all []render.View
		name := printable.Sentence(base.Name)
		for i, v := range list {
			all = append(all, v, render.View{Title: "baseline: " + name, Weights: compared[i].Weights, Sink: compared[i].Sink},
				render.View{Title: "difference: " + v.Title + " - " + name,
					Weights: attention.Difference(v.Weights, compared[i].Weights), Signed: true})
		}
		list = all
	}
	var b bytes.Buffer
	for _, v := range list {
		writeGrid(&b, render.Labels(m.Encoded), v, o)
		b.WriteByte('\n')
	}
	b.WriteString(legend(o))
	if base != nil {
		b.WriteString(signedLegend(o))
	}
	b.WriteString(sinkNote(o, list...))
	b.WriteString(o.unknownNote(m.Unknown))
	return render.Write(w, &b)
}

// writeGrid draws one matrix, in as many panels as it takes.
func writeGrid(b *bytes.Buffer, words []render.Label, v render.View, o Options) {
	wide := make([]int, len(words))
	for i, l := range words {
		wide[i] = l.Width()
	}
	side := o.labelWidth(words)
	gap := 0 // cells with colour touch each other, but not the words
	if o.colored() {
		gap = 1
	}
	panels := fold(wide, o.width()-side-gap)

	b.WriteString(o.title("%s", v.Title))
	for i, p := range panels {
		if i > 0 {
			b.WriteByte('\n')
		}
		heading := fmt.Sprintf("keys %d-%d of %d", p.from+1, p.to, len(words))
		if p.to == p.from+1 {
			heading = fmt.Sprintf("key %d of %d", p.to, len(words))
		}
		if len(panels) > 1 {
			b.WriteString(term.Faint(term.Fit(heading, o.width()), o.Color) + "\n")
		}
		writePanel(b, words, v, p, side, o)
	}
}

// writePanel draws the header of a panel and the rows that can attend to its keys.
func writePanel(b *bytes.Buffer, words []render.Label, v render.View, p panel, side int, o Options) {
	pad, margin, between, dot := term.PadLeft, "", " ", "· "
	if o.colored() { // the blank between two cells is part of the second
		pad, margin, between, dot = term.Centre, " ", "", "·"
	}
	head := strings.Repeat(" ", side) + margin
	for i, columns := range p.columns {
		head += " " + pad(words[p.from+i].Fit(columns), columns)
	}
	b.WriteString(strings.TrimRight(head, " ") + "\n")
	for q := p.from; q < len(words); q++ {
		row := term.PadLeft(words[q].Fit(side), side) + margin
		for i, columns := range p.columns {
			columns += 1 - len(between)
			text := term.Faint(pad(dot, columns), o.Color) // of a key that the query cannot attend to
			if key := p.from + i; key <= q {
				text = cell(v, q, key, columns, o.Color)
			}
			row += between + text
		}
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// legend says how to read the grid, in one line, the longest that fits.
func legend(o Options) string {
	const reading = "rows attend to columns"
	long, short := "░ .05  ▒ .25  ▓ .50  █ .75 and more", "░ ▒ ▓ █ more"
	if o.colored() {
		steps := 10
		if o.Color == colorprofile.ANSI256 {
			steps = 6 // the palette has seven
		}
		scale := func(text string) string { return ".00 " + swatches(text, 0, steps, weightColor, o.Color) + " 1.0" }
		long, short = scale("  "), scale(" ")
	}
	return o.longest(reading+"   "+long, reading+"  "+short, reading)
}

// cellWidth is the columns a cell needs: two shade glyphs and three digits.
const cellWidth = 5

// sinkNote is the reason why the column of an attention sink is grey, if one of the views has one.
func sinkNote(o Options, views ...render.View) string {
	if !slices.ContainsFunc(views, func(v render.View) bool { return v.Sink }) {
		return ""
	}
	if o.colored() {
		return o.paragraph(render.SinkNote)
	}
	return o.paragraph("%s", strings.Replace(render.SinkNote, "in grey", "without shades", 1))
}

// cell is one number of the grid in the given columns, at least cellWidth: a weight, or with its sign a difference. With
// colour the whole cell is shaded, unless it prints .00: so empty cells are quiet on a dark and on a light terminal. Without
// colour, glyphs precede the number.
func cell(v render.View, query, key, columns int, p colorprofile.Profile) string {
	x := v.Weights[query][key]
	text, glyphs := render.Number(x), strings.Repeat(glyph(x), 2)
	switch {
	case v.Signed:
		text, glyphs = render.SignedNumber(x), glyph(math.Abs(x))
	case v.Sink && key == 0:
		glyphs = ""
	}
	colored := p >= colorprofile.ANSI256
	switch {
	case colored && text == ".00":
		return term.Faint(term.Centre(text, columns), p)
	case colored:
		return shaded(term.Centre(text, columns), cellColor(v, query, key, p), ansi.NewStyle(), p)
	case text == ".00":
		return term.Faint(term.PadLeft(text, columns), p)
	}
	return term.PadLeft(glyphs+text, columns)
}

// signedLegend says how to read a grid of differences, in one line, the longest that fits.
func signedLegend(o Options) string {
	const words = "+ more - less"
	if !o.colored() {
		return o.longest("difference   + more than the baseline   - less", "+ more  - less", words)
	}
	scale := swatches("  ", -1, 8, differenceColor, o.Color)
	return o.longest("difference   less than the baseline -1 "+scale+" +1 more", "- "+scale+" +", words)
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
	var panels []panel
	for from := 0; from < len(words); count-- {
		to := from + (len(words)-from+count-1)/count
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
	if len(words)*(widest+1) <= space {
		return slices.Repeat([]int{widest}, len(words))
	}
	widths := make([]int, len(words))
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
