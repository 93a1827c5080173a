package picture

import (
	"fmt"
	"image/color"
	"math"

	"attend/internal/printable"
	"attend/internal/render"
)

// Sizes of the picture of a chart, in pixels.
const (
	chartWidth  = 560 // of the space between the axes
	chartHeight = 300
	chartPoints = 600 // points of a curve are thinned to twice as many
	thickCurve  = 2.5
	thinCurve   = 1.0
	markRadius  = 5.0
	widestLevel = 180 // of the name of a level
	swatchWidth = 40  // of the sample of a line in the legend
	mostEntries = 40  // of the legend
)

// Chart draws a heading, the legend, the axes with numbers, the bands, the curves, their marks, and the levels with their names
// at the right. Each point of a curve that is not thin has its numbers as a tip. The error says what is wrong with the chart.
func Chart(c render.Chart, o Options) (Drawing, error) {
	if err := c.Validate(); err != nil {
		return Drawing{}, err
	}
	d := Drawing{palette: o.palette(), subject: chartSubject(c)}
	p := chartPlot{Drawing: &d, Chart: c}
	p.xs, p.ys = c.Extents()
	p.layout()
	p.axes()
	p.levels()
	for _, s := range c.Series {
		p.band(s.Thinned(chartPoints))
	}
	for _, thin := range []bool{true, false} { // those on top last
		for _, s := range c.Series {
			if s.Thin == thin {
				p.curve(s.Thinned(chartPoints))
			}
		}
	}
	p.notes()
	return d, nil
}

// chartSubject says what a chart is about: its curves from their first to their last point, and its levels.
func chartSubject(c render.Chart) subject {
	var named []string
	for _, s := range c.Series {
		if s.Name == "" || len(s.Points) == 0 {
			continue
		}
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		named = append(named, fmt.Sprintf("%s from %s at %s to %s at %s", printable.Sentence(s.Name),
			render.Decimals(first.Y), render.Significant(first.X), render.Decimals(last.Y), render.Significant(last.X)))
	}
	for _, l := range c.Levels {
		named = append(named, l.Text())
	}
	return plainSubject(c.Title, fmt.Sprintf("Curves of %s by %s", c.Y.Title, c.X.Title), named)
}

// chartPlot is a chart that is being drawn.
type chartPlot struct {
	*Drawing
	render.Chart
	xs, ys            render.Extent
	left, top, bottom float64 // of the space between the axes, in pixels
}

// at returns the coordinates of a point in parts of the extents.
func (p chartPlot) at(part render.Point) [2]float64 {
	return [2]float64{p.left + part.X*chartWidth, p.bottom - part.Y*(p.bottom-p.top)}
}

// add adds a text of the size of the numbers.
func (p chartPlot) add(s string, x, y float64, a anchor, fill color.RGBA) {
	p.texts = append(p.texts, text{size: textSize, s: s, x: x, y: y, anchor: a, fill: fill})
}

// color returns the colour of a style.
func (p chartPlot) color(style int) color.RGBA {
	if style == render.AllStyles {
		return p.ink
	}
	return p.curves[style%len(p.curves)]
}

// layout sets the heading and the legend, and the size of the picture but for the notes.
func (p *chartPlot) layout() {
	numbers, names := 0.0, 0.0 // widths of the numbers at the left and of the names of the levels at the right
	for _, t := range p.ys.Ticks {
		numbers = max(numbers, p.face.svgWidth(t.Text, textSize, false))
	}
	for _, l := range p.ShownLevels(p.ys) {
		names = max(names, min(widestLevel, p.face.svgWidth(l.Text(), textSize, false)+8))
	}
	p.left = margin + numbers + 8
	p.width = int(math.Ceil(p.left+chartWidth+max(names, 8))) + margin
	y := p.header(p.heading, 1.3*headingSize)
	p.top = p.legend(y+2) + 36
	p.bottom = p.top + chartHeight
	p.height = int(math.Ceil(p.bottom)) + 44 + margin
	p.add(p.face.cut(printable.Sentence(p.Y.Title), textSize, false, chartWidth), margin, p.top-12, start, p.muted)
	p.add(p.face.cut(printable.Sentence(p.X.Title), textSize, false, chartWidth), p.left+chartWidth/2, p.bottom+38, middle, p.muted)
}

// legend sets a sample of the line of each curve that has a name, its name and its detail, and returns where it ends.
func (p chartPlot) legend(y float64) float64 {
	const row = 19.0
	inner := float64(p.Drawing.width-2*margin) - swatchWidth
	shown, left, names := 0, 0, 0.0 // names is the width of the longest
	for _, s := range p.Series {
		if s.Detail != "" {
			names = max(names, min(inner/3, p.face.svgWidth(printable.Sentence(s.Name), textSize, false)))
		}
	}
	for _, s := range p.Series {
		if s.Name == "" {
			continue
		}
		if shown == mostEntries {
			left++
			continue
		}
		shown++
		y += row
		p.paths = append(p.paths, p.stroke(s, [][2]float64{{margin, y - 4}, {margin + swatchWidth - 8, y - 4}}))
		if s.Detail == "" {
			p.add(p.face.cut(printable.Sentence(s.Name), textSize, false, inner), margin+swatchWidth, y, start, p.ink)
			continue
		}
		p.add(p.face.cut(printable.Sentence(s.Name), textSize, false, names), margin+swatchWidth, y, start, p.ink)
		t := text{x: margin + swatchWidth + names + 16, y: y - row + 4, size: textSize, s: printable.Sentence(s.Detail), fill: p.muted}
		y = p.paragraph(t, row-4, 0, inner-names-16, 3)
	}
	if left > 0 {
		y += row
		p.add(fmt.Sprintf("and %s more", printable.Thousands(left)), margin+swatchWidth, y, start, p.muted)
	}
	return y
}

// stroke is a line of a curve.
func (p chartPlot) stroke(s render.Series, points [][2]float64) path {
	line := path{points: points, width: thickCurve, stroke: p.color(s.Style)}
	if s.Thin {
		line.width = thinCurve
	}
	for _, length := range render.CurveDashes(s.Style) {
		line.dashes = append(line.dashes, max(length*line.width, length*1.5))
	}
	return line
}

// axes draws lines across at the ticks of y, the ticks of x, and their numbers.
func (p chartPlot) axes() {
	right := p.left + chartWidth
	for _, t := range p.ys.Ticks {
		y := p.at(render.Point{Y: p.ys.Part(t.At)})[1]
		p.lines = append(p.lines, line{p.left, y, right, y, 1, p.grid})
		p.add(t.Text, p.left-8, y+4, end, p.muted)
	}
	p.lines = append(p.lines, line{p.left, p.bottom, right, p.bottom, 1, p.muted})
	for _, t := range p.xs.Ticks {
		x := p.at(render.Point{X: p.xs.Part(t.At)})[0]
		p.lines = append(p.lines, line{x, p.bottom, x, p.bottom + 5, 1, p.muted})
		p.add(t.Text, x, p.bottom+19, middle, p.muted)
	}
}

// levels draws the levels, and their names at the right, one below the other where they are close.
func (p chartPlot) levels() {
	const apart = 15.0
	shown := p.ShownLevels(p.ys)
	heights := make([]float64, len(shown)) // of the names
	for i, l := range shown {
		heights[i] = p.at(render.Point{Y: p.ys.Part(l.Y)})[1]
		p.paths = append(p.paths, path{points: [][2]float64{{p.left, heights[i]}, {p.left + chartWidth, heights[i]}},
			width: 1.25, stroke: p.color(l.Style), dashes: []float64{2, 3}})
	}
	spread(heights, apart, p.bottom)
	for i, l := range shown {
		p.add(p.face.cut(l.Text(), textSize, false, widestLevel), p.left+chartWidth+8, heights[i]+4, start, p.color(l.Style))
	}
}

// spread moves rising numbers until they are apart, the last at most at the limit if they fit.
func spread(heights []float64, apart, limit float64) {
	for i := range heights {
		if i > 0 {
			heights[i] = max(heights[i], heights[i-1]+apart)
		}
	}
	for i := len(heights) - 1; i >= 0; i-- {
		if heights[i] <= limit {
			return
		}
		heights[i] = limit
		limit -= apart
	}
}

// band draws the band of a curve.
func (p chartPlot) band(s render.Series) {
	if s.Band == nil {
		return
	}
	var upper, lower [][2]float64
	for i, point := range s.Points {
		if !p.xs.Shows(point.X) {
			continue
		}
		edge := func(y float64) [2]float64 {
			return p.at(render.Point{X: p.xs.Part(point.X), Y: min(1, max(0, p.ys.Part(y)))})
		}
		upper, lower = append(upper, edge(s.Band[i].High)), append(lower, edge(s.Band[i].Low))
	}
	for i := len(lower) - 1; i >= 0; i-- {
		upper = append(upper, lower[i])
	}
	p.polygons = append(p.polygons, polygon{upper, p.color(s.Style)})
}

// curve draws a curve, small dots at its points unless it is thin or they are many, and its marks.
func (p chartPlot) curve(s render.Series) {
	const dotted = 60 // points at most
	for _, piece := range s.Pieces(p.xs, p.ys) {
		points := make([][2]float64, len(piece))
		for i, part := range piece {
			points[i] = p.at(part)
		}
		p.paths = append(p.paths, p.stroke(s, points))
	}
	fill := p.color(s.Style)
	add := func(point render.Point, d dot) {
		y := p.ys.Part(point.Y)
		if !p.xs.Shows(point.X) || y < 0 || y > 1 {
			return
		}
		at := p.at(render.Point{X: p.xs.Part(point.X), Y: y})
		d.x, d.y = at[0], at[1]
		p.dots = append(p.dots, d)
	}
	tip := func(point render.Point) string {
		tip := fmt.Sprintf("%s %s, %s", printable.Sentence(p.X.Title), render.Significant(point.X), render.Decimals(point.Y))
		if s.Name != "" {
			tip = printable.Sentence(s.Name) + ", " + tip
		}
		return tip
	}
	if !s.Thin && len(s.Points) <= dotted || len(s.Points) == 1 {
		for _, point := range s.Points {
			add(point, dot{radius: thickCurve, fill: fill, tip: tip(point)})
		}
	}
	for _, m := range s.Marks {
		add(m.Point, dot{radius: markRadius + 2, fill: p.background})
		add(m.Point, dot{radius: markRadius, fill: fill, tip: printable.Sentence(m.Name) + ": " + tip(m.Point)})
	}
}

// notes sets the notes below the picture.
func (p *chartPlot) notes() {
	y := p.bottom + 44
	for _, note := range p.Captions(p.ys) {
		t := text{x: margin, y: y, size: textSize, s: printable.Sentence(note), fill: p.muted}
		y = p.paragraph(t, 1.4*textSize, 4, float64(p.width-2*margin), 4)
	}
	p.height = int(math.Ceil(y)) + margin
}
