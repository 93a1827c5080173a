package lesson

import (
	"io"

	"attend/inspect"
)

// Picture is drawn in the manner that its reader has: with characters, as SVG or as PNG.
type Picture struct {
	Text func(io.Writer, inspect.TextOptions) error
	SVG  func(io.Writer, inspect.PictureOptions) error
	PNG  func(io.Writer, inspect.PictureOptions) (lacking string, err error)
}

// arrows is the picture of vectors in the plane.
func arrows(p inspect.Plane) Picture {
	return Picture{
		Text: func(w io.Writer, o inspect.TextOptions) error { return inspect.PlaneText(w, p, o) },
		SVG:  func(w io.Writer, o inspect.PictureOptions) error { return inspect.PlaneSVG(w, p, o) },
		PNG:  func(w io.Writer, o inspect.PictureOptions) (string, error) { return inspect.PlanePNG(w, p, o) },
	}
}

// bars is the picture of quantities.
func bars(b inspect.Bars) Picture {
	return Picture{
		Text: func(w io.Writer, o inspect.TextOptions) error { return inspect.BarsText(w, b, o) },
		SVG:  func(w io.Writer, o inspect.PictureOptions) error { return inspect.BarsSVG(w, b, o) },
		PNG:  func(w io.Writer, o inspect.PictureOptions) (string, error) { return inspect.BarsPNG(w, b, o) },
	}
}

// mapOf is the picture of an attention map.
func mapOf(m inspect.Map, s inspect.Source, selection inspect.Selection) (Picture, error) {
	figure, err := inspect.NewFigure(m, s, selection)
	return Picture{
		Text: func(w io.Writer, o inspect.TextOptions) error {
			o.Layer, o.Head, o.All = selection.Layer, selection.Head, selection.All
			return inspect.Grid(w, m, o)
		},
		SVG: func(w io.Writer, o inspect.PictureOptions) error { return inspect.SVG(w, figure, o) },
		PNG: func(w io.Writer, o inspect.PictureOptions) (string, error) { return inspect.PNG(w, figure, o) },
	}, err
}

// mean selects the mean over all layers and heads.
func mean() inspect.Selection { return inspect.Selection{Layer: -1, Head: -1} }

// each selects every head by itself.
func each() inspect.Selection { return inspect.Selection{Layer: -1, Head: -1, All: true} }
