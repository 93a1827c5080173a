package picture

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/term"
)

// ScatterOptions says how a picture of a scatter is drawn.
type ScatterOptions struct {
	Dark  bool // light on dark instead of dark on light
	Width int  // in pixels; 0 means 1000, below 200 counts as 200
}

// Sizes of a picture, in pixels.
const (
	scatterWidth  = 1000
	scatterLeast  = 200
	scatterMargin = 24
	titleSize     = 22 // of letters
	noteSize      = 14
	nameSize      = 13
	lineHeight    = 1.35 // of a line of text, in sizes of its letters
)

// A scatterLayout is where everything of a picture lies, in pixels from the upper left. SVG and PNG
// draw the same one.
type scatterLayout struct {
	width, height int
	plot          area
	points        [][2]float64
	tags          []tag
	lines         []textLine // title above, notes below
	unnamed       int
}

// A textLine is a line of text outside the plot, its letters standing on y.
type textLine struct {
	text    string
	x, y    float64
	size    float64
	heading bool
}

// layoutScatter places the points, as many names as have room, and what stands around them.
func layoutScatter(s attention.Scatter, o ScatterOptions, f *typeface) scatterLayout {
	width := o.Width
	if width == 0 {
		width = scatterWidth
	}
	l := scatterLayout{width: max(width, scatterLeast)}
	inner := float64(l.width - 2*scatterMargin)
	y := float64(scatterMargin)
	add := func(text string, size float64, heading bool) {
		for _, line := range f.paragraph(text, size, false, inner, math.MaxInt) {
			y += size * lineHeight
			l.lines = append(l.lines, textLine{line, scatterMargin, y - size*(lineHeight-1), size, heading})
		}
	}
	add(term.Fit(render.ScatterHeading(s), 200), titleSize, true)
	add(term.Fit(scatterOrigin(s), 200), noteSize, false)
	y += noteSize

	// The plot: one scale for both axes, with room at its edges for names.
	points, across, down := render.ScatterPlane(s)
	sides, ends := inner*0.07, 2*nameSize*lineHeight
	scale := inner - 2*sides
	if across > 0 {
		scale /= across
	}
	if down > 0 {
		scale = min(scale, inner/down) // no higher than wide
	}
	l.plot = area{scatterMargin, y, inner, max(inner/4, scale*down+2*ends)}
	left, top := (inner-scale*across)/2, (l.plot.height-scale*down)/2
	for _, p := range points {
		l.points = append(l.points, [2]float64{left + scale*p[0], top + scale*p[1]})
	}
	names := make([]string, len(s.Points))
	for i, p := range s.Points {
		names[i] = term.Fit(render.Spelling(p.Name), render.WidestLabel+8)
	}
	measure := func(name string) float64 { return f.width(name, nameSize, false) }
	l.tags = placeTags(newBoard(l.plot.width, l.plot.height), l.points, names, measure, nameSize*1.15)
	for i := range l.points {
		l.points[i][0] += l.plot.x
		l.points[i][1] += l.plot.y
	}
	for i := range l.tags {
		l.tags[i].at.x += l.plot.x
		l.tags[i].at.y += l.plot.y
	}

	y += l.plot.height + noteSize/2
	add(render.ScatterCaption(s), noteSize, false)
	named := make([]bool, len(s.Points))
	for _, t := range l.tags {
		named[t.point] = true
	}
	var unnamed []int
	for i, ok := range named {
		if !ok {
			unnamed = append(unnamed, i)
		}
	}
	if l.unnamed = len(unnamed); l.unnamed > 0 {
		add(render.UnnamedNote(s, unnamed), noteSize, false)
	}
	l.height = int(y) + scatterMargin
	return l
}

// scatterDescription is what a picture says of itself to who cannot see it, and to other programs.
func scatterDescription(s attention.Scatter, l scatterLayout) string {
	return strings.Join([]string{render.ScatterHeading(s), scatterOrigin(s), render.ScatterCaption(s), fmt.Sprintf("%d of %d without a name", l.unnamed, len(s.Points))}, "; ")
}

// scatterOrigin names the run and the step that a picture shows.
func scatterOrigin(s attention.Scatter) string {
	return fmt.Sprintf("%s, step %d", render.Spelling(s.Source.Run), s.Source.Step)
}

// scatterColors are the colours of a picture.
type scatterColors struct {
	paper, frame, ink, note, dot, line color.RGBA
}

// colors have a contrast of at least 4.5 to the paper in letters and 3 in dots, and differ in
// lightness as well as in hue.
func (o ScatterOptions) colors() scatterColors {
	if o.Dark {
		return scatterColors{
			paper: color.RGBA{0x16, 0x18, 0x1d, 0xff}, frame: color.RGBA{0x3a, 0x3f, 0x4a, 0xff}, ink: color.RGBA{0xf2, 0xf3, 0xf5, 0xff},
			note: color.RGBA{0xb4, 0xb9, 0xc4, 0xff}, dot: color.RGBA{0x5e, 0xc9, 0x62, 0xff}, line: color.RGBA{0x7d, 0x84, 0x93, 0xff},
		}
	}
	return scatterColors{
		paper: color.RGBA{0xff, 0xff, 0xff, 0xff}, frame: color.RGBA{0xd5, 0xd8, 0xde, 0xff}, ink: color.RGBA{0x17, 0x1a, 0x21, 0xff},
		note: color.RGBA{0x55, 0x5b, 0x67, 0xff}, dot: color.RGBA{0x2c, 0x72, 0x8e, 0xff}, line: color.RGBA{0x8b, 0x92, 0x9e, 0xff},
	}
}
