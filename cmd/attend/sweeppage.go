package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/page"
	"attend/internal/sweep"
)

// writeSweepPage writes the page of a sweep. A note says which trials could not be read.
func (p *program) writeSweepPage(w io.Writer, s *sweep.Sweep, r sweep.Ranking) error {
	objective := s.Objective()
	d := page.Sweep{Path: s.Path, Summary: rankedBy(r, objective), Objective: objective.Noun, Higher: objective.Higher,
		Loss: "held-out loss", Columns: []string{"mean", "sd", "n", "best", "worst", "step", "seconds", "verdict"},
		FailuresTitle: failuresTitle, Failures: failuresOf(r), Matters: mattersOf(r.Effects)}
	for i, a := range s.Plan.Axes {
		d.Settings = append(d.Settings, page.SweepSetting{Name: r.Settings[i], Numeric: a.Numeric(), Log: a.Log(), Values: a.Values})
	}
	reader, noise := trialReader{sweep: s}, false
	for i, point := range r.Points {
		rank := strconv.Itoa(i + 1)
		if point.Noise {
			rank, noise = rank+noiseMark, true
		}
		at := page.SweepPoint{Rank: rank, Name: s.Plan.Name(point.Values), Values: point.Values, Cells: resultCells(point, objective)}
		if point.Objective != nil {
			at.Mean = &point.Objective.Mean
		}
		for _, t := range point.Trials {
			at.Trials = append(at.Trials, reader.read(t))
		}
		d.Points = append(d.Points, at)
	}
	if len(r.Points) > 0 {
		d.Notes = rankingNotes(r, noise)
	}
	if reader.onlyTraining {
		d.Loss = "training loss of the last batch"
	}
	if reader.unread > 0 {
		note := fmt.Sprintf("no curve and no map of %s: %s", printable.Count(reader.unread, "trial"), message(reader.problem))
		d.Notes = append(d.Notes, note)
		p.note(note)
	}
	return page.WriteSweep(w, d)
}

// trialReader reads what the page shows of trials: the curves and maps of the first ones.
type trialReader struct {
	sweep        *sweep.Sweep
	curves, maps int
	onlyTraining bool // nothing is held out
	unread       int  // trials whose folders cannot be read
	problem      error
}

func (r *trialReader) read(t sweep.TrialOutcome) page.SweepTrial {
	trial := page.SweepTrial{Seed: t.Seed, Hash: t.Trial, Text: "-", Remark: t.Failed}
	if value, ok := r.sweep.Objective().Of(t.Outcome); ok {
		trial.Value, trial.Text = &value, objectiveNumber(value)
	}
	if t.Failed == "" {
		trial.Remark = fmt.Sprintf("step %s, %s, %s s", printable.Thousands(t.Step), cmp.Or(t.Verdict, "no verdict"),
			decimals(t.Seconds, 1))
	}
	if err := r.readFolder(&trial, t); err != nil {
		if r.unread++; r.unread == 1 {
			r.problem = err
		}
	}
	return trial
}

// readFolder sets the losses and the map of a trial.
func (r *trialReader) readFolder(trial *page.SweepTrial, t sweep.TrialOutcome) error {
	if r.curves == page.MostSweepCurves {
		return nil
	}
	folder := r.sweep.TrialPath(t.Trial)
	if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s", printable.Path(folder))
	}
	metrics, err := r.sweep.Metrics(t.Trial)
	if err != nil {
		return err
	}
	r.curves++
	for _, m := range metrics {
		loss := m.HeldOutLoss
		if loss == nil {
			loss, r.onlyTraining = &m.Loss, true
		}
		trial.Losses = append(trial.Losses, render.Point{X: float64(m.Step), Y: *loss})
	}
	if t.Failed != "" || r.maps == page.MostSweepMaps {
		return nil
	}
	r.maps++
	trial.Map, err = r.sweep.Map(t.Trial)
	return err
}

// mattersOf returns the table of what matters; nil if there is none.
func mattersOf(e sweep.Effects) *page.SweepMatters {
	m := page.SweepMatters{Title: varianceTitle, Columns: []string{"setting", "range", "share", "p", "means"}, Bar: 2, Note: e.Note}
	rows := varianceRows(e)
	if len(rows) == 0 {
		m.Title, m.Columns, m.Bar = correlationTitle, []string{"setting", "statistic", "p", "method"}, 1
		rows = correlationRows(e)
	}
	for _, row := range rows {
		effect := page.SweepEffect{Cells: row.cells}
		if !math.IsNaN(row.size) {
			effect.Size = &row.size
		}
		m.Rows = append(m.Rows, effect)
	}
	if len(m.Rows) == 0 {
		return nil
	}
	return &m
}
