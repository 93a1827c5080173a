package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/page"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/sweep"
)

// mostCurves is the number of points of a sweep whose curves are drawn: the best ones.
const mostCurves = 6

// plotSweep draws the curves of a sweep, the only argument.
func (p *program) plotSweep(q *request, x, log string) error {
	path := q.args[0]
	switch {
	case len(q.args) > 1:
		return errors.New("plot draws several runs, or one sweep: name the sweep alone")
	case q.format == jsonFormat.name || q.format == csvFormat.name:
		return fmt.Errorf("--format %s has no curves of a sweep: `attend sweep show %s --format %s` has its numbers",
			q.format, commandWord(path, "NAME", printable.MaxPath), q.format)
	case x == "time":
		return errors.New("--x time: the seeds of a sweep have no times in common: leave it out")
	}
	s, err := sweep.Open(path)
	if err != nil {
		return err
	}
	c, err := sweepChart(s, log)
	if err != nil {
		return err
	}
	return q.write(p.stdout, func(w io.Writer) error {
		switch {
		case q.chosen.picture:
			return p.draw(w, q.output, func(o picture.Options) (picture.Drawing, error) { return picture.Chart(c, o) })
		case q.format == htmlFormat.name:
			return page.Chart(w, c)
		}
		return text.Chart(w, c, textOptions(w))
	})
}

// sweepChart returns the held-out losses of the best points of a sweep over the steps: the mean over the seeds, in a band from the lowest
// to the highest.
func sweepChart(s *sweep.Sweep, log string) (render.Chart, error) {
	c := render.Chart{Title: "Held-out loss of " + printable.Path(s.Path), X: render.Axis{Title: "step"},
		Y: render.Axis{Title: "held-out loss, nats per token"}}
	ranking := s.Ranking()
	drawn := 0
	for _, p := range ranking.Points {
		if drawn == mostCurves {
			break
		}
		series, seeds, err := meanCurve(s, p)
		if err != nil {
			return c, err
		}
		if len(series.Points) < 2 {
			continue
		}
		series.Style, series.Name = drawn, s.Plan.Name(p.Values)
		if p.Objective != nil {
			series.Detail = fmt.Sprintf("%s %s", s.Objective().Noun, objectiveNumber(p.Objective.Mean))
		}
		if seeds > 1 {
			c.Notes = []string{"a curve is the mean over the seeds, in a band from their minimum to their maximum"}
		}
		c.Series = append(c.Series, series)
		drawn++
	}
	if more := len(ranking.Points) - drawn; more > 0 && drawn > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("the best %d of %s", drawn, printable.Count(len(ranking.Points), "combination")))
	}
	if err := addLevels(&c, s, ranking); err != nil {
		return c, err
	}
	if drawn == 0 {
		return c, fmt.Errorf("%s has no curve yet: no trial with held-out text has ended", printable.Path(s.Path))
	}
	setAxes(&c, log)
	return c, c.Validate()
}

// addLevels adds the losses of the grammar and of the bigram on the held-out text that the curves were measured on, which are the same
// for all trials.
func addLevels(c *render.Chart, s *sweep.Sweep, r sweep.Ranking) error {
	for _, p := range r.Points {
		for _, t := range p.Trials {
			if t.Failed != "" {
				continue
			}
			report, err := s.HeldOut(t.Trial)
			if report == nil || err != nil {
				return err
			}
			grammar, bigram := report.GrammarLoss, report.Baselines.Bigram
			if sample := report.Sample; sample != nil {
				grammar, bigram = sample.GrammarLoss, sample.Baselines.Bigram
				c.Notes = append(c.Notes, "curves and lines are of a sample of the held-out text, the numbers beside the names of all of it")
			}
			if grammar != nil {
				c.Levels = append(c.Levels, render.Level{Name: "grammar", Y: *grammar, Style: render.AllStyles})
			}
			c.Levels = append(c.Levels, render.Level{Name: "bigram", Y: bigram, Style: render.AllStyles})
			return nil
		}
	}
	return nil
}

// meanCurve returns the mean of the held-out losses of the trials of a point, at the steps that all of them have, and the number of
// trials.
func meanCurve(s *sweep.Sweep, p sweep.Point) (series render.Series, trials int, err error) {
	losses := map[int][]float64{} // by step
	for _, t := range p.Trials {
		metrics, err := s.Metrics(t.Trial)
		if err != nil {
			return series, 0, err
		}
		for _, m := range metrics {
			if m.HeldOutLoss != nil {
				losses[m.Step] = append(losses[m.Step], *m.HeldOutLoss)
			}
		}
		trials++
	}
	for step, all := range losses {
		if len(all) < trials {
			continue
		}
		mean := 0.0
		for _, x := range all {
			mean += x / float64(len(all))
		}
		series.Points = append(series.Points, render.Point{X: float64(step), Y: mean})
	}
	slices.SortFunc(series.Points, func(a, b render.Point) int { return cmp.Compare(a.X, b.X) })
	if trials > 1 {
		for _, at := range series.Points {
			all := losses[int(at.X)]
			series.Band = append(series.Band, render.Interval{Low: slices.Min(all), High: slices.Max(all)})
		}
	}
	return series, trials, nil
}
