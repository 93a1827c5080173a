package lesson

import (
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

// wrapped breaks text at blanks.
func wrapped(text string, o text.Options) string { return ansi.Wrap(text, columns(o), "") }

// hanging writes text behind a mark, further lines below the text.
func hanging(mark, text string, o text.Options) string {
	lines := ansi.Wrap(text, max(1, columns(o)-len(mark)), "")
	return mark + strings.ReplaceAll(lines, "\n", "\n"+strings.Repeat(" ", len(mark))) + "\n"
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
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(wrapped(t.Caption, o) + "\n")
	}
	heads, widths, total := t.layout(false)
	if total > columns(o) {
		heads, widths, total = t.layout(true)
	}
	if total > columns(o) {
		return b.String() + t.list(o)
	}
	line := func(cells []string) string {
		var row string
		for i, cell := range cells {
			pad := term.PadLeft
			if i < t.Words {
				pad = term.PadRight
			}
			row += pad(printable.Text(strings.TrimSpace(cell)), widths[i]) + strings.Repeat(" ", term.Gap)
		}
		return strings.TrimRight(row, " ")
	}
	for _, head := range heads {
		b.WriteString(term.Bold(line(head), o.Color) + "\n")
	}
	for _, row := range t.Rows {
		b.WriteString(line(row) + "\n")
	}
	return b.String()
}

// layout returns the headings in lines, the widths of the columns, and what they take together. If it is to be narrow, a heading
// is broken to its longest word or the widest cell below.
func (t Table) layout(narrow bool) (heads [][]string, widths []int, total int) {
	total = -term.Gap
	for i, title := range t.Head {
		title = printable.Text(title)
		whole := []string{title}
		if narrow {
			whole = strings.Fields(title)
		}
		for _, row := range t.Rows {
			whole = append(whole, printable.Text(row[i]))
		}
		width := 0
		for _, s := range whole {
			width = max(width, ansi.StringWidth(s))
		}
		for n, part := range strings.Split(ansi.Wrap(title, width, ""), "\n") {
			if n == len(heads) {
				heads = append(heads, make([]string, len(t.Head)))
			}
			heads[n][i] = part
		}
		widths, total = append(widths, width), total+width+term.Gap
	}
	return heads, widths, total
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
		lines += hanging("", cells[0], o)
		if len(cells) > 1 {
			lines += hanging("  ", strings.Join(cells[1:], ", "), o)
		}
	}
	return lines
}
