// Package picture draws attention maps, activation patching, arrows, bars, scatters and charts, and writes them as files of any
// of [Formats]:
//
//	drawing, err := picture.Map(m, nil, source, selection, picture.Options{})
//	format, err := picture.Formats.Find("format", "svg")
//	lacking, err := format.Write(file, drawing)
//
// A picture is laid out once, as a [Drawing] of rectangles, lines, dots and texts that are measured in the Go fonts (font.go).
// Each kind of picture has a function that makes one: [Map] (figure.go, layout.go), [Patching], [Arrows], [Bars], [Scatter]
// (scatter.go, scatter_labels.go) and [Chart]. Each format is a file of its own and a line in [Formats], and writes every
// drawing; those of pixels draw them with pixels.go. Equal pictures have equal bytes.
package picture

import (
	"image/color"
	"io"
	"strings"

	"attend/internal/choice"
	"attend/internal/printable"
	"attend/internal/render"
)

// Formats are the files that a picture can be, by their ending.
var Formats = choice.Table[Format]{
	{Name: "svg", Choice: Format{Write: SVG}},
	{Name: "png", Choice: Format{Write: writePNG, Binary: true, Density: density}},
	{Name: "pdf", Choice: Format{Write: writePDF, Binary: true}},
}

// Format is a kind of file.
type Format struct {
	// Write writes a drawing in one piece, with its title, run and step where the format can hold them. A format that sets
	// words in the Go fonts returns each word with a character that they lack once. The error is that of the writer.
	Write   func(w io.Writer, d Drawing) (lacking []string, err error)
	Binary  bool // not text, so nothing for a terminal
	Density int  // pixels in the file, in each direction, to one of the drawing; 0: shapes that have none
}

// Options are the theme and the size of a picture.
type Options struct {
	Dark  bool // light on dark instead of dark on white; white prints
	Width int  // of a scatter, in pixels; 0 means 1000, below 200 counts as 200
}

// A Drawing is a picture before it takes a format: shapes in the pixels of an ordinary screen, from the top left
// corner. Rectangles lie below polygons, polygons below lines, lines below paths, paths below dots, dots below texts.
type Drawing struct {
	subject
	palette
	face          typeface
	width, height int
	rects         []rect
	polygons      []polygon
	lines         []line
	paths         []path
	dots          []dot
	texts         []text
}

// subject is what a picture is about, for those who cannot see it and for programs.
type subject struct {
	heading, description string
	metadata             string      // XML; may be empty
	entries              [][2]string // the same as pairs of a name and a text, the title first
}

// rect is a filled rectangle.
type rect struct {
	x, y, width, height int
	fill                color.RGBA
	tip                 string // shown while pointing at it, where a format can; may be empty
}

// line is a straight line.
type line struct {
	x1, y1, x2, y2 float64
	width          float64
	stroke         color.RGBA
}

// path is straight lines from point to point.
type path struct {
	points [][2]float64
	width  float64
	stroke color.RGBA
	dashes []float64 // lengths of dashes and gaps in turn; nil: a solid line
}

// polygon is a filled area through which what lies below it shows.
type polygon struct {
	points [][2]float64
	fill   color.RGBA
}

// opacity is how much of what lies below it a polygon covers.
const opacity = 0.2

// dot is a filled circle.
type dot struct {
	x, y, radius float64
	fill         color.RGBA
	tip          string // as of rect
}

// anchor is the point of a text that is at its coordinates.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// text is one line of text. x and y are the coordinates of its anchor on the baseline.
type text struct {
	x, y   float64
	size   float64
	s      string
	fill   color.RGBA
	anchor anchor
	upward bool // turned by 90 degrees, read from below
	bold   bool
	tip    string // as of rect
}

// Sizes that pictures share, in pixels.
const (
	margin      = 24
	headingSize = 16.0
	textSize    = 12.0
)

// plainSubject is about a picture of things that shows no run.
func plainSubject(title, kind string, things []string) subject {
	title = printable.Sentence(title)
	description := kind + ": " + strings.Join(things, "; ") + "."
	return subject{heading: title, description: description, entries: [][2]string{{"Title", title}}}
}

// paragraph sets t.s in at most so many lines of at most a width. Each ends leading further down than the last, and its baseline
// is below pixels above its end. It returns where the last ends.
func (d *Drawing) paragraph(t text, leading, below, limit float64, most int) float64 {
	y := t.y
	for _, s := range d.face.paragraph(t.s, t.size, t.bold, limit, most) {
		y += leading
		t.s, t.y = s, y-below
		d.texts = append(d.texts, t)
	}
	return y
}

// header sets the heading of a picture across it and returns where it ends.
func (d *Drawing) header(s string, leading float64) float64 {
	t := text{x: margin, y: margin, size: headingSize, s: s, fill: d.ink, bold: true}
	return d.paragraph(t, leading, 5, float64(d.width-2*margin), 4)
}

// palette is the colours of a picture.
type palette struct {
	background, ink color.RGBA
	muted           color.RGBA // of text that is not the matter itself
	grid            color.RGBA // of grids and frames
	leader          color.RGBA // of the lines from points of a scatter to their names
	scale           render.Scale
	arrows          [3]color.RGBA // of the kinds of arrows
	curves          []color.RGBA  // of the styles of curves
}

// palette returns the colours of a picture: ink has a contrast of at least 15, muted of at least 7 and leader of at least 3
// on the background. The arrows are blue, orange and green of Okabe and Ito (2008), which every common colour blindness
// distinguishes, darker on white, so that text in them can be read.
func (o Options) palette() palette {
	if o.Dark {
		return palette{background: rgb(0x14161a), ink: rgb(0xf2f2f2), muted: rgb(0xb8b8b8), grid: rgb(0x454952),
			leader: rgb(0x7d8493),
			scale:  render.OnDark(), curves: render.CurveColors(true), arrows: [3]color.RGBA{rgb(0xe69f00), rgb(0x56b4e9),
				rgb(0x2fc89b)}}
	}
	return palette{background: rgb(0xffffff), ink: rgb(0x161616), muted: rgb(0x505050), grid: rgb(0xc4c4c4), leader: rgb(0x8b929e),
		scale: render.OnLight(), curves: render.CurveColors(false), arrows: [3]color.RGBA{rgb(0xa34a00), rgb(0x005a96),
			rgb(0x006b4e)}}
}

// rgb is the colour #rrggbb.
func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}
