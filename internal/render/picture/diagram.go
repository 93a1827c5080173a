package picture

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"attend/internal/printable"
	"attend/internal/render"
)

// Sizes of the picture of arrows, in pixels.
const (
	arrowsSide = 300 // of the longer side between the outermost ticks
	arrowWidth = 2.5
	headLength = 11.0
)

// Arrows draws vectors of two numbers: a heading, a grid with numbers, and the arrows with their names. The error says what is
// wrong with the arrows.
func Arrows(p render.Arrows, o Options) (Drawing, error) {
	if err := p.Validate(); err != nil {
		return Drawing{}, err
	}
	var named []string
	for _, a := range p.Arrows {
		x, y := render.Significant(a.X), render.Significant(a.Y)
		named = append(named, fmt.Sprintf("%s to (%s, %s)", printable.Sentence(a.Name), x, y))
	}
	d := Drawing{subject: plainSubject(p.Title, "Arrows from the origin", named), palette: o.palette()}
	left, bottom, right, top := p.Bounds()
	tick := render.TickStep(max(right-left, top-bottom))
	down := func(x float64) float64 { return math.Floor(x/tick-0.25) * tick }
	up := func(x float64) float64 { return math.Ceil(x/tick+0.25) * tick }
	left, bottom, right, top = down(left), down(bottom), up(right), up(top)
	scale := arrowsSide / max(right-left, top-bottom)

	tips, longest := tips(p), 0.0
	for _, a := range tips {
		longest = max(longest, d.face.svgWidth(printable.Sentence(a.Name), textSize+1, true))
	}
	longest = min(longest, 260)
	d.width = max(int(math.Ceil((right-left)*scale+2*longest))+2*margin, 360)
	y := d.header(d.heading, 1.3*headingSize)
	originX, originY := float64(d.width)/2-(left+right)/2*scale, y+24+top*scale
	at := func(x, y float64) (float64, float64) { return originX + x*scale, originY - y*scale }
	d.height = int(math.Ceil(originY-bottom*scale)) + 24 + margin

	ruled := func(x1, y1, x2, y2, width float64, stroke color.RGBA) {
		ax, ay := at(x1, y1)
		bx, by := at(x2, y2)
		d.lines = append(d.lines, line{ax, ay, bx, by, width, stroke})
	}
	for i := math.Round(left / tick); i <= math.Round(right/tick); i++ {
		ruled(i*tick, bottom, i*tick, top, 1, d.grid)
		x, y := at(i*tick, bottom)
		d.texts = append(d.texts, text{x: x, y: y + 16, size: textSize, s: render.Significant(i * tick), fill: d.muted, anchor: middle})
	}
	for i := math.Round(bottom / tick); i <= math.Round(top/tick); i++ {
		ruled(left, i*tick, right, i*tick, 1, d.grid)
		x, y := at(left, i*tick)
		d.texts = append(d.texts, text{x: x - 6, y: y + 4, size: textSize, s: render.Significant(i * tick), fill: d.muted, anchor: end})
	}
	ruled(left, 0, right, 0, 1.5, d.muted)
	ruled(0, bottom, 0, top, 1.5, d.muted)
	for i := len(p.Arrows) - 1; i >= 0; i-- { // the first arrows lie on top
		x, y := at(p.Arrows[i].X, p.Arrows[i].Y)
		d.arrow(originX, originY, x, y, d.arrows[p.Arrows[i].Kind])
	}
	for _, a := range tips {
		x, y := at(a.X, a.Y)
		t := text{x: x + 8, y: y - 6, size: textSize + 1, fill: d.arrows[a.Kind], bold: true,
			s: d.face.cut(printable.Sentence(a.Name), textSize+1, true, longest)}
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
func (d *Drawing) arrow(x1, y1, x2, y2 float64, stroke color.RGBA) {
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

// tips joins the names of arrows whose tips are the same.
func tips(p render.Arrows) (tips []render.Arrow) {
	for _, a := range p.Arrows {
		at := slices.IndexFunc(tips, func(t render.Arrow) bool { return t.X == a.X && t.Y == a.Y })
		if at < 0 {
			tips = append(tips, a)
		} else {
			tips[at].Name += ", " + a.Name
		}
	}
	return tips
}

// Bars draws a heading and below it a line for each bar: its name, the bar, its value. The error says what is wrong with the
// bars.
func Bars(b render.Bars, o Options) (Drawing, error) {
	if err := b.Validate(); err != nil {
		return Drawing{}, err
	}
	const longest, row, thick, size, most = 280, 26, 16, textSize + 1, 240.0
	d := Drawing{palette: o.palette()}
	var named []string
	names, values := 0.0, 0.0
	for _, bar := range b.Bars {
		named = append(named, printable.Sentence(bar.Name)+" "+printable.Sentence(bar.Text))
		names = max(names, d.face.svgWidth(printable.Sentence(bar.Name), size, false))
		values = max(values, d.face.svgWidth(printable.Sentence(bar.Text), size, false))
	}
	names, values = math.Ceil(min(names, most)), math.Ceil(min(values, most))
	d.subject = plainSubject(b.Title, "Bars", named)
	d.width = 2*margin + int(names+values) + longest + 20
	y := int(d.header(d.heading, 21)) + 10
	x := margin + int(names) + 10
	for _, bar := range b.Bars {
		length := 0
		if b.Largest() > 0 {
			length = int(math.Round(bar.Value / b.Largest() * longest))
		}
		filled := rect{x, y + (row-thick)/2, length, thick, d.arrows[render.KeyArrow], ""}
		d.rects = append(d.rects, rect{x, y, 1, row, d.grid, ""}, filled)
		t := text{x: float64(x - 10), y: float64(y+row/2) + 0.35*size, size: size, fill: d.ink}
		name, value := t, t
		name.s, name.anchor = d.face.cut(printable.Sentence(bar.Name), size, false, names), end
		value.s, value.x = d.face.cut(printable.Sentence(bar.Text), size, false, values), float64(x+length+8)
		d.texts = append(d.texts, name, value)
		y += row
	}
	d.height = y + margin
	return d, nil
}
