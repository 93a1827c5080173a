package lesson

import (
	"io"

	"attend/internal/render"
)

// Picture is drawn in the manner that its reader has: with characters, as SVG or as PNG.
type Picture struct {
	Text func(io.Writer, render.TextOptions) error
	SVG  func(io.Writer, render.PictureOptions) error
	PNG  func(io.Writer, render.PictureOptions) (lacking string, err error)
}

// arrows is the picture of vectors in the plane.
func arrows(p render.Plane) Picture {
	return Picture{
		Text: func(w io.Writer, o render.TextOptions) error { return render.PlaneText(w, p, o) },
		SVG:  func(w io.Writer, o render.PictureOptions) error { return render.PlaneSVG(w, p, o) },
		PNG:  func(w io.Writer, o render.PictureOptions) (string, error) { return render.PlanePNG(w, p, o) },
	}
}

// bars is the picture of quantities.
func bars(b render.Bars) Picture {
	return Picture{
		Text: func(w io.Writer, o render.TextOptions) error { return render.BarsText(w, b, o) },
		SVG:  func(w io.Writer, o render.PictureOptions) error { return render.BarsSVG(w, b, o) },
		PNG:  func(w io.Writer, o render.PictureOptions) (string, error) { return render.BarsPNG(w, b, o) },
	}
}

// mapOf is the picture of an attention map.
func mapOf(m render.Map, s render.Source, selection render.Selection) (Picture, error) {
	figure, err := render.NewFigure(m, s, selection)
	return Picture{
		Text: func(w io.Writer, o render.TextOptions) error {
			o.Layer, o.Head, o.All = selection.Layer, selection.Head, selection.All
			return render.Grid(w, m, o)
		},
		SVG: func(w io.Writer, o render.PictureOptions) error { return render.SVG(w, figure, o) },
		PNG: func(w io.Writer, o render.PictureOptions) (string, error) { return render.PNG(w, figure, o) },
	}, err
}

// mean selects the mean over all layers and heads.
func mean() render.Selection { return render.Selection{Layer: -1, Head: -1} }

// each selects every head by itself.
func each() render.Selection { return render.Selection{Layer: -1, Head: -1, All: true} }
