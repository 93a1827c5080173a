package picture

import (
	"io"
	"math"

	"attend/internal/printable"
	"attend/internal/render"
)

// BarsSVG writes the bars as a document that stands alone, as [SVG] does a figure.
func BarsSVG(w io.Writer, c render.Bars, o Options) error {
	return shapesSVG(w, barsSubject(c), func(face *typeface) (drawing, error) { return barsDrawing(c, o, face) })
}

// BarsPNG writes the bars in pixels, as [PNG] does a figure.
func BarsPNG(w io.Writer, c render.Bars, o Options) (lacking string, err error) {
	return shapesPNG(w, barsSubject(c), func(face *typeface) (drawing, error) { return barsDrawing(c, o, face) })
}

// barsDrawing draws a heading and below it a line for each bar: its name, the bar, its value.
func barsDrawing(c render.Bars, o Options, face *typeface) (drawing, error) {
	if err := c.Validate(); err != nil {
		return drawing{}, err
	}
	const longest, row, thick, size, most = 280, 26, 16, textSize + 1, 240.0
	names, values := 0.0, 0.0
	for _, bar := range c.Bars {
		names = max(names, face.room(printable.Sentence(bar.Name), size, false))
		values = max(values, face.room(printable.Sentence(bar.Text), size, false))
	}
	names, values = math.Ceil(min(names, most)), math.Ceil(min(values, most))
	p := o.palette()
	d := drawing{width: 2*margin + int(names+values) + longest + 20, background: p.background}
	y := margin
	for _, l := range face.paragraph(printable.Sentence(c.Title), headingSize, true, float64(d.width-2*margin), 4) {
		y += 21
		d.texts = append(d.texts, text{x: margin, y: float64(y - 5), size: headingSize, s: l, fill: p.ink, bold: true})
	}
	y += 10
	fill := o.arrowColors()[render.KeyArrow]
	for _, bar := range c.Bars {
		length := 0
		if c.Largest() > 0 {
			length = int(math.Round(bar.Value / c.Largest() * longest))
		}
		x := margin + int(names) + 10
		d.rects = append(d.rects, rect{x, y, 1, row, p.hatch, ""}, rect{x, y + (row-thick)/2, length, thick, fill, ""})
		baseline := float64(y+row/2) + 0.35*size
		d.texts = append(d.texts,
			text{x: float64(x - 10), y: baseline, size: size, s: face.cut(printable.Sentence(bar.Name), size, false, names), fill: p.ink, anchor: end},
			text{x: float64(x + length + 8), y: baseline, size: size, s: face.cut(printable.Sentence(bar.Text), size, false, values), fill: p.ink})
		y += row
	}
	d.height = y + margin
	return d, nil
}

// barsSubject returns what the bars are about.
func barsSubject(c render.Bars) subject {
	text := "Bars:"
	for i, bar := range c.Bars {
		if i > 0 {
			text += ";"
		}
		text += " " + printable.Sentence(bar.Name) + " " + printable.Sentence(bar.Text)
	}
	return plainSubject(printable.Sentence(c.Title), text+".")
}
