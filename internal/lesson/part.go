package lesson

import (
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/picture"
	"attend/internal/render/text"
)

// Part is a piece of a chapter: [Paragraph], [Formula], [Table], [Picture], [Beside], [Question], [Optional] or [Try].
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

// Question asks the reader before the result is shown.
type Question struct {
	Ask     string
	Choices []Choice // at least two, at most nine
	Right   int      // index in Choices
}

// Exercise is a question on a worksheet: without its answer, with space for that of the reader.
type Exercise Question

// Choice is a possible answer and the reason why it is right or wrong.
type Choice struct{ Text, Reason string }

// Because is the reason of the right answer.
func (q Question) Because() string { return q.Choices[q.Right].Reason }

// Answer is the right answer to a question, after the reason why the reader's choice is wrong, if it is.
type Answer struct {
	Question
	Chosen int // index in Choices; -1 where the reader has chosen nothing
}

// Optional is parts that a reader may leave out.
type Optional struct {
	Title string
	Parts []Part
}

// Beside is pictures to compare, side by side where there is space.
type Beside []Picture

// Letter names a choice: a, b, c.
func Letter(choice int) string { return string(rune('a' + choice)) }

// Try is commands to paste, at the end of a chapter.
type Try []Command

// Command is a line for a shell and what it does.
type Command struct{ Line, Does string }

// Picture is drawn with characters, or as a drawing for one of [picture.Formats].
type Picture struct {
	Title string // of a picture in [Beside]
	Text  func(io.Writer, text.Options) error
	Draw  func(picture.Options) (picture.Drawing, error)
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

// curve is the picture of a chart of one curve. With characters it is bars.
func curve(c render.Chart) Picture {
	b := render.Bars{Title: c.Title}
	for _, p := range c.Series[0].Points {
		name := c.X.Title + " " + printable.Thousands(p.X)
		b.Bars = append(b.Bars, render.Bar{Name: name, Value: p.Y, Text: fmt.Sprintf("%.3f", p.Y)})
	}
	p := bars(b)
	p.Draw = func(o picture.Options) (picture.Drawing, error) { return picture.Chart(c, o) }
	return p
}

// pictured is the picture of an attention map: of one head, from 0, or with [attention.All] the mean over all.
func pictured(m attention.Map, s attention.Source, head int) Picture {
	whole := render.Selection{Layer: attention.All, Head: head}
	return Picture{
		Text: func(w io.Writer, o text.Options) error {
			o.Layer, o.Head, o.All = whole.Layer, whole.Head, false
			return text.Grid(w, m, nil, o)
		},
		Draw: func(o picture.Options) (picture.Drawing, error) { return picture.Map(m, nil, s, whole, o) },
	}
}
