package main

import (
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/picture"
)

// pictureFormats are what a picture can be.
var pictureFormats = []format{
	{name: "svg", ending: ".svg", picture: true},
	{name: "png", ending: ".png", picture: true, binary: true},
}

// writePicture draws one sentence, beside its baseline if there is one.
func (p *program) writePicture(w io.Writer, q *request, o inspectOptions, m attention.Map, beside []attention.Baseline) error {
	selection := render.Selection{Layer: o.layer - 1, Head: o.head - 1, All: o.all}
	var figure picture.Figure
	var err error
	if beside == nil {
		figure, err = picture.NewFigure(m, q.source(), selection)
	} else {
		figure, err = picture.NewFigureWithBaseline(m, beside[0], q.source(), selection)
	}
	if err != nil {
		return err
	}
	look := picture.Options{Dark: o.theme == "dark"}
	if q.format == "svg" {
		return picture.SVG(w, figure, look)
	}
	lacking, err := picture.PNG(w, figure, look)
	if err != nil {
		return err
	}
	if lacking != "" {
		p.note(fmt.Sprintf("the font of a PNG lacks %s and shows boxes instead: --format svg uses the fonts of the viewer", printable.Short(lacking, printable.MaxQuote)))
	}
	return nil
}
