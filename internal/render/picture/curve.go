package picture

import (
	"fmt"
	"math"

	"attend/internal/printable"
	"attend/internal/render"
)

// Sizes of the plot of a curve, in pixels.
const (
	curveWidth  = 420
	curveHeight = 220
)

// Curve draws a heading, the axes from 0 with numbers, the level as a line with its name, and the curve. Each point has its
// numbers as a tip. The error says what is wrong with the curve.
func Curve(c render.Curve, o Options) (Drawing, error) {
	if err := c.Validate(); err != nil {
		return Drawing{}, err
	}
	d := Drawing{palette: o.palette()}
	right, top := 0.0, max(c.Level, 1e-30)
	var named []string
	for _, p := range c.Points {
		right, top = max(right, p.X), max(top, p.Y)
		named = append(named, fmt.Sprintf("%s %s, %.3f", c.XTitle, render.Significant(p.X), p.Y))
	}
	d.subject = plainSubject(c.Title, "A curve of "+c.YTitle, append(named, fmt.Sprintf("%s %.3f", c.LevelName, c.Level)))
	xTick, yTick := step(right/2), step(top)
	top = math.Ceil(top/yTick) * yTick
	numbers := 0.0 // of the numbers at the left
	for y := 0.0; y <= top+yTick/2; y += yTick {
		numbers = max(numbers, d.face.svgWidth(render.Significant(y), textSize, false))
	}
	left := margin + numbers + 8
	d.width = int(math.Ceil(left)) + curveWidth + margin
	high := d.header(d.heading, 1.3*headingSize) + 24
	bottom := high + curveHeight
	d.height = int(math.Ceil(bottom)) + 44 + margin
	at := func(p render.Point) (x, y float64) { return left + p.X/right*curveWidth, bottom - p.Y/top*curveHeight }

	label := text{size: textSize, fill: d.muted}
	add := func(s string, x, y float64, a anchor) {
		t := label
		t.s, t.x, t.y, t.anchor = s, x, y, a
		d.texts = append(d.texts, t)
	}
	add(printable.Sentence(c.YTitle), margin, high-10, start)
	for tick := 0.0; tick <= top+yTick/2; tick += yTick {
		_, y := at(render.Point{Y: tick})
		d.lines = append(d.lines, line{left, y, left + curveWidth, y, 1, d.grid})
		add(render.Significant(tick), left-8, y+4, end)
	}
	for tick := 0.0; tick <= right; tick += xTick {
		x, _ := at(render.Point{X: tick})
		d.lines = append(d.lines, line{x, bottom, x, bottom + 5, 1, d.muted})
		add(render.Significant(tick), x, bottom+19, middle)
	}
	add(printable.Sentence(c.XTitle), left+curveWidth/2, bottom+38, middle)
	_, level := at(render.Point{Y: c.Level})
	d.lines = append(d.lines, line{left, level, left + curveWidth, level, 1.5, d.arrows[render.QueryArrow]})
	label.fill = d.arrows[render.QueryArrow]
	add(printable.Sentence(c.LevelName), left+curveWidth, level+16, end)
	for i, p := range c.Points {
		x, y := at(p)
		if i > 0 {
			x0, y0 := at(c.Points[i-1])
			d.lines = append(d.lines, line{x0, y0, x, y, arrowWidth, d.arrows[render.KeyArrow]})
		}
		d.dots = append(d.dots, dot{x, y, d.arrows[render.KeyArrow], named[i]})
	}
	return d, nil
}
