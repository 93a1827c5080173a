package picture

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"attend/internal/printable"
	"attend/internal/render"
)

// Sizes of a plane in pixels.
const (
	arrowsSide = 300 // of the longer side between the outermost ticks
	arrowWidth = 2.5
	headLength = 11.0
)

// arrowColors are the colours of the kinds of arrows: blue, orange and green of Okabe and Ito (2008), which
// every common colour blindness tells apart, darker on white, so that text in them can be read.
func (o Options) arrowColors() [3]color.RGBA {
	if o.Dark {
		return [3]color.RGBA{{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x2f, 0xc8, 0x9b, 0xff}}
	}
	return [3]color.RGBA{{0xa3, 0x4a, 0x00, 0xff}, {0x00, 0x5a, 0x96, 0xff}, {0x00, 0x6b, 0x4e, 0xff}}
}

// arrowsDrawing draws a plane: a heading, a grid with numbers, and the arrows with their names.
func arrowsDrawing(p render.Arrows, o Options, face *typeface) (drawing, error) {
	if err := p.Validate(); err != nil {
		return drawing{}, err
	}
	left, bottom, right, top := p.Bounds()
	tick := step(max(right-left, top-bottom))
	down := func(x float64) float64 { return math.Floor(x/tick-0.25) * tick }
	up := func(x float64) float64 { return math.Ceil(x/tick+0.25) * tick }
	left, bottom, right, top = down(left), down(bottom), up(right), up(top)
	scale := arrowsSide / max(right-left, top-bottom)

	longest := 0.0
	for _, a := range tips(p) {
		longest = max(longest, face.room(printable.Sentence(a.Name), textSize+1, true))
	}
	longest = min(longest, 260)
	palette := o.palette()
	width := int(math.Ceil((right-left)*scale+2*longest)) + 2*margin
	d := drawing{width: max(width, 360), background: palette.background}
	y := float64(margin)
	for _, l := range face.paragraph(printable.Sentence(p.Title), headingSize, true, float64(d.width-2*margin), 4) {
		y += 1.3 * headingSize
		d.texts = append(d.texts, text{x: margin, y: y - 5, size: headingSize, s: l, fill: palette.ink, bold: true})
	}
	originX, originY := float64(d.width)/2-(left+right)/2*scale, y+24+top*scale
	at := func(x, y float64) (float64, float64) { return originX + x*scale, originY - y*scale }
	d.height = int(math.Ceil(originY-bottom*scale)) + 24 + margin

	ruled := func(x1, y1, x2, y2, width float64, stroke color.RGBA) {
		ax, ay := at(x1, y1)
		bx, by := at(x2, y2)
		d.lines = append(d.lines, line{ax, ay, bx, by, width, stroke})
	}
	for i := math.Round(left / tick); i <= math.Round(right/tick); i++ {
		ruled(i*tick, bottom, i*tick, top, 1, palette.hatch)
		x, y := at(i*tick, bottom)
		d.texts = append(d.texts, text{x: x, y: y + 16, size: textSize, s: render.Significant(i * tick), fill: palette.muted, anchor: middle})
	}
	for i := math.Round(bottom / tick); i <= math.Round(top/tick); i++ {
		ruled(left, i*tick, right, i*tick, 1, palette.hatch)
		x, y := at(left, i*tick)
		d.texts = append(d.texts, text{x: x - 6, y: y + 4, size: textSize, s: render.Significant(i * tick), fill: palette.muted, anchor: end})
	}
	ruled(left, 0, right, 0, 1.5, palette.muted)
	ruled(0, bottom, 0, top, 1.5, palette.muted)
	colors := o.arrowColors()
	for i := len(p.Arrows) - 1; i >= 0; i-- { // the first arrows lie on top
		a := p.Arrows[i]
		x1, y1 := at(0, 0)
		x2, y2 := at(a.X, a.Y)
		d.arrow(x1, y1, x2, y2, colors[a.Kind])
	}
	for _, a := range tips(p) {
		x, y := at(a.X, a.Y)
		t := text{x: x + 8, y: y - 6, size: textSize + 1, s: face.cut(printable.Sentence(a.Name), textSize+1, true, longest), fill: colors[a.Kind], bold: true}
		if a.Y < 0 {
			t.y = y + 6 + textSize
		}
		if a.X < 0 || a.X == 0 && a.Y < 0 {
			t.x, t.anchor = x-8, end
		}
		d.texts = append(d.texts, t)
	}
	return d, nil
}

// arrow draws a line with a head at its second end; a vector of zeros is a dot.
func (d *drawing) arrow(x1, y1, x2, y2 float64, stroke color.RGBA) {
	length := math.Hypot(x2-x1, y2-y1)
	if length < 1 {
		d.rects = append(d.rects, rect{int(x1) - 3, int(y1) - 3, 6, 6, stroke, ""})
		return
	}
	d.lines = append(d.lines, line{x1, y1, x2, y2, arrowWidth, stroke})
	angle, head := math.Atan2(y1-y2, x1-x2), min(headLength, length/2)
	for _, turn := range []float64{-0.45, 0.45} {
		d.lines = append(d.lines, line{x2, y2, x2 + head*math.Cos(angle+turn), y2 + head*math.Sin(angle+turn), arrowWidth, stroke})
	}
}

// step is the distance of ticks: 1, 2 or 5 times a power of ten, so that a range has two to five or so.
func step(length float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(length)))
	switch rest := length / power; {
	case rest < 1.5:
		return power / 2
	case rest < 3:
		return power
	case rest < 7:
		return 2 * power
	default:
		return 5 * power
	}
}

// tips joins the names of arrows whose tips are the same.
func tips(p render.Arrows) (tips []render.Arrow) {
	for _, a := range p.Arrows {
		joined := false
		for i := range tips {
			if tips[i].X == a.X && tips[i].Y == a.Y {
				tips[i].Name += ", " + a.Name
				joined = true
			}
		}
		if !joined {
			tips = append(tips, a)
		}
	}
	return tips
}

// ArrowsSVG writes the plane as a document that stands alone, as [SVG] does a figure.
func ArrowsSVG(w io.Writer, p render.Arrows, o Options) error {
	return shapesSVG(w, arrowsSubject(p), func(face *typeface) (drawing, error) { return arrowsDrawing(p, o, face) })
}

// ArrowsPNG writes the plane in pixels, as [PNG] does a figure.
func ArrowsPNG(w io.Writer, p render.Arrows, o Options) (lacking string, err error) {
	return shapesPNG(w, arrowsSubject(p), func(face *typeface) (drawing, error) { return arrowsDrawing(p, o, face) })
}

// arrowsSubject returns what a plane is about.
func arrowsSubject(p render.Arrows) subject {
	text := "Arrows from the origin:"
	for i, a := range p.Arrows {
		if i > 0 {
			text += ";"
		}
		text += fmt.Sprintf(" %s to (%s, %s)", printable.Sentence(a.Name), render.Significant(a.X), render.Significant(a.Y))
	}
	return plainSubject(printable.Sentence(p.Title), text+".")
}

// plainSubject is about a picture that shows no run.
func plainSubject(title, description string) subject {
	return subject{title: title, heading: title, description: description,
		entries: [][2]string{{"Title", title}, {"Description", description}, {"Software", "attend"}}}
}
