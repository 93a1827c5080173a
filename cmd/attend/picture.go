package main

import (
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/picture"
	"attend/internal/run"
)

// writePicture draws one sentence, beside its baseline if there is one.
func (p *program) writePicture(w io.Writer, o inspectOptions, r *run.Run, m attention.Map, beside []attention.Baseline) error {
	source := attention.Source{Run: r.Path, Step: r.Step}
	var figure picture.Figure
	var err error
	if beside == nil {
		figure, err = picture.NewFigure(m, source, o.selection())
	} else {
		figure, err = picture.NewFigureWithBaseline(m, beside[0], source, o.selection())
	}
	if err != nil {
		return err
	}
	look := picture.Options{Dark: o.theme == "dark"}
	if o.format == "svg" {
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
