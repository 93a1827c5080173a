package page

import (
	"fmt"
	"slices"

	"attend/internal/printable"
	"attend/internal/render"
)

// mostCurvePoints is half of how many points of the curve of a trial a page has.
const mostCurvePoints = 100

// pageLate is the axes of a part of a chart.
type pageLate struct {
	X pageAxis `json:"x"`
	Y pageAxis `json:"y"`
}

// addCurves adds the losses of the trials, and returns the chart that they are drawn in, which has no curves.
func (d *pageSweep) addCurves(s Sweep) *pageChart {
	c := render.Chart{Title: "Sweep", X: render.Axis{Title: "step"}, Y: render.Axis{Title: s.Loss}}
	known := map[string]int{} // index of steps
	all := 0
	for i, p := range s.Points {
		all += len(p.Trials)
		for j, t := range p.Trials {
			if len(t.Losses) == 0 || i >= len(d.Points) {
				continue
			}
			series := render.Series{Name: p.Name, Style: i, Points: t.Losses}.Thinned(mostCurvePoints)
			c.Series = append(c.Series, series)
			var steps, losses []float32
			for _, at := range series.Points {
				steps, losses = append(steps, float32(at.X)), append(losses, float32(at.Y))
			}
			var packed floats
			packed.add(steps)
			index, is := known[string(packed)]
			if !is {
				index = len(d.Steps)
				known[string(packed)] = index
				d.Steps = append(d.Steps, packed)
			}
			trial := &d.Points[i].Trials[j]
			trial.Steps = index
			trial.Losses.add(losses)
			d.Curves++
		}
	}
	const mostNotes = 3
	x, y := curveExtents(&c)
	notes := c.Captions(y)
	if more := len(notes) - mostNotes; more > 1 {
		notes = append(notes[:mostNotes], printable.Count(more, "other combination")+" of settings with curves above the picture")
	}
	if i := slices.IndexFunc(d.Points, func(p pageSweepPoint) bool { return p.Mean == nil }); i >= 0 && d.Curves > 0 {
		notes = append(notes, "combinations without a result are grey")
	}
	if d.Curves < all {
		notes = append(notes, fmt.Sprintf("the curves of %s of %s", printable.Thousands(d.Curves), printable.Count(all, "trial")))
	}
	d.Late = late(c, x)
	c.Series = nil
	chart := newPageChart(c)
	chart.X, chart.Y, chart.Notes = newPageAxis(c.X, x), newPageAxis(c.Y, y), printableAll(notes)
	return chart
}

// curveExtents returns the part of the axes that a picture of the curves of many trials shows, and makes the losses logarithmic
// where they differ much. Losses that are higher than where trainings begin are above the picture.
func curveExtents(c *render.Chart) (x, y render.Extent) {
	var first []float64
	for _, s := range c.Series {
		first = append(first, s.Points[0].Y)
	}
	slices.Sort(first)
	shown := render.Chart{X: c.X, Y: c.Y}
	for _, s := range c.Series {
		const above = 1.1
		s.Points = slices.DeleteFunc(slices.Clone(s.Points), func(p render.Point) bool { return p.Y > above*first[len(first)/2] })
		shown.Series = append(shown.Series, s)
	}
	const wide = 10
	c.Y.Log = len(first) > 0 && shown.Spread() > wide
	shown.Y.Log = c.Y.Log
	x, _ = c.Extents()
	_, y = shown.Extents()
	return x, y
}

// late returns the axes of the second half of a chart, where curves that have come to nearly the same can be distinguished.
func late(c render.Chart, x render.Extent) *pageLate {
	most := 0
	half := render.Chart{X: c.X, Y: render.Axis{Title: c.Y.Title}}
	for _, s := range c.Series {
		from := slices.IndexFunc(s.Points, func(p render.Point) bool { return p.X >= (x.Low+x.High)/2 })
		if from < 0 {
			continue
		}
		s.Points = s.Points[from:]
		most = max(most, len(s.Points))
		half.Series = append(half.Series, s)
	}
	if most < 2 {
		return nil
	}
	halfX, halfY := curveExtents(&half)
	return &pageLate{newPageAxis(half.X, halfX), newPageAxis(half.Y, halfY)}
}
