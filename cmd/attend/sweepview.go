package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/render/picture"
	"attend/internal/sweep"
	"attend/internal/term"
)

// sweepFormats are what the result of a sweep can be.
var sweepFormats = slices.Concat([]format{textFormat, jsonFormat, csvFormat, htmlFormat}, pictureFormats)

func newSweepShow(p *program) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "show the result of a sweep",
		Long: `Show the result of a sweep, as far as its trials have ended: its settings from the
best to the worst, and which of them matter.`,
		Example: `  attend sweep show heads
  attend sweep show sweeps/heads --format json
  attend sweep show heads -o heads.html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("show requires the name of one sweep, such as `attend sweep show heads`, not %s", printable.Count(len(args), "name"))
			}
			if err := o.resolvePictures(cmd, p.stdout, sweepFormats); err != nil {
				return err
			}
			path, err := find(args[0], aSweep)
			if err != nil {
				return err
			}
			s, err := sweep.Open(path)
			if err != nil {
				return err
			}
			return p.writeSweep(s, &o)
		},
		ValidArgsFunction: completeNamed(1, aSweep),
	}
	o.flags(cmd, sweepFormats)
	return cmd
}

// announceSweep says what is going to be trained, and what that will take.
func (p *program) announceSweep(s *sweep.Sweep, corpus *data.Corpus, cost sweep.Estimate) {
	plan := s.Plan
	p.say("%s: %s, %s, vocabulary of %s", corpus.Name, printable.Count(corpus.Train.Predictions(), "training token"),
		printable.Count(corpus.HeldOut.Predictions(), "held-out token"), printable.Thousands(corpus.Vocabulary.Len()))
	what := printable.Count(plan.PointCount(), "combination") + " of settings"
	if plan.Search != sweep.Grid {
		what = printable.Count(plan.PointCount(), "draw") + " of settings (" + plan.Search + ")"
	}
	p.say("%s x %s = %s, %s there already; in %s", what, printable.Count(plan.Seeds, "seed"), printable.Count(plan.TrialCount(), "trial"),
		printable.Thousands(s.Done()), printable.Path(s.Path))
	var axes []string
	for _, a := range plan.Axes {
		axes = append(axes, a.Setting.Name+" "+strings.ReplaceAll(a.String(), ",", ", "))
	}
	if len(axes) > 0 {
		p.say("%s", strings.Join(axes, "; "))
	}
	if cost.Problem != nil {
		p.say("note: not every trial can be trained: %s", message(cost.Problem))
	}
	if s.Done() < plan.TrialCount() {
		p.say("about %s with %s at a time, and %s of disk space", duration(cost.Seconds), printable.Count(cost.Jobs, "training"),
			printable.Size(cost.Disk))
	}
}

// duration writes seconds as a person does.
func duration(seconds float64) string {
	const longest = 1e9 // a Duration holds no more than nine times as many
	d := time.Duration(min(seconds, longest) * float64(time.Second))
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

// sweepProgress shows how a sweep goes: a line for each trial that has ended, and on a terminal below them a line that is drawn again
// and again.
type sweepProgress struct {
	out   io.Writer
	live  bool
	sweep *sweep.Sweep
	cost  sweep.Estimate

	started      time.Time
	total, ended float64        // estimated seconds of all trials that were left, and of those that have ended
	steps        map[string]int // of the running trials
	drawn        bool
}

func newSweepProgress(out io.Writer, s *sweep.Sweep, cost sweep.Estimate) *sweepProgress {
	return &sweepProgress{out: out, live: term.IsTerminal(out), sweep: s, cost: cost, started: time.Now(),
		total: cost.Seconds * float64(cost.Jobs), steps: map[string]int{}}
}

func (b *sweepProgress) show(e sweep.Event) {
	if e.Outcome == nil {
		b.steps[e.Trial.Hash] = e.Step
		b.draw(e.Done)
		return
	}
	delete(b.steps, e.Trial.Hash)
	b.ended += b.cost.SecondsOf(e.Trial)
	b.clear()
	fmt.Fprintln(b.out, printable.Message(b.line(e), mostLine))
	b.draw(e.Done)
}

// line describes the result of a trial.
func (b *sweepProgress) line(e sweep.Event) string {
	objective := b.sweep.Objective()
	name := b.sweep.Plan.Name(e.Trial.Values)
	if b.sweep.Plan.Seeds > 1 {
		name += fmt.Sprintf(", seed %d", e.Trial.Settings.Seed)
	}
	line := fmt.Sprintf("%s/%s  %s  ", printable.Thousands(e.Done), printable.Thousands(b.sweep.Plan.TrialCount()), name)
	if e.Outcome.Failed != "" {
		return line + "failed: " + e.Outcome.Failed
	}
	if value, ok := objective.Of(*e.Outcome); ok {
		line += fmt.Sprintf("%s %s", objective.Name, objectiveNumber(value))
	}
	line += fmt.Sprintf("  step %d  %s  %s", e.Outcome.Step, e.Outcome.Verdict, duration(e.Outcome.Seconds))
	if best, ok := b.sweep.Best(); ok && best.Hash == e.Trial.Hash {
		line += "  best so far"
	}
	if left := b.left(); left > 0 && !b.live {
		line += "  " + duration(left) + " left"
	}
	return line
}

// left estimates the seconds until the end.
func (b *sweepProgress) left() float64 {
	passed := time.Since(b.started).Seconds()
	if b.ended == 0 || b.ended >= b.total {
		return 0
	}
	return passed * (b.total - b.ended) / b.ended
}

// draw draws the line below.
func (b *sweepProgress) draw(done int) {
	if !b.live {
		return
	}
	line := fmt.Sprintf("%s of %s", printable.Thousands(done), printable.Count(b.sweep.Plan.TrialCount(), "trial"))
	if left := b.left(); left > 0 {
		line += "  " + duration(left) + " left"
	}
	if best, ok := b.sweep.Best(); ok {
		if value, ok := b.sweep.ObjectiveOf(best); ok {
			line += fmt.Sprintf("  best %s (%s)", objectiveNumber(value), b.sweep.Plan.Name(best.Values))
		}
	}
	columns, _ := term.Size(b.out)
	fmt.Fprintf(b.out, "\r%s\x1b[K", whole(line, columns-1))
	b.drawn = true
}

// clear removes the line below.
func (b *sweepProgress) clear() {
	if b.drawn {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.drawn = false
	}
}

// end leaves the cursor on an empty line.
func (b *sweepProgress) end() { b.clear() }

// objectiveNumber writes the value of an objective.
func objectiveNumber(x float64) string { return decimals(x, 4) }

// writeSweep writes the result of a sweep in the format that was chosen.
func (p *program) writeSweep(s *sweep.Sweep, o *output) error {
	r := s.Ranking()
	return o.write(p.stdout, func(w io.Writer) error {
		if o.chosen.picture {
			return p.draw(w, *o, func(options picture.Options) (picture.Drawing, error) {
				c, err := sweepChart(s, "")
				if err != nil {
					return picture.Drawing{}, err
				}
				return picture.Chart(c, options)
			})
		}
		switch o.format {
		case jsonFormat.name:
			return export.JSONWithoutSource(w, "sweep", r)
		case csvFormat.name:
			return writeSweepCSV(w, s, r)
		case htmlFormat.name:
			return p.writeSweepPage(w, s, r)
		}
		const any = 400 // columns, of a file or a pipe
		columns := any
		if term.IsTerminal(w) {
			columns = term.Width(w)
		}
		return writeRanking(w, s, r, columns)
	})
}

// writeSweepCSV writes one line for each trial that has ended.
func writeSweepCSV(w io.Writer, s *sweep.Sweep, r sweep.Ranking) error {
	rules := map[string]bool{}
	for _, point := range r.Points {
		for _, t := range point.Trials {
			for _, rule := range t.Rules {
				rules[rule.Name] = true
			}
		}
	}
	names := slices.Sorted(maps.Keys(rules))
	header := slices.Concat([]string{"trial"}, r.Settings, []string{"seed", "heldout_loss", "train_loss", "excess", "accuracy"}, names,
		[]string{"step", "trained_steps", "parameters", "seconds", "verdict", "memorised", "failed"})
	var rows [][]any
	for _, point := range r.Points {
		for _, t := range point.Trials {
			row := []any{t.Trial}
			for i, value := range point.Values {
				if number, err := strconv.ParseFloat(value, 64); err == nil && s.Plan.Axes[i].Numeric() {
					row = append(row, number)
				} else {
					row = append(row, value)
				}
			}
			var trainLoss any
			if t.Failed == "" {
				trainLoss = t.TrainLoss
			}
			row = append(row, t.Seed, cell(t.HeldOutLoss), trainLoss, cell(t.Excess), cell(t.Accuracy))
			for _, name := range names {
				var accuracy any
				for _, rule := range t.Rules {
					if rule.Name == name {
						accuracy = rule.Accuracy
					}
				}
				row = append(row, accuracy)
			}
			rows = append(rows, append(row, t.Step, t.Trained, t.Parameters, t.Seconds, t.Verdict, t.Memorised, t.Failed))
		}
	}
	return export.Rows(w, header, slices.Values(rows))
}

// proseWidth is the largest number of columns of a line of text beside a table, which can be wider.
const proseWidth = 80

// mostRanked is the number of points that the text shows.
const mostRanked = 20

// writeRanking writes the points from the best to the worst, and which settings matter.
func writeRanking(w io.Writer, s *sweep.Sweep, r sweep.Ranking, columns int) error {
	var b bytes.Buffer
	objective, prose := s.Objective(), min(columns, proseWidth)
	b.WriteString(term.Wrap(printable.Path(s.Path)+": "+rankedBy(r, objective), prose) + "\n\n")
	if len(r.Points) == 0 {
		b.WriteString("no trial has ended yet\n")
		return render.Write(w, &b)
	}
	table := term.Table{Columns: []term.Column{{Title: ""}}}
	for _, name := range r.Settings {
		table.Columns = append(table.Columns, term.Column{Title: name})
	}
	table.Columns = append(table.Columns, []term.Column{
		{Title: "mean"}, {Title: "sd", Spare: 1}, {Title: "n", Spare: 3}, {Title: "best", Spare: 4}, {Title: "worst", Spare: 4},
		{Title: "step", Spare: 5}, {Title: "seconds", Spare: 6}, {Title: "verdict", Left: true, Spare: 2},
	}...)
	noise := false
	for i, point := range r.Points[:min(mostRanked, len(r.Points))] {
		mark := " "
		if point.Noise {
			mark, noise = noiseMark, true
		}
		table.Add(slices.Concat([]string{strconv.Itoa(i+1) + mark}, point.Values, resultCells(point, objective))...)
	}
	b.WriteString(table.Text(columns))
	if hidden := hiddenColumns(table, columns); hidden != "" {
		b.WriteString(term.Wrap("not shown, since the terminal is too narrow: "+hidden, prose) + "\n")
	}
	if more := len(r.Points) - mostRanked; more > 0 {
		b.WriteString(fmt.Sprintf("and %s more: --format csv has them all\n", printable.Thousands(more)))
	}
	b.WriteString("\n" + term.Wrap(strings.Join(rankingNotes(r, noise), "; "), prose) + "\n")
	writeFailures(&b, r, prose)
	writeEffects(&b, r, columns)
	if best, ok := s.Best(); ok {
		what, command := "the best trial", "attend inspect --run "+commandWord(s.TrialPath(best.Hash), "FOLDER", printable.MaxPath)
		if !s.HasWeights(best) {
			what, command = "the best trial has no weights: train it again", "attend train --config "+
				commandWord(filepath.Join(s.TrialPath(best.Hash), "training.yaml"), "FILE", printable.MaxPath)
		}
		b.WriteString("\n" + what + ":\n\n  " + command + "\n")
	}
	return render.Write(w, &b)
}

// writeFailures lists why trials failed, each reason once.
func writeFailures(b *bytes.Buffer, r sweep.Ranking, columns int) {
	failures := failuresOf(r)
	if len(failures) == 0 {
		return
	}
	b.WriteString("\n" + failuresTitle + ":\n")
	for _, failure := range failures {
		b.WriteString(indented(failure, columns, 2))
	}
}

// hiddenColumns lists the columns that a table leaves out at a width.
func hiddenColumns(table term.Table, width int) string {
	var hidden []string
	shown, fits := table.Shown(width)
	for i, c := range table.Columns {
		if fits && !slices.Contains(shown, i) {
			hidden = append(hidden, c.Title)
		}
	}
	return strings.Join(hidden, ", ")
}

// writeEffects says which settings matter.
func writeEffects(b *bytes.Buffer, r sweep.Ranking, columns int) {
	e, prose := r.Effects, min(columns, proseWidth)
	if rows := varianceRows(e); len(rows) > 0 {
		b.WriteString("\n" + term.Wrap(varianceTitle, prose) + "\n\n")
		table := term.Table{Columns: []term.Column{{Title: "setting", Left: true}, {Title: "range"}, {Title: "share"}, {Title: "p", Spare: 1},
			{Title: "means", Left: true, Spare: 2}}}
		for _, row := range rows {
			table.Add(row.cells...)
		}
		b.WriteString(table.Text(columns))
	}
	if rows := correlationRows(e); len(rows) > 0 {
		b.WriteString("\n" + term.Wrap(correlationTitle, prose) + "\n\n")
		table := term.Table{Columns: []term.Column{{Title: "setting", Left: true}, {Title: "statistic"}, {Title: "p"}, {Title: "method", Left: true, Spare: 1}}}
		for _, row := range rows {
			table.Add(row.cells...)
		}
		b.WriteString(table.Text(columns))
	}
	if e.Note != "" {
		b.WriteString("\n" + term.Wrap(e.Note, prose) + "\n")
	}
}
