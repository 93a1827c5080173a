package picture

import (
	"image/color"

	"attend/internal/render"
)

// Options says how a picture looks.
type Options struct {
	Dark bool // light on dark instead of dark on white; white prints
}

// A drawing is a picture before it takes a format: shapes in the pixels of an ordinary screen, from the top left
// corner. Rectangles lie below lines, lines below texts. SVG and PNG are written from it, so both look alike.
type drawing struct {
	width, height int
	background    color.RGBA
	rects         []rect
	lines         []line
	texts         []text
}

// rect is a filled rectangle.
type rect struct {
	x, y, width, height int
	fill                color.RGBA
	tip                 string // shown while pointing at it, where a format can; may be empty
}

// line is a straight line, one pixel wide unless it says otherwise.
type line struct {
	x1, y1, x2, y2 float64
	width          float64
	stroke         color.RGBA
}

// anchor is the point of a text that stands at its place.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// text is one line of text. x and y are its place on the baseline.
type text struct {
	x, y   float64
	size   float64
	s      string
	fill   color.RGBA
	anchor anchor
	upward bool // turned by 90 degrees, read from below
	bold   bool
	tip    string // shown while pointing at it, where a format can; may be empty
}

// palette is the colours of a picture.
type palette struct {
	background, ink color.RGBA
	muted           color.RGBA // of text that is not the matter itself
	hatch           color.RGBA // of the lines across cells that a query cannot see
	signed          render.Diverging
}

// palette returns the colours: ink has a contrast of at least 15 and muted of at least 7 on the background.
func (o Options) palette() palette {
	grey := func(v uint8) color.RGBA { return color.RGBA{v, v, v, 0xff} }
	if o.Dark {
		return palette{color.RGBA{0x14, 0x16, 0x1a, 0xff}, grey(0xf2), grey(0xb8), color.RGBA{0x45, 0x49, 0x52, 0xff}, render.OnDark()}
	}
	return palette{grey(0xff), grey(0x16), grey(0x50), grey(0xc4), render.OnLight()}
}

// shade is the colour of one number of a panel.
func (p palette) shade(weight float64, signed bool) color.RGBA {
	if signed {
		return p.signed.Shade(weight)
	}
	return render.Shade(weight)
}
