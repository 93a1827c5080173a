package render

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
)

// Columns on a terminal are counted by ansi.StringWidth throughout: a Chinese
// character fills two, a combining mark none, an escape sequence none.

// note explains the mark of an unknown token.
const note = "? is not in the vocabulary of this run"

// A label is the spelling of one token for people.
type label struct {
	word string // printable, never empty
	mark string // "?" for an unknown token, a small number for a repeated one, or empty
}

// labels spells the tokens of a map.
func labels(m Map) []label {
	list := make([]label, len(m.Tokens))
	for i, token := range m.Tokens {
		list[i].word = spelling(token)
		if m.Unknown != nil && m.Unknown[i] {
			list[i].mark = "?"
		}
	}
	return list
}

// spelling is a token as printable text; an empty one shows as two quotes.
func spelling(token string) string {
	if token == "" {
		return `""`
	}
	return printable.Short(token, printable.MaxQuote)
}

// anyUnknown tells whether the output needs the note.
func anyUnknown(m Map) bool {
	for _, unknown := range m.Unknown {
		if unknown {
			return true
		}
	}
	return false
}

// width is the number of columns of the whole label.
func (l label) width() int { return ansi.StringWidth(l.word + l.mark) }

// fit is the label in at most the given columns. What is cut shows as …; the
// mark stays as long as there is room for a column of the word too.
func (l label) fit(columns int) string {
	room := columns - ansi.StringWidth(l.mark)
	if room < 1 {
		return fit(l.word+l.mark, columns)
	}
	return fit(l.word, room) + l.mark
}

// fit cuts printable text to at most the given columns (at least 1), ending in
// … where it was cut.
func fit(s string, columns int) string {
	if ansi.StringWidth(s) <= columns {
		return s
	}
	return ansi.Truncate(s, columns, "…")
}

// padding is the blanks that text lacks to fill the columns.
func padding(s string, columns int) int { return max(0, columns-ansi.StringWidth(s)) }

func padLeft(s string, columns int) string  { return strings.Repeat(" ", padding(s, columns)) + s }
func padRight(s string, columns int) string { return s + strings.Repeat(" ", padding(s, columns)) }

// centre pads on both sides, the odd blank to the left.
func centre(s string, columns int) string {
	right := padding(s, columns) / 2
	return padLeft(s+strings.Repeat(" ", right), columns)
}

// indent folds a text under a heading, so that it fits the width.
func indent(s string, o TextOptions) string { return hanging("  ", s, o) }

// hanging folds a text behind a short heading; the lines that follow begin below the first word.
func hanging(heading, s string, o TextOptions) string {
	var b strings.Builder
	margin := heading
	for line := range strings.Lines(wrap(s, max(1, o.width()-ansi.StringWidth(heading)))) {
		b.WriteString(strings.TrimRight(margin+strings.TrimSuffix(line, "\n"), " ") + "\n")
		margin = strings.Repeat(" ", ansi.StringWidth(heading))
	}
	return b.String()
}

// wrap breaks plain text at blanks so that each line fits the columns, words longer than a line
// wherever they must be, and ends it with a newline.
func wrap(s string, columns int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if longer := line + " " + word; line != "" && ansi.StringWidth(longer) <= columns {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for ansi.StringWidth(word) > columns {
			part := ansi.Truncate(word, columns, "")
			if part == "" { // not even its first character fits
				break
			}
			lines, word = append(lines, part), strings.TrimPrefix(word, part)
		}
		line = word
	}
	return strings.Join(append(lines, line), "\n") + "\n"
}
