package main

import (
	"fmt"
	"io"
	"strings"

	"attend/internal/printable"
	"attend/internal/render/picture"
)

// pictureFormats are what a picture can be.
var pictureFormats = func() (formats []format) {
	for _, e := range picture.Formats {
		formats = append(formats, format{name: e.Name, ending: "." + e.Name, picture: true, binary: e.Choice.Binary})
	}
	return formats
}()

// draw writes a picture in the format that was chosen, and notes what its font lacks.
func (p *program) draw(w io.Writer, o output, drawing func() (picture.Drawing, error)) error {
	d, err := drawing()
	if err != nil {
		return err
	}
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
