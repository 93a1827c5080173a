package term

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A Table is rows of cells, one for each column.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// A Column is a column of a table.
type Column struct {
	Title string
	Left  bool // aligned left, else right
	Spare int  // where the width is too small, the columns with the largest are left out first, equals together; 0 is never left out.
	// One that is narrow enough stays although a wider one with a smaller number is left out
}

// Gap is the blanks between two columns.
const Gap = 2

// Add adds a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Text lays the columns side by side, in lines that fit the width as far as columns can be spared. Where even the others
// do not fit, each row becomes a paragraph: its first cell, and below it the rest with their titles.
func (t Table) Text(width int) string {
	shown, fits := t.Shown(width)
	if !fits {
		return t.stacked(width)
	}
	var b strings.Builder
	widths := t.widths()
	line := func(cell func(i int) string) {
		var row []string
		for _, i := range shown {
			pad := PadLeft
			if t.Columns[i].Left {
				pad = PadRight
			}
			row = append(row, pad(cell(i), widths[i]))
		}
		b.WriteString(strings.TrimRight(strings.Join(row, strings.Repeat(" ", Gap)), " ") + "\n")
	}
	line(func(i int) string { return t.Columns[i].Title })
	for _, cells := range t.Rows {
		line(func(i int) string { return cells[i] })
	}
	return b.String()
}

// widths returns the width of each column.
func (t Table) widths() []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = ansi.StringWidth(c.Title)
		for _, cells := range t.Rows {
			widths[i] = max(widths[i], ansi.StringWidth(cells[i]))
		}
	}
	return widths
}

// Shown returns the columns that fit the width side by side, and whether those that cannot be spared do.
func (t Table) Shown(width int) (columns []int, fits bool) {
	widths := t.widths()
	columns, fits = t.necessary(width, widths)
	for spare := 1; fits; spare++ { // some of those that were left out still fit, if a wider one went after them
		more, largest := slices.Clone(columns), 0
		for i, c := range t.Columns {
			largest = max(largest, c.Spare)
			if c.Spare == spare && !slices.Contains(more, i) {
				more = append(more, i)
			}
		}
		if spare > largest {
			break
		}
		if slices.Sort(more); total(more, widths) <= width {
			columns = more
		}
	}
	return columns, fits
}

// total returns the width of some columns side by side.
func total(columns, widths []int) int {
	total := -Gap
	for _, i := range columns {
		total += Gap + widths[i]
	}
	return total
}

// necessary returns the columns that are left when the most spare ones have gone, one after the other, until the others fit.
func (t Table) necessary(width int, widths []int) (columns []int, fits bool) {
	for i := range t.Columns {
		columns = append(columns, i)
	}
	for {
		spare := 0
		for _, i := range columns {
			spare = max(spare, t.Columns[i].Spare)
		}
		if fits := total(columns, widths) <= width; fits || spare == 0 {
			return columns, fits
		}
		columns = slices.DeleteFunc(columns, func(i int) bool { return t.Columns[i].Spare == spare })
	}
}

// stacked writes the rows one below the other, without bars, which have no title.
func (t Table) stacked(width int) string {
	var b strings.Builder
	write := func(margin, text string) {
		b.WriteString(Hanging(margin, strings.Join(strings.Fields(text), " "), width))
	}
	for _, cells := range t.Rows {
		write("", cells[0])
		for i, cell := range cells[1:] {
			if title := t.Columns[i+1].Title; title != "" && strings.TrimSpace(cell) != "" {
				write("  ", title+" "+cell)
			}
		}
	}
	return b.String()
}
