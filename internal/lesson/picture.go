package lesson

import (
	"io"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/render/picture"
	"attend/internal/render/text"
)

// Picture is drawn in the manner that its reader has: with characters, as SVG or as PNG.
type Picture struct {
	Text func(io.Writer, text.Options) error
	SVG  func(io.Writer, picture.Options) error
	PNG  func(io.Writer, picture.Options) (lacking string, err error)
}

// arrows is the picture of vectors in the plane.
func arrows(p render.Arrows) Picture {
	return Picture{
		Text: func(w io.Writer, o text.Options) error { return text.Arrows(w, p, o) },
		SVG:  func(w io.Writer, o picture.Options) error { return picture.ArrowsSVG(w, p, o) },
		PNG:  func(w io.Writer, o picture.Options) (string, error) { return picture.ArrowsPNG(w, p, o) },
	}
}

// bars is the picture of quantities.
func bars(b render.Bars) Picture {
	return Picture{
		Text: func(w io.Writer, o text.Options) error { return text.Bars(w, b, o) },
		SVG:  func(w io.Writer, o picture.Options) error { return picture.BarsSVG(w, b, o) },
		PNG:  func(w io.Writer, o picture.Options) (string, error) { return picture.BarsPNG(w, b, o) },
	}
}

// mapOf is the picture of an attention map.
func mapOf(m attention.Map, s attention.Source, selection render.Selection) (Picture, error) {
	figure, err := picture.NewFigure(m, s, selection)
	return Picture{
		Text: func(w io.Writer, o text.Options) error {
			o.Layer, o.Head, o.All = selection.Layer, selection.Head, selection.All
			return text.Grid(w, m, o)
		},
		SVG: func(w io.Writer, o picture.Options) error { return picture.SVG(w, figure, o) },
		PNG: func(w io.Writer, o picture.Options) (string, error) { return picture.PNG(w, figure, o) },
	}, err
}

// mean selects the mean over all layers and heads.
func mean() render.Selection { return render.Selection{Layer: -1, Head: -1} }

// each selects every head by itself.
func each() render.Selection { return render.Selection{Layer: -1, Head: -1, All: true} }
