package render

import (
	"slices"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/term"
)

// WidestLabel is the columns of a word in lists and pictures.
const WidestLabel = 16

// UnknownNote explains the mark of an unknown token.
const UnknownNote = "? is not in the vocabulary of this run"

// A Label is the spelling of one token for people.
type Label struct {
	Word string // printable, never empty
	Mark string // "?" for an unknown token, a small number for a repeated one, or empty
}

// Labels spells the tokens of a map.
func Labels(m attention.Map) []Label {
	list := make([]Label, len(m.Tokens))
	for i, token := range m.Tokens {
		list[i].Word = Spelling(token)
		if m.Unknown != nil && m.Unknown[i] {
			list[i].Mark = "?"
		}
	}
	return list
}

// Spelling is a token as printable text; an empty one shows as two quotes.
func Spelling(token string) string {
	if token == "" {
		return `""`
	}
	return printable.Short(token, printable.MaxQuote)
}

// AnyUnknown reports whether the output needs the note.
func AnyUnknown(m attention.Map) bool {
	return slices.Contains(m.Unknown, true)
}

func (l Label) String() string { return l.Word + l.Mark }

// Width is the number of columns of the whole label.
func (l Label) Width() int { return ansi.StringWidth(l.String()) }

// Fit is the label in at most the given columns. What is cut shows as …; the
// mark stays as long as there is room for a column of the word too.
func (l Label) Fit(columns int) string {
	room := columns - ansi.StringWidth(l.Mark)
	if room < 1 {
		return term.Fit(l.String(), columns)
	}
	return term.Fit(l.Word, room) + l.Mark
}
