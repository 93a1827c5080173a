// Package term lays out text for a terminal: in its columns, as paragraphs and tables, bold and faint where there are escape
// sequences.
//
//	columns, rows := term.Size(os.Stdout)
//	fmt.Println(term.Wrap(text, columns))
//
// Columns are those of ansi.StringWidth throughout: a Chinese character fills two, a combining mark none, an escape sequence none.
// Words that are written from right to left stay in their columns through [Isolating], which the text passes at the end.
package term

import (
	"os"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// DefaultWidth is the number of columns where the size is unknown, as in a pipe.
const DefaultWidth = 80

// IsTerminal reports whether a stream is a terminal.
func IsTerminal(stream any) bool {
	f, ok := Raw(stream).(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// Size returns the columns and rows of a terminal, 80 and 24 where they are unknown.
func Size(stream any) (columns, rows int) {
	columns, rows = DefaultWidth, 24
	if f, ok := Raw(stream).(*os.File); ok {
		if w, h, err := term.GetSize(f.Fd()); err == nil {
			if w > 0 {
				columns = w
			}
			if h > 0 {
				rows = h
			}
		}
	}
	return columns, rows
}

// Width returns the columns of a terminal.
func Width(stream any) int {
	columns, _ := Size(stream)
	return columns
}

// Wrap breaks lines at blanks so that each fits the columns, words longer than a line wherever they must be. (ansi.Wrap breaks
// after hyphens too, makes some of these lines a column too long, and parts a letter from the mark that combines with it.)
func Wrap(s string, columns int) string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line := ""
		for i, word := range strings.Split(paragraph, " ") {
			if i > 0 {
				if ansi.StringWidth(line+" "+word) <= columns || word == "" {
					line += " " + word
					continue
				}
				lines = append(lines, strings.TrimRight(line, " "))
			}
			for ansi.StringWidth(word) > columns {
				part := ansi.Truncate(word, columns, "")
				rest, ok := strings.CutPrefix(word, part)
				if part == "" || !ok { // not even its first character fits, or an escape sequence is in the way
					break
				}
				lines, word = append(lines, part), rest
			}
			line = word
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Hanging wraps a text behind a short heading; the lines that follow begin below its first word. It ends with a newline.
func Hanging(heading, s string, columns int) string {
	margin := ansi.StringWidth(heading)
	lines := strings.Split(heading+strings.ReplaceAll(Wrap(s, max(1, columns-margin)), "\n", "\n"+strings.Repeat(" ", margin)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Fit cuts text to at most the given columns (at least 1), ending in … where it was cut.
func Fit(s string, columns int) string { return ansi.Truncate(s, columns, "…") }

// PadLeft pads a text with blanks on the left to the given columns.
func PadLeft(s string, columns int) string { return strings.Repeat(" ", lacking(s, columns)) + s }

// PadRight pads a text with blanks on the right to the given columns.
func PadRight(s string, columns int) string { return s + strings.Repeat(" ", lacking(s, columns)) }

// Centre pads on both sides, the odd blank to the left.
func Centre(s string, columns int) string {
	return PadLeft(s+strings.Repeat(" ", lacking(s, columns)/2), columns)
}

// lacking returns how many columns narrower than the given number a text is.
func lacking(s string, columns int) int { return max(0, columns-ansi.StringWidth(s)) }

// Bold returns text in bold, or unchanged where the profile has no escape sequences.
func Bold(s string, p colorprofile.Profile) string { return styled(s, ansi.NewStyle().Bold(), p) }

// Faint returns faint text, or unchanged where the profile has no escape sequences.
func Faint(s string, p colorprofile.Profile) string { return styled(s, ansi.NewStyle().Faint(), p) }

// styled gives each line of a text a style.
func styled(s string, style ansi.Style, p colorprofile.Profile) string {
	if p < colorprofile.ANSI {
		return s
	}
	s, newline := strings.CutSuffix(s, "\n")
	s = style.Styled(strings.ReplaceAll(s, "\n", ansi.ResetStyle+"\n"+style.String()))
	if newline {
		s += "\n"
	}
	return s
}
