package render

import (
	"bytes"
	"io"
)

// shapesSVG writes what draw returns as SVG.
func shapesSVG(w io.Writer, about subject, draw func(*typeface) (drawing, error)) error {
	face, err := newTypeface()
	if err != nil {
		return err
	}
	d, err := draw(face)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	writeSVG(&b, d, about)
	return write(w, &b)
}

// shapesPNG writes what draw returns as PNG.
func shapesPNG(w io.Writer, about subject, draw func(*typeface) (drawing, error)) (lacking string, err error) {
	face, err := newTypeface()
	if err != nil {
		return "", err
	}
	d, err := draw(face)
	if err != nil {
		return "", err
	}
	return writePNG(w, d, about, face)
}
