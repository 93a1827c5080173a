package text

import (
	"bytes"
	"cmp"
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

// Nearest writes the neighbours of a word, one a line, with the cosine and a bar for it:
//
//	nearest to lion
//	  rhino   0.74  ███████████████
//	  hyena   0.72  ██████████████
//
// A cosine below 0 has no bar. The layers and heads of the options are ignored. A cosine that is not
// in -1 to 1 is an error, and nothing is written.
func Nearest(w io.Writer, n attention.Neighbours, o Options) error {
	if err := n.Validate(); err != nil {
		return err
	}
	names := make([]render.Label, len(n.Nearest))
	for i, near := range n.Nearest {
		names[i].Word = render.Spelling(near.Name)
	}
	side := o.labelWidth(names)
	var b bytes.Buffer
	b.WriteString(o.title("nearest to %s", term.Fit(render.Spelling(n.Word), 2*render.WidestLabel)))
	for i, near := range n.Nearest {
		line := fmt.Sprintf("  %s %5.2f", term.PadRight(names[i].Fit(side), side), near.Cosine)
		if o.width() < narrow {
			line = strings.TrimPrefix(line, "  ")
		}
		if full := min(20, o.width()-ansi.StringWidth(line)-2); full > 3 {
			line += "  " + tinted(eighths(math.Round(near.Cosine*float64(full))), o.Color)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return render.Write(w, &b)
}

// WordCounts writes words in columns, in alphabetical order, each with its count, if it has one.
func WordCounts(w io.Writer, words []attention.WordCount, o Options) error {
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b attention.WordCount) int { return cmp.Compare(a.Word, b.Word) })
	cells := make([]string, len(words))
	labels, number := make([]render.Label, len(words)), 0
	for i, word := range words {
		labels[i].Word = render.Spelling(word.Word)
		if word.Count != nil {
			cells[i] = printable.Thousands(*word.Count)
			number = max(number, len(cells[i])+1)
		}
	}
	side := min(o.labelWidth(labels), max(1, o.width()-number))
	for i := range cells {
		cells[i] = term.PadRight(labels[i].Fit(side), side) + term.PadLeft(cells[i], number)
	}
	const gap = "    "
	columns := max(1, (o.width()+len(gap))/(side+number+len(gap)))
	rows := (len(cells) + columns - 1) / columns
	var b bytes.Buffer
	for row := range rows {
		var line []string
		for i := row; i < len(cells); i += rows {
			line = append(line, cells[i])
		}
		b.WriteString(strings.TrimRight(strings.Join(line, gap), " ") + "\n")
	}
	return render.Write(w, &b)
}

// Cosines writes the cosine similarities of vectors, such as those of the positions in a sentence, as a grid of the
// cosine between each two: names on both sides, which must be as many as the square has rows. Where
// not all fit the width, those that do are evenly chosen, the first and the last among them. The
// layers and heads of the options are ignored. The error says what is wrong with the square.
func Cosines(w io.Writer, names []string, cosines [][]float64, o Options) error {
	if err := attention.ValidateCosines(names, cosines); err != nil {
		return err
	}
	const column = 5 // a blank, a sign and a number such as .48 or 1.0
	side := 2
	for _, name := range names {
		side = max(side, len(name))
	}
	side = min(side, 6)
	chosen := evenly(len(names), max(1, (o.width()-side)/column))
	var b bytes.Buffer
	heading := "cosine between each two"
	if len(chosen) < len(names) {
		heading = fmt.Sprintf("cosine between each two of %d of %d", len(chosen), len(names))
	}
	b.WriteString(o.title("%s", heading))
	line := strings.Repeat(" ", side)
	for _, i := range chosen {
		line += term.PadLeft(term.Fit(render.Spelling(names[i]), column-1), column)
	}
	b.WriteString(line + "\n")
	for _, i := range chosen {
		line := term.PadLeft(term.Fit(render.Spelling(names[i]), side), side)
		for _, j := range chosen {
			line += cosineCell(cosines[i][j], column, o.Color)
		}
		b.WriteString(line + "\n")
	}
	return render.Write(w, &b)
}

// cosineCell is one number of the grid; with colour, those above 0 are shaded as weights are.
func cosineCell(c float64, columns int, p colorprofile.Profile) string {
	text := strings.NewReplacer("1.00", "1.0", "0.", ".").Replace(printable.Rounded(min(max(c, -1), 1)))
	text = term.PadLeft(text, columns)
	if c < 0.005 {
		return text
	}
	return shaded(text, weightColor(c, p), ansi.NewStyle(), p)
}
