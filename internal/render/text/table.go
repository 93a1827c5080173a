package text

import (
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// column is one column of a table of text.
type column struct {
	title string
	cells []string
	left  bool // else to the right
	spare int  // on a terminal that is too narrow, columns go from the largest down, equals together; 0 stays
}

// width returns the columns of the terminal that it takes.
func (c column) width() int {
	w := ansi.StringWidth(c.title)
	for _, cell := range c.cells {
		w = max(w, ansi.StringWidth(cell))
	}
	return w
}

// gapOfColumns is the blanks between two columns.
const gapOfColumns = 2

// table lays columns of equally many cells side by side, in lines that fit the width as far as columns can be
// spared. Where even the others do not fit, each row becomes a paragraph: its first cell, and below it the rest
// with their titles.
func table(columns []column, width int) string {
	all := columns
	columns, fits := fitting(columns, width)
	if !fits {
		return stacked(all, width)
	}
	var b strings.Builder
	line := func(cell func(c column) string) {
		var row string
		for i, c := range columns {
			if i > 0 {
				row += strings.Repeat(" ", gapOfColumns)
			}
			if c.left {
				row += padRight(cell(c), c.width())
			} else {
				row += padLeft(cell(c), c.width())
			}
		}
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	line(func(c column) string { return c.title })
	for i := range columns[0].cells {
		line(func(c column) string { return c.cells[i] })
	}
	return b.String()
}

// fitting returns the columns that fit the width side by side, and whether those that cannot be spared do.
func fitting(columns []column, width int) ([]column, bool) {
	for {
		total, worst := -gapOfColumns, -1
		for i, c := range columns {
			total += gapOfColumns + c.width()
			if c.spare > 0 && (worst < 0 || c.spare > columns[worst].spare) {
				worst = i
			}
		}
		if total <= width || worst < 0 {
			return columns, total <= width
		}
		spare := columns[worst].spare
		columns = slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.spare == spare })
	}
}

// stacked writes the rows one below the other, without bars, which have no title.
func stacked(columns []column, width int) string {
	o := Options{Width: width}
	var b strings.Builder
	for i := range columns[0].cells {
		b.WriteString(hanging("", strings.TrimSpace(columns[0].cells[i]), o))
		for _, c := range columns[1:] {
			if cell := strings.TrimSpace(c.cells[i]); cell != "" && c.title != "" {
				b.WriteString(hanging("  ", strings.TrimSpace(c.title+" "+cell), o))
			}
		}
	}
	return b.String()
}

// effectBar is the columns of the bar of the largest effect.
const effectBar = 10

// tintedBar draws a share of the largest in eighths of a column.
func tintedBar(x, largest float64, o Options) string {
	part := x / largest
	if !(part > 0) { // NaN as well
		return ""
	}
	s := partBar(min(part, 1) * effectBar)
	if s != "" && o.Color >= colorprofile.ANSI256 {
		return tinted(s, o.Color)
	}
	return s
}
