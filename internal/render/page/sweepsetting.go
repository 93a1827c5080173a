package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"attend/internal/printable"
	"attend/internal/render"
)

// settingScale places the values of a setting on an axis: numbers where they are, others side by side.
type settingScale struct {
	setting SweepSetting
	values  []string // that the points have, in their order
	varies  bool
	axis    pageAxis
}

// mostNamed is how many values of a setting have a tick each.
const mostNamed = 12

// newSettingScale returns the scale of setting k of the points.
func newSettingScale(setting SweepSetting, k int, points []SweepPoint) settingScale {
	s := settingScale{setting: setting}
	seen := map[string]bool{}
	for _, p := range points {
		if !seen[p.Values[k]] {
			seen[p.Values[k]] = true
			s.values = append(s.values, p.Values[k])
		}
	}
	number := func(value string) float64 {
		x, _ := strconv.ParseFloat(value, 64)
		return x
	}
	if setting.Numeric {
		slices.SortFunc(s.values, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	} else {
		slices.SortFunc(s.values, func(a, b string) int {
			return cmp.Or(cmp.Compare(slices.Index(setting.Values, a), slices.Index(setting.Values, b)), cmp.Compare(a, b))
		})
	}
	s.varies = len(s.values) > 1
	x := render.Axis{Title: setting.Name}
	if !setting.Numeric {
		s.axis = pageAxis{Title: printable.Sentence(setting.Name), Low: -0.5,
			High: max(0.5, float64(len(s.values))-0.5), Ticks: []pageTick{}}
		for i, value := range s.values {
			s.axis.Ticks = append(s.axis.Ticks, pageTick{float64(i), printable.Short(value, printable.MaxQuote)})
		}
		return s
	}
	series := render.Series{}
	for _, value := range s.values {
		series.Points = append(series.Points, render.Point{X: number(value), Y: 1})
	}
	x.Log = setting.Log && len(s.values) > 0 && number(s.values[0]) > 0
	extent, _ := render.Chart{X: x, Series: []render.Series{series}}.Extents()
	s.axis = newPageAxis(x, extent)
	const margin = 0.04 // so that no dot is at the edge
	if x.Log {
		m := math.Pow(extent.High/extent.Low, margin)
		s.axis.Low, s.axis.High = extent.Low/m, extent.High*m
		s.axis.Title += ", logarithmic"
	} else {
		m := margin * (extent.High - extent.Low)
		s.axis.Low, s.axis.High = extent.Low-m, extent.High+m
	}
	if len(s.values) <= mostNamed {
		s.axis.Ticks = nil
		for _, value := range s.values {
			s.axis.Ticks = append(s.axis.Ticks, pageTick{number(value), printable.Sentence(value)})
		}
	}
	return s
}

// at returns where a value is.
func (s settingScale) at(value string) float64 {
	if !s.setting.Numeric {
		return float64(slices.Index(s.values, value))
	}
	x, _ := strconv.ParseFloat(value, 64)
	return x
}

// pageSetting is a setting with the objective: the mean of each value, and all trials.
type pageSetting struct {
	Name  string     `json:"name"`
	Chart *pageChart `json:"chart"` // of the means, in a band of the standard deviations
	Joins bool       `json:"joins"` // a line joins the means
	Dots  floats     `json:"dots"`  // x and objective of each trial
	Note  string     `json:"-"`
}

// meanParts is the number of parts of a range for each of which there is a mean.
const meanParts = 8

// newPageSetting returns setting k of the points with the objective. A setting with many different numbers has means over parts
// of its axis that are equally wide.
func newPageSetting(s settingScale, objective pageAxis, k int, points []SweepPoint) pageSetting {
	p := pageSetting{Name: printable.Sentence(s.setting.Name), Joins: s.setting.Numeric}
	many := s.setting.Numeric && len(s.values) > mostNamed
	groups := map[float64][]float64{} // values by x, or by the number of the part
	for _, point := range points {
		at := s.at(point.Values[k])
		key := at
		if many {
			extent := render.Extent{Log: s.axis.Log, Low: s.axis.Low, High: s.axis.High}
			key = math.Min(math.Floor(meanParts*extent.Part(at)), meanParts-1)
		}
		for _, t := range point.Trials {
			if t.Value != nil {
				groups[key] = append(groups[key], *t.Value)
				p.Dots.add([]float32{float32(at), float32(*t.Value)})
			}
		}
	}
	series := pageSeries{Style: 0, Dashes: []float64{}, Points: [][2]float64{}, Band: [][2]float64{}, Marks: []pageMark{}}
	keys := make([]float64, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	spread := false
	for _, key := range keys {
		mean, deviation := stat.MeanStdDev(groups[key], nil)
		if math.IsNaN(deviation) { // of one value
			deviation = 0
		}
		spread = spread || deviation > 0
		x := key
		if many {
			x = s.middle(key)
		}
		series.Points = append(series.Points, [2]float64{x, mean})
		low := mean - deviation
		if objective.Log {
			low = max(low, objective.Low)
		}
		series.Band = append(series.Band, [2]float64{low, mean + deviation})
	}
	p.Note = "means"
	if many {
		p.Note = fmt.Sprintf("means over %d parts of the axis", meanParts)
	}
	if spread {
		p.Note += " ± sd"
	} else {
		series.Band = [][2]float64{}
	}
	if objective.Log {
		p.Note += ", logarithmic"
	}
	p.Chart = &pageChart{X: s.axis, Y: objective, Series: []pageSeries{series}, Levels: []pageLevel{}, Notes: []string{}}
	return p
}

// middle returns the middle of a part of the axis.
func (s settingScale) middle(part float64) float64 {
	share := (part + 0.5) / meanParts
	if s.axis.Log {
		return s.axis.Low * math.Pow(s.axis.High/s.axis.Low, share)
	}
	return s.axis.Low + share*(s.axis.High-s.axis.Low)
}
