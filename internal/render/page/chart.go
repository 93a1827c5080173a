package page

import (
	"fmt"
	"io"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// Chart writes a chart as one page for a browser: the curves, and below them a table that is their legend and has the numbers
// at the place that a pointer or a slider chooses. It is complete in one file, and equal charts give equal bytes. A chart that
// is not valid writes nothing.
func Chart(w io.Writer, c render.Chart) error {
	if err := c.Validate(); err != nil {
		return err
	}
	page := newPageChart(c)
	return writePage(w, "chart.html", pageText{page.Title, page.Title}, page.Title+": "+page.Y.Title, page,
		"document.js", "theme.js", "chart.js", "curves.js")
}

// pageChart is a chart in a page, with what its script needs to draw it.
type pageChart struct {
	Title  string       `json:"title"`
	X      pageAxis     `json:"x"`
	Y      pageAxis     `json:"y"`
	Series []pageSeries `json:"series"`
	Levels []pageLevel  `json:"levels"` // from the highest
	Thick  string       `json:"thick"`  // what curves that are not thin show; "" where no thin ones are beside them
	Thin   string       `json:"thin"`
	Notes  []string     `json:"notes"`
}

// pageAxis is an axis and the part of it that is shown.
type pageAxis struct {
	Title string     `json:"title"`
	Log   bool       `json:"log"`
	Low   float64    `json:"low"`
	High  float64    `json:"high"`
	Ticks []pageTick `json:"ticks"`
}

type pageTick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// pageSeries is a curve. A name that is "" has no line in the legend.
type pageSeries struct {
	Name   string       `json:"name"`
	Detail string       `json:"detail"`
	Style  int          `json:"style"`
	Thin   bool         `json:"thin"`
	Dashes []float64    `json:"dashes"` // in widths of the line; empty: solid
	Points [][2]float64 `json:"points"`
	Band   [][2]float64 `json:"band"` // around each point; empty: none
	Marks  []pageMark   `json:"marks"`
}

type pageMark struct {
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Name string  `json:"name"`
}

type pageLevel struct {
	Text  string  `json:"text"`
	Y     float64 `json:"y"`
	Style int     `json:"style"` // -1: of no curve
}

// mostPagePoints is half of how many points of a curve a page has.
const mostPagePoints = 600

// newPageChart returns a valid chart for a page.
func newPageChart(c render.Chart) *pageChart {
	x, y := c.Extents()
	p := &pageChart{Title: printable.Sentence(c.Title), X: newPageAxis(c.X, x), Y: newPageAxis(c.Y, y),
		Thick: printable.Sentence(c.Thick), Thin: printable.Sentence(c.Thin),
		Series: []pageSeries{}, Levels: []pageLevel{}, Notes: []string{}}
	for _, s := range c.Series {
		s = s.Thinned(mostPagePoints)
		series := pageSeries{Name: printable.Sentence(s.Name), Detail: printable.Sentence(s.Detail),
			Style: s.Style % curveColors, Thin: s.Thin,
			Dashes: append([]float64{}, render.CurveDashes(s.Style)...), Points: [][2]float64{}, Band: [][2]float64{}, Marks: []pageMark{}}
		for _, point := range s.Points {
			series.Points = append(series.Points, [2]float64{point.X, point.Y})
		}
		for _, b := range s.Band {
			series.Band = append(series.Band, [2]float64{b.Low, b.High})
		}
		for _, m := range s.Marks {
			series.Marks = append(series.Marks, pageMark{m.X, m.Y, printable.Sentence(m.Name)})
		}
		p.Series = append(p.Series, series)
	}
	for _, l := range c.ShownLevels(y) {
		style := l.Style
		if style != render.AllStyles {
			style %= curveColors
		}
		p.Levels = append(p.Levels, pageLevel{l.Text(), l.Y, style})
	}
	for _, note := range c.Captions(y) {
		p.Notes = append(p.Notes, printable.Sentence(note))
	}
	return p
}

func newPageAxis(a render.Axis, e render.Extent) pageAxis {
	axis := pageAxis{Title: printable.Sentence(a.Title), Log: e.Log, Low: e.Low, High: e.High, Ticks: []pageTick{}}
	for _, t := range e.Ticks {
		axis.Ticks = append(axis.Ticks, pageTick(t))
	}
	return axis
}

// lossChart returns the chart of the losses of a film, on a logarithmic axis: of the held-out loss of its frames, and of the
// training loss as a thin curve, or alone if nothing is held out. It has no series where there are no losses to draw.
func lossChart(frames []attention.Frame, losses []Loss) *pageChart {
	heldOut, training := render.Series{Name: "held-out"}, render.Series{Name: "training", Thin: true}
	for _, f := range frames {
		if f.HeldOutLoss != nil {
			heldOut.Points = append(heldOut.Points, render.Point{X: float64(f.Step), Y: *f.HeldOutLoss})
		}
	}
	for _, l := range losses {
		training.Points = append(training.Points, render.Point{X: float64(l.Step), Y: l.Training})
	}
	c := render.Chart{X: render.Axis{Title: "step"}, Y: render.Axis{Title: "loss", Log: true}}
	if len(heldOut.Points) > 0 {
		c.Series = append(c.Series, heldOut)
	} else {
		training.Thin = false
	}
	if len(training.Points) > 0 {
		c.Series = append(c.Series, training)
	}
	return newPageChart(c)
}

// curveColors is how many colours curves have.
var curveColors = len(render.CurveColors(false))

// rankColors is how many colours ranks have, from the best to the worst.
const rankColors = 9

// colorStyle returns the rules of style that name the colours of curves, --curve-0 and so on, and of ranks, --rank-0 and so on.
func colorStyle() string {
	names := func(dark bool) string {
		var b strings.Builder
		for i, c := range render.CurveColors(dark) {
			fmt.Fprintf(&b, "--curve-%d: %s; ", i, render.Hex(c))
		}
		scale := render.OnLight()
		if dark {
			scale = render.OnDark()
		}
		for i := range rankColors {
			fmt.Fprintf(&b, "--rank-%d: %s; ", i, render.Hex(scale.Between(float64(i)/(rankColors-1))))
		}
		return b.String()
	}
	return fmt.Sprintf(":root { %s}\n@media screen { :root[data-theme=\"dark\"] { %s} }\n", names(false), names(true))
}
