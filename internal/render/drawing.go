package render

import "image/color"

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
