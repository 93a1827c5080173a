package lesson

import (
	"io"

	"attend/internal/render/text"
)

// Part is a piece of a chapter: [Paragraph], [Formula], [Table], [Printout], [Picture], [Question] or [Try].
type Part interface{ part() }

// Paragraph is a few sentences. What stands between backquotes is a word of a program.
type Paragraph string

// Formula is lines to be shown as they are.
type Formula string

// Table is numbers that a chapter has computed.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string // each as long as Head
	Words   int        // how many columns, from the first, hold words; the others hold numbers
}

// Printout is what a command of attend would print.
type Printout struct {
	Text func(io.Writer, text.Options) error
}

// Question asks the reader before the result is shown.
type Question struct {
	Ask     string
	Choices []string // at least two, at most nine
	Right   int      // place in Choices
	Because string
}

// Letter names a choice: a, b, c.
func Letter(choice int) string { return string(rune('a' + choice)) }

// Try is commands to paste, at the end of a chapter.
type Try []Command

// Command is a line for a shell and what it does.
type Command struct{ Line, Does string }

func (Paragraph) part() {}

func (Formula) part() {}

func (Table) part() {}

func (Printout) part() {}

func (Picture) part() {}

func (Question) part() {}

func (Try) part() {}
