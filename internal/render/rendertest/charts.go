package rendertest

import (
	"math"

	"attend/internal/render"
)

// Losses is a chart of two trainings, of which one ends early: held-out losses with marks, training losses, three levels.
func Losses() render.Chart {
	c := render.Chart{Title: "Losses of 2 runs", X: render.Axis{Title: "step"}, Y: render.Axis{Title: "loss, nats per token"},
		Thick: "held-out loss", Thin: "training loss", Levels: []render.Level{{Name: "grammar", Y: 1.4, Style: render.AllStyles},
			{Name: "bigram", Y: 1.5, Style: render.AllStyles}, {Name: "uniform", Y: 4.6, Style: render.AllStyles, Optional: true}}}
	for style, name := range []string{"fast", "slow"} {
		heldOut, training := render.Series{Name: name, Detail: "lr 0.0" + string("13"[style]), Style: style}, render.Series{Style: style, Thin: true}
		for i := range 13 - 4*style {
			x := float64(50 * i)
			y := 1.6 + 3*math.Exp(-x/(60*float64(1+3*style)))
			heldOut.Points = append(heldOut.Points, render.Point{X: x, Y: y})
			training.Points = append(training.Points, render.Point{X: x, Y: y - 0.1 + 0.05*float64(i%3)})
		}
		heldOut.Marks = []render.Mark{{Point: heldOut.Points[8], Name: "kept"}}
		c.Series = append(c.Series, heldOut, training)
	}
	return c
}

// Banded is a chart of a mean with a band around it.
func Banded() render.Chart {
	s := render.Series{Name: "mean of 3 seeds"}
	for i := range 11 {
		y := 4 / float64(1+i)
		s.Points = append(s.Points, render.Point{X: float64(10 * i), Y: y})
		s.Band = append(s.Band, render.Interval{Low: y - 0.3*y, High: y + 0.3*y})
	}
	return render.Chart{Title: "Mean", X: render.Axis{Title: "step"}, Y: render.Axis{Title: "loss"}, Series: []render.Series{s}}
}

// Diverging is a chart of a training that diverges beside one that does not.
func Diverging() render.Chart {
	c := Losses()
	points := c.Series[2].Points
	for i := 3; i < len(points); i++ {
		points[i].Y = math.Pow(10, float64(3*i))
	}
	c.Series[2].Marks = nil
	return c
}
