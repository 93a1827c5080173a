package main

import (
	"fmt"
	"io"

	"attend/inspect"
	"attend/internal/printable"
	"attend/run"
)

// writePicture draws one sentence, beside its baseline if there is one.
func (p *program) writePicture(w io.Writer, o inspectOptions, r *run.Run, m inspect.Map, beside []inspect.Baseline) error {
	source := inspect.Source{Run: r.Path, Step: r.Step}
	var figure inspect.Figure
	var err error
	if beside == nil {
		figure, err = inspect.NewFigure(m, source, o.selection())
	} else {
		figure, err = inspect.NewFigureBeside(m, beside[0], source, o.selection())
	}
	if err != nil {
		return err
	}
	look := inspect.PictureOptions{Dark: o.theme == "dark"}
	if o.format == "svg" {
		return inspect.SVG(w, figure, look)
	}
	lacking, err := inspect.PNG(w, figure, look)
	if err != nil {
		return err
	}
	if lacking != "" {
		p.note(fmt.Sprintf("the font of a PNG lacks %s and shows boxes instead: --format svg uses the fonts of the viewer", printable.Short(lacking, printable.MaxQuote)))
	}
	return nil
}
