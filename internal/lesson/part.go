package lesson

import (
	"io"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/render/picture"
	"attend/internal/render/text"
)

// Part is a piece of a chapter: [Paragraph], [Formula], [Table], [Printout], [Picture], [Question] or [Try].
type Part any

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
	Right   int      // index in Choices
	Because string
}

// Answer is the right answer to a question and the reason, behind what is said of the reader's own, if anything.
type Answer struct {
	Question
	Verdict string
}

// Letter names a choice: a, b, c.
func Letter(choice int) string { return string(rune('a' + choice)) }

// Try is commands to paste, at the end of a chapter.
type Try []Command

// Command is a line for a shell and what it does.
type Command struct{ Line, Does string }

// Picture is drawn in the manner that its reader has: with characters, or as a drawing for one of [picture.Formats].
type Picture struct {
	Text func(io.Writer, text.Options) error
	Draw func(picture.Options) (picture.Drawing, error)
}

// arrows is the picture of vectors in the plane.
func arrows(p render.Arrows) Picture {
	return Picture{
		Text: func(w io.Writer, o text.Options) error { return text.Arrows(w, p, o) },
		Draw: func(o picture.Options) (picture.Drawing, error) { return picture.Arrows(p, o) },
	}
}

// bars is the picture of quantities.
func bars(b render.Bars) Picture {
	return Picture{
		Text: func(w io.Writer, o text.Options) error { return text.Bars(w, b, o) },
		Draw: func(o picture.Options) (picture.Drawing, error) { return picture.Bars(b, o) },
	}
}

// pictured is the picture of an attention map: the mean over its heads, or each head by itself.
func pictured(m attention.Map, s attention.Source, each bool) Picture {
	whole := render.Selection{Layer: attention.All, Head: attention.All, All: each}
	return Picture{
		Text: func(w io.Writer, o text.Options) error {
			o.Layer, o.Head, o.All = whole.Layer, whole.Head, each
			return text.Grid(w, m, nil, o)
		},
		Draw: func(o picture.Options) (picture.Drawing, error) { return picture.Map(m, nil, s, whole, o) },
	}
}
