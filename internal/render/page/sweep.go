package page

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// How many trials of a sweep a page holds more of than their numbers: those of the best points.
const (
	MostSweepCurves = 1000
	MostSweepMaps   = 300
)

const (
	mostSweepPoints  = 2000    // rows of the table, and lines of the parallel coordinates
	mostSweepWeights = 2000000 // attention weights of all maps
)

// Sweep is the result of a sweep. Its texts are those of the terminal's table.
type Sweep struct {
	Path      string
	Summary   string // trials that have ended, and what they are ranked by
	Objective string // what the trials are compared by
	Higher    bool   // is better
	Loss      string // what the curves show
	Settings  []SweepSetting
	Columns   []string     // of the table of points, after the settings
	Points    []SweepPoint // from the best to the worst, those without a result last
	Notes     []string     // below the table

	FailuresTitle string
	Failures      []string
	Matters       *SweepMatters // nil: nothing varies, or too little is known
}

// SweepSetting is a setting that varies.
type SweepSetting struct {
	Name    string
	Numeric bool     // its values are numbers
	Log     bool     // which are spread evenly by their logarithms
	Values  []string // in their order; nil for a range
}

// SweepPoint is the values of the settings, and the results of their trials.
type SweepPoint struct {
	Rank   string
	Name   string
	Values []string // of the settings
	Cells  []string // of the columns
	Mean   *float64 // of the objective; nil if no trial has a value
	Trials []SweepTrial
}

// SweepTrial is a trial of a point.
type SweepTrial struct {
	Seed   uint64
	Hash   string
	Value  *float64 // of the objective; nil if there is none
	Text   string   // the value as the table has it
	Remark string
	Losses []render.Point // nil: the page has no curve of it
	Map    *attention.Map // of the sample sentence; nil: the page has none
}

// SweepMatters is a table of which settings matter.
type SweepMatters struct {
	Title   string
	Columns []string
	Bar     int // the column that shows the size of the effect
	Rows    []SweepEffect
	Note    string
}

// SweepEffect is a row of what matters.
type SweepEffect struct {
	Cells []string
	Size  *float64 // of the effect, 0 to 1; nil if it has none
}

// WriteSweep writes the result of a sweep as one page for a browser: the table of its points, what matters, all points as lines
// over the settings, each setting with the objective, the curves of all trials, and the attention map of a trial that is chosen.
// It is complete in one file, and equal sweeps give equal bytes. A sweep that is not consistent writes nothing.
func WriteSweep(w io.Writer, s Sweep) error {
	if err := s.check(); err != nil {
		return err
	}
	d := newPageSweep(s)
	return writePage(w, "sweep.html", pageText{"Sweep", "sweep " + d.Run}, "Sweep "+d.Run+": "+d.Summary, d,
		"document.js", "cells.js", "data.js", "scale.js", "table.js", "canvas.js", "next.js", "chart.js", "theme.js",
		"choices.js", "trial.js", "parallel.js", "sweep.js")
}

// check returns an error unless every point has the values and cells of the columns, the numbers are finite, steps rise in every
// curve, and every map can be shown.
func (s Sweep) check() error {
	finite := func(x *float64) bool { return x == nil || math.Abs(*x) <= math.MaxFloat32 }
	for i, p := range s.Points {
		if len(p.Values) != len(s.Settings) || len(p.Cells) != len(s.Columns) {
			return fmt.Errorf("point %d has %d values and %d cells for %d settings and %d columns",
				i, len(p.Values), len(p.Cells), len(s.Settings), len(s.Columns))
		}
		if !finite(p.Mean) {
			return fmt.Errorf("the mean of point %d is %v and must be finite", i, *p.Mean)
		}
		for _, t := range p.Trials {
			if !finite(t.Value) {
				return fmt.Errorf("the value of the trial %s is %v and must be finite", t.Hash, *t.Value)
			}
			for j, at := range t.Losses {
				if !finite(&at.X) || !finite(&at.Y) || j > 0 && at.X <= t.Losses[j-1].X {
					return fmt.Errorf("the trial %s: loss %d, (%v, %v), must be finite and to the right of the one before",
						t.Hash, j, at.X, at.Y)
				}
			}
			if t.Map == nil {
				continue
			}
			if err := t.Map.Validate(); err != nil {
				return fmt.Errorf("the trial %s: %w", t.Hash, err)
			}
		}
	}
	if m := s.Matters; m != nil {
		for _, row := range m.Rows {
			if len(row.Cells) != len(m.Columns) || !finite(row.Size) {
				return errors.New("a row of what matters does not fit its columns")
			}
		}
	}
	return nil
}

// pageSweep is a sweep in a page. Its map data has a sentence for each trial with a map.
type pageSweep struct {
	pageData
	Summary   string           `json:"-"`
	Objective string           `json:"objective"`
	Loss      string           `json:"loss"`
	Columns   []string         `json:"-"`
	Points    []pageSweepPoint `json:"points"`
	More      string           `json:"-"` // of points that the page leaves out; "" if there are none
	Notes     []string         `json:"-"`
	Failed    pageList         `json:"-"`
	Matters   *pageMatters     `json:"-"`
	Axes      []pageAxis       `json:"axes"`   // of the settings, then of the objective
	Each      []pageSetting    `json:"each"`   // each setting with the objective
	Steps     []floats         `json:"steps"`  // of the curves
	Curves    int              `json:"curves"` // trials that have one
	Late      *pageLate        `json:"late"`   // the axes of the curves in the second half of the steps; null without such curves
	Less      string           `json:"less"`   // which trials have no map; "" if all have one
}

type pageList struct {
	Title string
	Items []string
}

type pageSweepPoint struct {
	Rank   string           `json:"rank"`
	Name   string           `json:"name"`
	Cells  []pageCell       `json:"-"`     // of the table
	At     []float64        `json:"at"`    // on the axes of the settings
	Mean   *float64         `json:"mean"`  // null: no trial has a result
	Color  int              `json:"color"` // of the rank; -1 without a result
	Trials []pageSweepTrial `json:"trials"`
}

type pageCell struct {
	Text   string
	Number bool
	Bar    string // width of a bar in percent; "" without one
}

type pageSweepTrial struct {
	Seed   string   `json:"seed"` // as text: JavaScript has no integers of 64 bits
	Hash   string   `json:"hash"`
	Value  *float64 `json:"value"`
	Text   string   `json:"text"`
	Remark string   `json:"remark"`
	Steps  int      `json:"steps"`  // index of its steps; -1: it has no curve
	Losses floats   `json:"losses"` // at these steps
	Map    int      `json:"map"`    // index of its sentence; -1: it has no map
}

type pageMatters struct {
	Title   string
	Columns []pageCell
	Rows    [][]pageCell
	Note    string
}

// newPageSweep returns a valid sweep for a page.
func newPageSweep(s Sweep) *pageSweep {
	d := &pageSweep{pageData: *newPageData(attention.Source{Run: s.Path}), Summary: printable.Sentence(s.Summary),
		Objective: printable.Sentence(s.Objective), Loss: printable.Sentence(s.Loss),
		Failed: pageList{printable.Sentence(s.FailuresTitle), printableAll(s.Failures)}, Notes: printableAll(s.Notes),
		Points: []pageSweepPoint{}, Each: []pageSetting{}, Steps: []floats{}}
	d.Frames, d.Sentences = []pageFrame{{Sentences: []pageWeights{}}}, []pageSentence{}
	d.Columns = append(d.Columns, "rank")
	scales := make([]settingScale, len(s.Settings))
	for k, setting := range s.Settings {
		scales[k] = newSettingScale(setting, k, s.Points)
		d.Columns = append(d.Columns, printable.Sentence(setting.Name))
		d.Axes = append(d.Axes, scales[k].axis)
	}
	d.Columns = append(d.Columns, printableAll(s.Columns)...)
	objective := objectiveAxis(s)
	d.Axes = append(d.Axes, objective)
	for k := range s.Settings {
		if scales[k].varies {
			d.Each = append(d.Each, newPageSetting(scales[k], objective, k, s.Points))
		}
	}
	ranked := 0
	for _, p := range s.Points {
		if p.Mean != nil {
			ranked++
		}
	}
	if more := len(s.Points) - mostSweepPoints; more > 0 {
		d.More = fmt.Sprintf("and %s more: --format csv has them all", printable.Thousands(more))
	}
	d.addPoints(s, scales, ranked)
	d.Chart = d.addCurves(s)
	if s.Matters != nil {
		d.Matters = newPageMatters(*s.Matters)
	}
	return d
}

// addPoints adds the points of the table, with the maps of their trials.
func (d *pageSweep) addPoints(s Sweep, scales []settingScale, ranked int) {
	weights, without := 0, 0
	for i, p := range s.Points[:min(len(s.Points), mostSweepPoints)] {
		point := pageSweepPoint{Rank: p.Rank, Name: printable.Sentence(p.Name), At: []float64{}, Mean: p.Mean, Color: -1,
			Trials: []pageSweepTrial{}}
		if p.Mean != nil {
			point.Color = min(i*rankColors/max(1, ranked), rankColors-1)
		}
		point.Cells = append(point.Cells, pageCell{Text: p.Rank, Number: true})
		for k, value := range p.Values {
			point.At = append(point.At, scales[k].at(value))
			point.Cells = append(point.Cells, pageCell{Text: printable.Sentence(value), Number: s.Settings[k].Numeric})
		}
		for k, text := range p.Cells {
			point.Cells = append(point.Cells, pageCell{Text: printable.Sentence(text), Number: k < len(p.Cells)-1})
		}
		for _, t := range p.Trials {
			trial := pageSweepTrial{Seed: strconv.FormatUint(t.Seed, 10), Hash: printable.Sentence(t.Hash), Value: t.Value,
				Text: printable.Sentence(t.Text), Remark: printable.Sentence(t.Remark), Steps: -1, Map: -1}
			if t.Map != nil {
				weights += len(t.Map.Attention) * len(t.Map.Attention[0]) * len(t.Map.Tokens) * (len(t.Map.Tokens) + 1) / 2
			}
			if t.Map != nil && weights <= mostSweepWeights {
				trial.Map = len(d.Sentences)
				m := *t.Map
				m.Vectors = nil
				d.Sentences = append(d.Sentences, pageSentenceOf(m, render.Selection{Layer: attention.All, Head: attention.All}))
				d.Frames[0].Sentences = append(d.Frames[0].Sentences, pageWeightsOf(m))
			} else if t.Value != nil {
				without++
			}
			point.Trials = append(point.Trials, trial)
		}
		d.Points = append(d.Points, point)
	}
	if without > 0 {
		d.Less = fmt.Sprintf("This page has the maps of the first %s.", printable.Count(len(d.Sentences), "trial"))
		if len(d.Sentences) == 0 {
			d.Less = "This page has no maps."
		}
	}
}

func newPageMatters(m SweepMatters) *pageMatters {
	p := &pageMatters{Title: printable.Sentence(m.Title), Note: printable.Sentence(m.Note)}
	number := func(k int) bool { return k > 0 && k < len(m.Columns)-1 }
	for k, name := range m.Columns {
		p.Columns = append(p.Columns, pageCell{Text: printable.Sentence(name), Number: number(k)})
	}
	for _, row := range m.Rows {
		var cells []pageCell
		for k, text := range row.Cells {
			c := pageCell{Text: printable.Sentence(text), Number: number(k)}
			if k == m.Bar && row.Size != nil {
				c.Bar = strconv.FormatFloat(100*min(max(*row.Size, 0), 1), 'f', 1, 64)
			}
			cells = append(cells, c)
		}
		p.Rows = append(p.Rows, cells)
	}
	return p
}

// printableAll is printable.Sentence of each text.
func printableAll(texts []string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = printable.Sentence(text)
	}
	return list
}

// objectiveAxis returns the axis of the objective, for means and single trials. It is logarithmic where lower is better and the
// largest is more than ten times the smallest.
func objectiveAxis(s Sweep) pageAxis {
	var values []float64
	for _, p := range s.Points {
		for _, t := range p.Trials {
			if t.Value != nil {
				values = append(values, *t.Value)
			}
		}
		if p.Mean != nil {
			values = append(values, *p.Mean)
		}
	}
	slices.Sort(values)
	c := render.Chart{Y: render.Axis{Title: s.Objective}}
	for i, y := range values {
		c.Series = append(c.Series, render.Series{Points: []render.Point{{X: float64(i), Y: y}}})
	}
	const wide = 10
	c.Y.Log = len(values) > 0 && !s.Higher && values[0] > 0 && values[len(values)-1] > wide*values[0]
	_, y := c.Extents()
	if c.Y.Log {
		c.Y.Title += ", logarithmic"
	}
	return newPageAxis(c.Y, y)
}
