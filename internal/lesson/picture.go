package lesson

import (
	"io"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/render/picture"
	"attend/internal/render/text"
)

// Picture is drawn in the manner that its reader has: with characters, or as a drawing for one of [picture.Formats].
type Picture struct {
	Text func(io.Writer, text.Options) error
	Draw func(picture.Options) (picture.Drawing, error)
}

// svg writes the drawing of a picture for a page.
func (p Picture) svg(w io.Writer, o picture.Options) error {
	d, err := p.Draw(o)
	if err != nil {
		return err
	}
	_, err = picture.SVG(w, d)
	return err
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

// mapOf is the picture of an attention map.
func mapOf(m attention.Map, s attention.Source, selection render.Selection) (Picture, error) {
	_, err := render.Views(m, selection)
	return Picture{
		Text: func(w io.Writer, o text.Options) error {
			o.Layer, o.Head, o.All = selection.Layer, selection.Head, selection.All
			return text.Grid(w, m, o)
		},
		Draw: func(o picture.Options) (picture.Drawing, error) { return picture.Map(m, nil, s, selection, o) },
	}, err
}

// mean selects the mean over all layers and heads.
func mean() render.Selection { return render.Selection{Layer: -1, Head: -1} }

// each selects every head by itself.
func each() render.Selection { return render.Selection{Layer: -1, Head: -1, All: true} }
