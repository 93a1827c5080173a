package lesson

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/term"
)

// widestText is where lines break even on a wider terminal: longer ones are hard to read.
const widestText = 80

func columns(o text.Options) int {
	if o.Width <= 0 {
		return widestText
	}
	return max(12, min(o.Width, widestText))
}

// folded is a line for a shell, moved to the right. One that is too long goes on behind a backslash, so that it can still be
// pasted; words are never broken.
func folded(line string, o text.Options) string {
	const margin, further = "  ", "\n      "
	list := shellWord.FindAllString(line, -1)
	out, used := margin, len(margin)
	for i, word := range list {
		end := ""
		if i < len(list)-1 {
			end = " \\"
		}
		if i > 0 && used+1+ansi.StringWidth(word+end) > columns(o) {
			out, used = out+" \\"+further, len(further)-1
		} else if i > 0 {
			out, used = out+" ", used+1
		}
		out, used = out+word, used+ansi.StringWidth(word)
	}
	return out + "\n"
}

// text writes a table for a terminal. Where the columns do not fit the width their headings are broken into
// lines; where they do not fit even so, each row becomes a short list: its first cell, and below it every other
// with its heading.
func (t Table) text(o text.Options) string {
	caption := ""
	if t.Caption != "" {
		caption = term.Wrap(t.Caption, columns(o)) + "\n"
	}
	rows := make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		for _, cell := range row {
			rows[i] = append(rows[i], printable.Text(strings.TrimSpace(cell)))
		}
	}
	for _, narrow := range []bool{false, true} {
		heads := t.headings(rows, narrow)
		table := term.Table{Rows: slices.Concat(heads[1:], rows)}
		for i, title := range heads[0] {
			table.Columns = append(table.Columns, term.Column{Title: title, Left: i < t.Words})
		}
		if _, fits := table.Shown(columns(o)); fits {
			lines := strings.SplitAfterN(table.Text(columns(o)), "\n", len(heads)+1)
			return caption + term.Bold(strings.Join(lines[:len(heads)], ""), o.Color) + lines[len(heads)]
		}
	}
	return caption + t.list(o)
}

// headings returns the headings in lines. If they are to be narrow, each is broken to its longest word or the widest cell below.
func (t Table) headings(rows [][]string, narrow bool) (lines [][]string) {
	for i, title := range t.Head {
		title = printable.Text(title)
		width := ansi.StringWidth(title)
		if narrow {
			width = 0
			for _, word := range strings.Fields(title) {
				width = max(width, ansi.StringWidth(word))
			}
			for _, row := range rows {
				width = max(width, ansi.StringWidth(row[i]))
			}
		}
		for n, part := range strings.Split(term.Wrap(title, width), "\n") {
			if n == len(lines) {
				lines = append(lines, make([]string, len(t.Head)))
			}
			lines[n][i] = part
		}
	}
	return lines
}

// list writes each row by itself.
func (t Table) list(o text.Options) (lines string) {
	for _, row := range t.Rows {
		var cells []string
		for i, cell := range row {
			if cell != "" || i == 0 {
				cells = append(cells, strings.TrimSpace(t.Head[i]+" "+printable.Text(cell)))
			}
		}
		lines += term.Hanging("", cells[0], columns(o))
		if len(cells) > 1 {
			lines += term.Hanging("  ", strings.Join(cells[1:], ", "), columns(o))
		}
	}
	return lines
}
