package main

import (
	"fmt"
	"io"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/picture"
	"attend/internal/run"
)

// pictureFormats are what a picture can be.
var pictureFormats = func() (formats []format) {
	for _, e := range picture.Formats {
		formats = append(formats, format{name: e.Name, ending: "." + e.Name, picture: true, binary: e.Choice.Binary})
	}
	return formats
}()

// writePicture draws one sentence, beside its baseline if there is one.
func (p *program) writePicture(w io.Writer, o inspectOptions, r *run.Run, m attention.Map, beside []attention.Baseline) error {
	var baseline *attention.Baseline
	if beside != nil {
		baseline = &beside[0]
	}
	d, err := picture.Map(m, baseline, attention.Source{Run: r.Path, Step: r.Step}, o.selection(), picture.Options{Dark: o.theme == "dark"})
	if err != nil {
		return err
	}
	return p.draw(w, o.output, d)
}

// draw writes a picture in the format that was chosen, and notes what its font lacks.
func (p *program) draw(w io.Writer, o output, d picture.Drawing) error {
	format, err := picture.Formats.Find("format", o.format)
	if err != nil {
		return err
	}
	lacking, err := format.Write(w, d)
	if lacking != "" {
		p.note(fmt.Sprintf("the font of a %s lacks %s and shows boxes instead: --format svg uses the fonts of the viewer",
			strings.ToUpper(o.format), printable.Short(lacking, printable.MaxQuote)))
	}
	return err
}
