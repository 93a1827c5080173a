package picture

import (
	"math"

	"attend/internal/printable"
	"attend/internal/render"
)

// Bars draws a heading and below it a line for each bar: its name, the bar, its value. The error tells what is wrong with the
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
		names = max(names, d.face.room(printable.Sentence(bar.Name), size, false))
		values = max(values, d.face.room(printable.Sentence(bar.Text), size, false))
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
		d.rects = append(d.rects, rect{x, y, 1, row, d.hatch, ""}, filled)
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
