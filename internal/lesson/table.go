package lesson

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/render/text"
)

// columnGap is the blanks between two columns.
const columnGap = 2

// text writes a table for a terminal. Where the columns do not fit the width their headings are broken into
// lines; where they do not fit even so, each row becomes a short list: its first cell, and below it every other
// with its heading.
func (t Table) text(o text.Options) string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(wrapped(t.Caption, o) + "\n")
	}
	heads := [][]string{t.Head}
	widths, total := t.widths(heads)
	if total > columns(o) {
		heads = t.brokenHeads()
		widths, total = t.widths(heads)
	}
	if total > columns(o) {
		return b.String() + t.list(o)
	}
	line := func(cells []string) string {
		var row string
		for i, cell := range cells {
			cell = printable.Text(strings.TrimSpace(cell))
			blanks := strings.Repeat(" ", max(0, widths[i]-ansi.StringWidth(cell)))
			if i < t.Words {
				row += cell + blanks
			} else {
				row += blanks + cell
			}
			row += strings.Repeat(" ", columnGap)
		}
		return strings.TrimRight(row, " ")
	}
	for _, head := range heads {
		b.WriteString(strong(line(head), o) + "\n")
	}
	for _, row := range t.Rows {
		b.WriteString(line(row) + "\n")
	}
	return b.String()
}

// widths are the columns that each column of the table takes under some lines of headings, and all together.
func (t Table) widths(heads [][]string) (widths []int, total int) {
	widths, total = make([]int, len(t.Head)), -columnGap
	for i := range t.Head {
		for _, row := range append(heads, t.Rows...) {
			widths[i] = max(widths[i], ansi.StringWidth(printable.Text(row[i])))
		}
		total += widths[i] + columnGap
	}
	return widths, total
}

// brokenHeads are the headings with each line as narrow as their longest words, or the cells below, allow.
func (t Table) brokenHeads() [][]string {
	cells, _ := t.widths(nil)
	var heads [][]string
	for i, title := range t.Head {
		room := cells[i]
		for _, word := range strings.Fields(title) {
			room = max(room, ansi.StringWidth(word))
		}
		for n, part := range strings.Split(ansi.Wrap(title, room, ""), "\n") {
			if n == len(heads) {
				heads = append(heads, make([]string, len(t.Head)))
			}
			heads[n][i] = part
		}
	}
	return heads
}

// list writes each row by itself.
func (t Table) list(o text.Options) (lines string) {
	for _, row := range t.Rows {
		lines += Hanging("", strings.TrimSpace(t.Head[0]+" "+printable.Text(row[0])), o)
		var rest []string
		for i := 1; i < len(row); i++ {
			if row[i] != "" {
				rest = append(rest, t.Head[i]+" "+printable.Text(row[i]))
			}
		}
		if len(rest) > 0 {
			lines += Hanging("  ", strings.Join(rest, ", "), o)
		}
	}
	return lines
}
