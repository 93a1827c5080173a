package main

import (
	"io"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/run"
)

// writePicture draws one sentence, beside its baseline if there is one.
func (p *program) writePicture(w io.Writer, o inspectOptions, r *run.Run, m render.Map, beside []render.Baseline) error {
	source := render.Source{Run: r.Path, Step: r.Step}
	var figure render.Figure
	var err error
	if beside == nil {
		figure, err = render.NewFigure(m, source, o.selection())
	} else {
		figure, err = render.NewFigureBeside(m, beside[0], source, o.selection())
	}
	if err != nil {
		return err
	}
	look := render.PictureOptions{Dark: o.theme == "dark"}
	if o.format == "svg" {
		return render.SVG(w, figure, look)
	}
	lacking, err := render.PNG(w, figure, look)
	if err != nil {
		return err
	}
	if lacking != "" {
		p.say("note: the font of a PNG lacks %s and shows boxes instead: --format svg uses the fonts of the viewer", printable.Short(lacking, printable.MaxQuote))
	}
	return nil
}
