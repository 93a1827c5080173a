package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/render/page"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/sweep"
)

// Values of --x and --log of plot.
var (
	plotAxes = []string{"step", "time"}
	plotLogs = []string{"none", "x", "y", "xy"}
)

func newPlot(p *program) *cobra.Command {
	var q request
	var x, log string
	cmd := &cobra.Command{
		Use:   "plot [RUN...]",
		Short: "the loss curves of runs, with baselines",
		Long: `Draw the losses of one or several runs (default: the latest under runs/) over the
steps or the time of their training, from the metrics.jsonl of each: the held-out
loss, and as a thin curve the training loss of the last batch. Losses are in nats
per predicted token. The mark on a held-out curve is the step whose weights the
run keeps.

Lines across are the losses of a bigram model, of the grammar where the text has
one, and of the uniform distribution if a curve comes that far. They are measured
on the part of the held-out text that the evaluations of the training measured.

Several runs are named by their folders and by the settings in which they differ.
A run that diverges leaves the picture at its top if it is not the only one.

Of a sweep, named by its folder, the curves are the held-out losses of its best
settings: the mean over the seeds, in a band from their minimum to their maximum.

--log says which axes are logarithmic: none, x, y or xy. Without it the steps are
linear, and the losses logarithmic if the largest that is shown is more than 10
times the smallest.` + nameHelp,
		Example: `  attend plot
  attend plot runs/savanna runs/no-positions
  attend plot --x time --log y -o curves.svg runs/*
  attend plot -o curves.html runs/deep
  attend plot sweeps/heads
  attend plot -o curves.csv`,
		ValidArgsFunction: completeNamed(-1, aRun, aSweep),
	}
	choiceFlag(cmd.Flags(), &x, "x", "step", plotAxes, "across: "+printable.Or(plotAxes)+" of the training")
	choiceFlag(cmd.Flags(), &log, "log", "", plotLogs,
		"logarithmic axes: "+printable.Or(plotLogs)+" (default: y if losses differ by a factor of 10)")
	formats := slices.Concat([]format{textFormat, jsonFormat}, mapFormats)
	q.output.flags(cmd, formats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q.cmd, q.args = cmd, args
		err := q.resolvePictures(cmd, p.stdout, formats)
		numbers := q.format == jsonFormat.name || q.format == "csv"
		if err == nil && numbers && (cmd.Flags().Changed("x") || log != "") {
			err = fmt.Errorf("--x and --log are for text, pictures and pages: leave them out, --format %s holds steps and times", q.format)
		}
		if err != nil {
			return err
		}
		if q.args, err = findAll(args, aRun, aSweep); err != nil {
			return err
		}
		if slices.ContainsFunc(q.args, sweep.Is) {
			return p.plotSweep(&q, x, log)
		}
		runs, err := p.openHistories(q.args)
		if err != nil {
			return err
		}
		q.run = runs[0].Run
		if q.format != "csv" {
			p.measureLevels(runs)
		}
		found, err := plotted(runs, x, log, numbers)
		if err != nil {
			return err
		}
		return q.write(p.stdout, func(w io.Writer) error { return p.writeFinding(w, found, &q) })
	}
	return cmd
}

// history is a run and its evaluations. It has no weights.
type history struct {
	*run.Run
	metrics []run.Metrics
	levels  *analysis.Levels // nil if they are not known
	name    string           // that distinguishes its folder from those of the others
}

// openHistories opens the runs at some paths, or the latest if there are none.
func (p *program) openHistories(paths []string) (runs []history, err error) {
	if len(paths) == 0 {
		latest, err := latestRun()
		if err != nil {
			return nil, err
		}
		paths = []string{latest}
	}
	absolute := make([]string, len(paths))
	sweeps := map[string]*sweep.Sweep{} // of which trials are named
	for i, path := range paths {
		if path == "" {
			return nil, errors.New("the name of a run is blank: name its folder, or leave it out for the latest run")
		}
		if absolute[i], err = file.Abs(path); err != nil {
			return nil, err
		}
		if slices.Contains(absolute[:i], absolute[i]) {
			return nil, fmt.Errorf("the run %s is named twice: name each run once", printable.Path(path))
		}
		h := history{}
		if h.Run, h.metrics, err = run.OpenMetrics(path); errors.Is(err, fs.ErrNotExist) {
			if r, metrics, found := openTrial(absolute[i], sweeps); found {
				r.Path = path
				h.Run, h.metrics, err = r, metrics, nil
			}
		}
		if err != nil {
			return nil, err
		}
		p.note(h.Notes...)
		runs = append(runs, h)
	}
	for i, name := range render.ShortPaths(absolute) {
		runs[i].name = name
	}
	return runs, nil
}

// openTrial opens a trial of a sweep that has no weights any more. It adds the sweep to those that are open.
func openTrial(path string, sweeps map[string]*sweep.Sweep) (r *run.Run, metrics []run.Metrics, found bool) {
	folder, trial := sweep.OfTrial(path)
	if folder == "" {
		return nil, nil, false
	}
	s, opened := sweeps[folder]
	if !opened {
		s, _ = sweep.Open(folder) // nil if there is none
		sweeps[folder] = s
	}
	if s == nil {
		return nil, nil, false
	}
	r, metrics, err := s.OpenTrial(trial)
	return r, metrics, err == nil && len(metrics) > 0
}

// measureLevels measures the levels of the runs. Where the text of a run cannot be read, a note says so.
func (p *program) measureLevels(runs []history) {
	type text struct { // that runs share
		path, sha256 string
		options      data.Options
	}
	corpora := map[text]*data.Corpus{}
	for i := range runs {
		r := runs[i].Run
		key := text{r.Settings.Data, r.DataSHA256, r.Settings.Options()}
		corpus, read := corpora[key]
		var err error
		if !read {
			if corpus, err = p.textOf(r); err == nil {
				corpora[key] = corpus
			}
		}
		if err == nil {
			runs[i].levels, err = analysis.MeasureLevels(r, corpus)
		}
		if err != nil {
			p.note("there are no baselines for " + printable.Path(r.Path) + ": " + message(err))
		}
	}
}

// plotted is what plot shows of runs: curves, or the numbers alone.
func plotted(runs []history, x, log string, numbers bool) (finding, error) {
	var c render.Chart
	var err error
	if !numbers {
		c, err = lossChart(runs, x, log)
	}
	return finding{
		shown:  []any{c},
		result: func() (any, error) { return export.CurvesReport{Runs: curvesOf(runs)}, nil },
		text:   func(w io.Writer, view text.Options) error { return text.Chart(w, c, view) },
		formats: map[string]func(io.Writer) error{
			"csv":  func(w io.Writer) error { return export.CurvesCSV(w, curvesOf(runs)) },
			"html": func(w io.Writer) error { return page.Chart(w, c) },
		},
		picture: func(o picture.Options) (picture.Drawing, error) { return picture.Chart(c, o) },
	}, err
}

// lossChart returns the curves of some runs.
func lossChart(runs []history, x, log string) (render.Chart, error) {
	c := render.Chart{Title: "Loss of " + runs[0].name, X: render.Axis{Title: "step"}, Y: render.Axis{Title: "loss, nats per token"}}
	unit := 1.0 // seconds
	if x == "time" {
		c.X.Title, unit = timeUnit(runs)
	}
	differing := run.DifferingAmong(settingsOf(runs))
	most := 0 // evaluations of a run
	heldOut := false
	for style, r := range runs {
		across := func(m run.Metrics) float64 {
			if x == "time" {
				return m.Seconds / unit
			}
			return float64(m.Step)
		}
		curves := lossSeries(r, across)
		most = max(most, len(r.metrics))
		for i := range curves {
			curves[i].Style = style
			heldOut = heldOut || curves[i].Thin
			if len(runs) == 1 {
				continue
			}
			if i > 0 {
				curves[i].Name = "" // its style names it
				continue
			}
			curves[i].Name = r.name
			curves[i].Detail = joined(differences(differing, r.Settings), curves[i].Detail)
		}
		c.Series = append(c.Series, curves...)
	}
	if len(runs) > 1 {
		c.Title = fmt.Sprintf("Losses of %d runs", len(runs))
		if heldOut {
			c.Thick, c.Thin = "held-out loss", "training loss of the last batch"
		}
	}
	if most < 2 {
		return c, fmt.Errorf("%s has one evaluation so far, at step %d, and a curve requires two: train on",
			printable.Path(runs[0].Path), runs[0].metrics[0].Step)
	}
	levels, note := lossLevels(runs)
	c.Levels = levels
	if note != "" {
		c.Notes = append(c.Notes, note)
	}
	setAxes(&c, log)
	return c, c.Validate()
}

// setAxes makes the axes of a chart logarithmic, as --log says.
func setAxes(c *render.Chart, log string) {
	const wide = 10
	c.Y.Log = log == "y" || log == "xy" || log == "" && c.Spread() > wide
	if c.X.Log = log == "x" || log == "xy"; c.X.Log {
		c.Notes = append(c.Notes, "step 0 is not on a logarithmic axis")
	}
	if c.Y.Log {
		c.Y.Title += ", logarithmic"
	}
}

// settingsOf returns the settings of the runs.
func settingsOf(runs []history) (all []run.Settings) {
	for _, r := range runs {
		all = append(all, r.Settings)
	}
	return all
}

// timeUnit returns the title of an axis of times, and its unit in seconds.
func timeUnit(runs []history) (title string, seconds float64) {
	longest := 0.0
	for _, r := range runs {
		longest = max(longest, r.metrics[len(r.metrics)-1].Seconds)
	}
	switch {
	case longest > 2*3600:
		return "training time, hours", 3600
	case longest > 2*60:
		return "training time, minutes", 60
	}
	return "training time, seconds", 1
}

// lossSeries returns the curves of a run: of the held-out loss, if it has one, with the step of the model marked, and of the
// training loss. Of several evaluations at one x only the last is a point.
func lossSeries(r history, across func(run.Metrics) float64) []render.Series {
	training := render.Series{Name: "training loss of the last batch", Thin: true}
	heldOut := render.Series{Name: "held-out loss"}
	add := func(s *render.Series, x, y float64) {
		if last := len(s.Points) - 1; last >= 0 && s.Points[last].X >= x {
			s.Points[last].Y = y
			return
		}
		s.Points = append(s.Points, render.Point{X: x, Y: y})
	}
	for _, m := range r.metrics {
		add(&training, across(m), m.Loss)
		if m.HeldOutLoss == nil {
			continue
		}
		add(&heldOut, across(m), *m.HeldOutLoss)
		if m.Step == r.Step {
			at := render.Point{X: across(m), Y: *m.HeldOutLoss}
			heldOut.Marks = []render.Mark{{Point: at, Name: "step whose weights the run keeps"}}
			heldOut.Detail = fmt.Sprintf("%s at step %s, which is kept", render.Decimals(*m.HeldOutLoss), printable.Thousands(m.Step))
		}
	}
	last := r.metrics[len(r.metrics)-1]
	ended := ""
	if !r.Finished() {
		ended = fmt.Sprintf("its log ends at step %s of %s", printable.Thousands(last.Step), printable.Thousands(r.Settings.Steps))
	}
	if len(heldOut.Points) == 0 {
		training.Thin = false
		training.Detail = joined(fmt.Sprintf("%s at step %s", render.Decimals(last.Loss), printable.Thousands(last.Step)), ended)
		return []render.Series{training}
	}
	heldOut.Detail = joined(heldOut.Detail, ended)
	return []render.Series{heldOut, training}
}

// joined joins the texts that are not blank.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// differences writes the values that settings have in a run.
func differences(differing []run.Setting, s run.Settings) string {
	var values []string
	for _, setting := range differing {
		value := setting.Text(&s)
		if _, isText := setting.Default.(string); isText {
			value = printable.Path(value)
		}
		values = append(values, setting.Name+" "+value)
	}
	return strings.Join(values, ", ")
}

// lossLevels returns the levels of the runs, those that are equal once. If they differ among more than three groups of runs there
// are none, and the note says why.
func lossLevels(runs []history) (levels []render.Level, note string) {
	const mostGroups = 3
	var groups []history // the first run of each
	for _, r := range runs {
		same := func(other history) bool {
			a, b := other.levels, r.levels
			sameGrammar := a.Grammar == b.Grammar || a.Grammar != nil && b.Grammar != nil && *a.Grammar == *b.Grammar
			return a.Baselines == b.Baselines && sameGrammar
		}
		if r.levels != nil && !slices.ContainsFunc(groups, same) {
			groups = append(groups, r)
		}
	}
	if len(groups) > mostGroups {
		return nil, "the evaluations of these runs measured different texts: their losses cannot be compared, and no baselines are drawn"
	}
	for _, r := range groups {
		style, of := render.AllStyles, ""
		if len(groups) > 1 {
			style, of = slices.IndexFunc(runs, func(other history) bool { return other.Run == r.Run }), " of "+r.name
		}
		add := func(name string, loss float64, optional bool) {
			levels = append(levels, render.Level{Name: name + of, Y: loss, Style: style, Optional: optional})
		}
		if r.levels.Grammar != nil {
			add("grammar", *r.levels.Grammar, false)
		}
		add("bigram", r.levels.Baselines.Bigram, false)
		add("uniform", r.levels.Baselines.Uniform, true)
	}
	if len(groups) > 1 {
		note = "the evaluations of these runs measured different texts: compare a loss with the baselines of its run only"
	}
	return levels, note
}

// curvesOf returns what JSON and CSV hold of the runs.
func curvesOf(runs []history) []export.Curves {
	differing := run.DifferingAmong(settingsOf(runs))
	list := make([]export.Curves, len(runs))
	for i, r := range runs {
		list[i] = export.Curves{Source: r.Source(), Settings: []export.SettingValue{}, Baselines: []export.Baseline{},
			Evaluations: evaluations(r.metrics)}
		for _, s := range differing {
			list[i].Settings = append(list[i].Settings, export.SettingValue{Setting: s.Name, Value: s.Text(&r.Settings)})
		}
		levels, _ := lossLevels(runs[i : i+1])
		for _, l := range levels {
			list[i].Baselines = append(list[i].Baselines, export.Baseline{Name: l.Name, Loss: l.Y})
		}
	}
	return list
}
