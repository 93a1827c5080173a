package main

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attend/internal/printable"
	"attend/internal/sweep"
	"attend/internal/term"
)

// listedSweep is what `attend runs` lists of a sweep. Lists are never null.
type listedSweep struct {
	Path      string         `json:"sweep"`
	Axes      []sweepSetting `json:"settings"` // that vary
	Search    string         `json:"search"`
	Seeds     int            `json:"seeds"`
	Trials    int            `json:"trials"`
	Done      int            `json:"done"`
	Objective string         `json:"objective"`
	Best      *float64       `json:"best"` // nil if no trial has a value
	Damage    *string        `json:"damage"`

	modified time.Time
}

// sweepSetting is a setting that a sweep varies, with its values.
type sweepSetting struct {
	Name   string `json:"name"`
	Values string `json:"values"`
}

// sweepsIn describes the sweeps of a folder, the newest first. A folder that is not there has none.
func sweepsIn(root string) ([]listedSweep, error) {
	listed := []listedSweep{}
	for _, name := range sweep.Under(root) {
		path := filepath.Join(root, name)
		l := listedSweep{Path: path, Axes: []sweepSetting{}}
		s, err := sweep.Open(path)
		if errors.Is(err, fs.ErrNotExist) { // it was removed meanwhile
			continue
		}
		if err != nil {
			text := message(err)
			l.Damage = &text
		} else {
			l.Search, l.Seeds, l.Trials, l.Done, l.Objective = s.Plan.Search, s.Plan.Seeds, s.Plan.TrialCount(), s.Done(), s.Objective().Name
			for _, a := range s.Plan.Axes {
				l.Axes = append(l.Axes, sweepSetting{a.Setting.Name, a.String()})
			}
			if best, ok := s.Best(); ok {
				if value, ok := s.ObjectiveOf(best); ok {
					l.Best = &value
				}
			}
		}
		if info, err := os.Stat(sweep.ResultsPath(path)); err == nil {
			l.modified = info.ModTime()
		}
		listed = append(listed, l)
	}
	slices.SortStableFunc(listed, func(a, b listedSweep) int {
		return cmp.Or(b.modified.Compare(a.modified), strings.Compare(a.Path, b.Path))
	})
	return listed, nil
}

// writeSweeps writes the sweeps as a table.
func writeSweeps(b *bytes.Buffer, listed []listedSweep, columns int) {
	table := term.Table{Columns: []term.Column{
		{Title: "sweep", Left: true}, {Title: "settings", Left: true, Spare: 1}, {Title: "seeds", Spare: 4}, {Title: "trials"},
		{Title: "best", Left: true}, {Title: "age", Spare: 3},
	}}
	for _, l := range listed {
		var settings []string
		for _, a := range l.Axes {
			settings = append(settings, a.Name+"="+a.Values)
		}
		best := unknown
		if l.Best != nil {
			best = l.Objective + " " + objectiveNumber(*l.Best)
		}
		trials := printable.Thousands(l.Done) + "/" + printable.Thousands(l.Trials)
		if l.Damage != nil {
			trials = stateDamaged
		}
		table.Add(printable.Path(l.Path), term.Fit(cmp.Or(strings.Join(settings, " "), unknown), max(16, columns/4)),
			printable.Thousands(l.Seeds), trials, best, age(time.Since(l.modified)))
	}
	b.WriteString(table.Text(columns))
	b.WriteString("\n" + term.Wrap(printable.Count(len(listed), "sweep")+"; `attend sweep show NAME` shows one", columns) + "\n")
	for _, l := range listed {
		if l.Damage != nil {
			b.WriteString("\n" + term.Wrap("damaged: "+*l.Damage, columns) + "\n")
		}
	}
}
