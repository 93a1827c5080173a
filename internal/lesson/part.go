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

// Picture is drawn in the manner that its reader has: with characters, as SVG or as PNG.
type Picture struct {
	Text func(io.Writer, text.Options) error
	SVG  func(io.Writer, picture.Options) error
	PNG  func(io.Writer, picture.Options) (lacking string, err error)
}

// pictureOf is what the renderers make of something.
func pictureOf[P any](p P, asText func(io.Writer, P, text.Options) error, asSVG func(io.Writer, P, picture.Options) error,
	asPNG func(io.Writer, P, picture.Options) (string, error)) Picture {
	return Picture{
		Text: func(w io.Writer, o text.Options) error { return asText(w, p, o) },
		SVG:  func(w io.Writer, o picture.Options) error { return asSVG(w, p, o) },
		PNG:  func(w io.Writer, o picture.Options) (string, error) { return asPNG(w, p, o) },
	}
}

// arrows is the picture of vectors in the plane.
func arrows(p render.Arrows) Picture {
	return pictureOf(p, text.Arrows, picture.ArrowsSVG, picture.ArrowsPNG)
}

// bars is the picture of quantities.
func bars(b render.Bars) Picture {
	return pictureOf(b, text.Bars, picture.BarsSVG, picture.BarsPNG)
}

// pictured is the picture of an attention map: the mean over its heads, or each head by itself.
func pictured(m attention.Map, s attention.Source, each bool) (Picture, error) {
	figure, err := picture.NewFigure(m, s, render.Selection{Layer: attention.All, Head: attention.All, All: each})
	grid := func(w io.Writer, _ picture.Figure, o text.Options) error {
		o.Layer, o.Head, o.All = attention.All, attention.All, each
		return text.Grid(w, m, o)
	}
	return pictureOf(figure, grid, picture.SVG, picture.PNG), err
}
