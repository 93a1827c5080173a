package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/run"
	"attend/internal/sweep"
	"attend/internal/term"
)

// runsOptions are the flags of `attend runs`.
type runsOptions struct {
	output
	sort    string
	filters []string
}

func newRuns(p *program) *cobra.Command {
	var o runsOptions
	cmd := &cobra.Command{
		Use:   "runs [FOLDER]",
		Short: "all runs and sweeps in a table: settings, losses, verdicts; rename or remove one",
		Long: `List the runs in a folder, runs/ if none is named: the settings that differ from
the defaults, the number of parameters, the lowest held-out loss of an
evaluation in nats per token and its step, the verdict on the training, the age
of the model and the size of the folder. The newest run is the first. A run that
is being trained is listed with its step, a damaged one with the reason. Sweeps
follow, one line each.

--sort and --filter take the names of the columns and of all settings. A minus
before the column sorts from the largest. A filter compares a setting, the
parameters, the held-out loss, the step, the size (10MB) or the age (90m, 48h)
with =, !=, <, <=, > or >=; in a shell < and > must be quoted. Of several
filters all must hold. An unknown value never fits a filter, and a sweep fits
none.

A value that training chooses by itself is no difference from the defaults, such
as the learning rate that goes with the size of the model or the context that
the text needs. JSON and CSV hold all settings.` + nameHelp,
		Example: `  attend runs
  attend runs --sort held-out
  attend runs --filter lr=0.01 --filter "layers>=2"
  attend runs --filter verdict=overfitted --sort -age
  attend runs -o runs.csv
  attend runs rename runs/savanna runs/first
  attend runs remove runs/savanna-2 runs/savanna-3`,
		Args:              oneFolder,
		ValidArgsFunction: completeNamed(1, aRun),
	}
	formats := []format{textFormat, jsonFormat, csvFormat}
	f := cmd.Flags()
	f.StringVar(&o.sort, "sort", "age", "`COLUMN` to sort by, or a setting; -COLUMN from the largest")
	f.StringArrayVar(&o.filters, "filter", nil, "list only runs with a value, such as `lr=0.01` (may be repeated)")
	o.output.flags(cmd, formats)
	for _, name := range []string{"sort", "filter"} {
		p.completeFlag(cmd, name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return columnNames(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		})
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := o.resolve(p.stdout, formats); err != nil {
			return err
		}
		return p.listRuns(o, args)
	}
	cmd.AddCommand(newRename(p), newRemove(p))
	return cmd
}

// oneFolder refuses more than one argument.
func oneFolder(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return fmt.Errorf("runs lists one folder, not %d: %s", len(args), meant(args[0], changes, "`attend runs %s`", "name one"))
}

// listRuns lists the runs in a folder.
func (p *program) listRuns(o runsOptions, args []string) error {
	order, err := parseOrder(o.sort)
	if err != nil {
		return err
	}
	var filters []runFilter
	for _, text := range o.filters {
		filter, err := parseFilter(text)
		if err != nil {
			return err
		}
		filters = append(filters, filter)
	}
	root := runsFolder
	if len(args) > 0 {
		root = args[0]
		if _, missing := os.Stat(root); missing != nil {
			if path, err := find(root, aRun, aSweep); err == nil {
				root = path
			}
		}
	}
	if sweep.Is(root) {
		return fmt.Errorf("%s is a sweep: `attend sweep show %[1]s` shows it, `attend runs %[1]s/trials` its trials", printable.Path(root))
	}
	var listed []listedRun
	if _, missing := os.Stat(root); len(args) > 0 || !errors.Is(missing, fs.ErrNotExist) { // the first training makes runs/
		if listed, err = p.runsIn(root); err != nil {
			return err
		}
	}
	sweeps, err := sweepsIn(root)
	if err == nil && len(args) == 0 {
		var more []listedSweep
		more, err = sweepsIn(sweepsFolder)
		sweeps = append(sweeps, more...)
	}
	if err != nil {
		return err
	}
	if len(filters) > 0 { // which are of runs
		sweeps = []listedSweep{}
	}
	all := len(listed)
	listed = slices.DeleteFunc(listed, func(r listedRun) bool {
		return slices.ContainsFunc(filters, func(f runFilter) bool { return !f.holds(r) })
	})
	slices.SortStableFunc(listed, order)
	return o.write(p.stdout, func(w io.Writer) error {
		switch o.format {
		case jsonFormat.name:
			reports := make([]runReport, len(listed))
			for i, r := range listed {
				reports[i] = r.report()
			}
			return export.JSONWithoutSource(w, "runs", runsReport{reports, sweeps})
		case csvFormat.name:
			return runsCSV(w, listed)
		}
		return writeRuns(w, root, listed, all, sweeps, textOptions(w).Width)
	})
}

// listedRun is what is listed of a run.
type listedRun struct {
	run.Description
	result keptResult // zero unless HasResult
	damage error      // nil if the folder is whole
	now    time.Time
}

// keptResult is what is read of result.json, which has the result of `attend train`.
type keptResult struct {
	Parameters int               `json:"parameters"`
	Verdict    *analysis.Verdict `json:"verdict"`
}

// runsIn describes the runs in a folder, which is a run itself or holds runs, as runs/ and the trials of a sweep do. Folders that
// are no run are passed over, sweeps among them, see [sweepsIn].
func (p *program) runsIn(root string) ([]listedRun, error) {
	paths, err := run.List(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no folder %s: %s", printable.Path(root),
			meant(root, append(slices.Clone(changes), aRun.list(runsFolder)...), "`attend runs %s`", "name one that holds runs"))
	case errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%s is no folder: name one that holds runs", printable.Path(root))
	case err != nil:
		return nil, fmt.Errorf("cannot look for runs in %s: %w", printable.Path(root), file.Explain(err, "name another folder"))
	}
	all := make([]listedRun, len(paths))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(paths)); i = next.Add(1) - 1 {
				r := &all[i]
				r.now = time.Now()
				r.Description, r.damage = run.Describe(paths[i], &r.result)
			}
		})
	}
	workers.Wait()
	var listed []listedRun
	for _, r := range all {
		if _, gone := os.Lstat(r.Path); r.damage != nil && gone != nil { // it was removed meanwhile
			continue
		}
		p.note(r.Notes...)
		listed = append(listed, r)
	}
	return listed, nil
}

// States of a run whose training has no verdict.
const (
	stateTraining = "training"
	stateStopped  = "stopped"
	stateDamaged  = "damaged"
)

// state returns the kind of the verdict on the training, or else what is known of it: "" if nothing is.
func (r listedRun) state() string {
	switch v := r.result.Verdict; {
	case r.damage != nil:
		return stateDamaged
	case r.Training:
		return stateTraining
	case r.HasResult && v != nil:
		return v.Kind
	case !r.HasResult && !r.Finished:
		return stateStopped
	}
	return ""
}

// parameters returns the number of parameters, 0 if it is not known.
func (r listedRun) parameters() int { return cmp.Or(r.Parameters, r.result.Parameters) }

// best returns the evaluation with the lowest held-out loss, nil if it is not known.
func (r listedRun) best() *run.Best {
	if v := r.result.Verdict; r.Best == nil && r.HasResult && v != nil && v.Best != nil {
		return &run.Best{Step: v.Best.Step, Loss: v.Best.HeldOutLoss}
	}
	return r.Best
}

// differing returns the settings that differ from the defaults.
func (r listedRun) differing() []run.Setting {
	if r.Settings == nil {
		return nil
	}
	return r.Settings.Differing()
}

// unknown stands in a table for what is not known.
const unknown = "-"

// writeRuns writes the runs and the sweeps. all is the number of runs in the folder, of which some may be left out.
func writeRuns(w io.Writer, root string, listed []listedRun, all int, sweeps []listedSweep, columns int) error {
	var b bytes.Buffer
	switch {
	case len(listed) > 0:
		writeRunTable(&b, listed, all, columns)
	case all > 0:
		b.WriteString(term.Wrap(fmt.Sprintf("of %s in %s none fits the filters", printable.Count(all, "run"), printable.Path(root)), columns) + "\n")
	case len(sweeps) == 0:
		b.WriteString(term.Wrap("no run in "+printable.Path(root)+" yet: `attend train` creates one", columns) + "\n")
	}
	if len(sweeps) > 0 {
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		writeSweeps(&b, sweeps, columns)
	}
	return render.Write(w, &b)
}

// writeRunTable writes the runs as a table, and below it what is wrong with those that are damaged.
func writeRunTable(b *bytes.Buffer, listed []listedRun, all, columns int) {
	table := term.Table{Columns: []term.Column{
		{Title: "run", Left: true}, {Title: "settings", Left: true, Spare: 1}, {Title: "parameters", Spare: 5}, {Title: "held-out"},
		{Title: "step", Spare: 3}, {Title: "verdict", Left: true, Spare: 2}, {Title: "age", Spare: 4}, {Title: "size", Spare: 6},
	}}
	total := 0.0
	for _, r := range listed {
		parameters, loss, step := unknown, unknown, unknown
		if n := r.parameters(); n > 0 {
			parameters = printable.Thousands(n)
		}
		if best := r.best(); best != nil {
			loss, step = decimals(best.Loss, 4), printable.Thousands(best.Step)
		}
		total += float64(r.Bytes)
		table.Add(printable.Path(r.Path), term.Fit(r.settingsText(), max(16, columns/3)), parameters, loss, step, r.verdictText(),
			age(r.now.Sub(r.Modified)), printable.Size(float64(r.Bytes)))
	}
	b.WriteString(table.Text(columns))
	note := printable.Count(len(listed), "run")
	if len(listed) < all {
		note = fmt.Sprintf("%s of %s", printable.Thousands(len(listed)), printable.Count(all, "run"))
	}
	note = fmt.Sprintf("%s, %s; settings that are not the defaults; the lowest held-out loss of an evaluation, in nats per token, "+
		"which may be on a sample of the held-out text (sweeps have the loss on all of it)",
		note, printable.Size(total))
	b.WriteString("\n" + term.Wrap(note, columns) + "\n")
	for _, r := range listed {
		if r.damage != nil {
			b.WriteString("\n" + term.Wrap("damaged: "+message(r.damage), columns) + "\n")
		}
	}
}

// settingsText returns the settings that differ from the defaults, as in layers=2 lr=0.003. Of a file only its name is shown.
func (r listedRun) settingsText() string {
	var parts []string
	for _, setting := range r.differing() {
		value := setting.Text(r.Settings)
		if setting.Name == "data" {
			value = filepath.Base(value)
		}
		parts = append(parts, setting.Name+"="+printable.Short(value, mostSetting))
	}
	return cmp.Or(strings.Join(parts, " "), unknown)
}

// verdictText returns the state of a run, with the step of a training that has not ended.
func (r listedRun) verdictText() string {
	state := r.state()
	if (state == stateTraining || state == stateStopped) && r.Trained >= 0 {
		return fmt.Sprintf("%s, step %s of %s", state, printable.Thousands(r.Trained), printable.Thousands(r.Settings.Steps))
	}
	return cmp.Or(printable.Short(state, mostSetting), unknown)
}

// age writes how long ago something was, in the largest unit of which there are two or more.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 100*365*day: // the time is not known
		return unknown
	case d >= 2*day:
		return printable.Thousands(int(d/day)) + " d"
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(0, d)/time.Second)
}

// runsReport is the result of `attend runs` in JSON.
type runsReport struct {
	Runs   []runReport   `json:"runs"`
	Sweeps []listedSweep `json:"sweeps"`
}

// runReport is a run in JSON. Lists are never null.
type runReport struct {
	Run        string          `json:"run"`
	Settings   []reportSetting `json:"settings"`
	Parameters *int            `json:"parameters"`
	Best       *analysis.Point `json:"best"`
	Trained    *int            `json:"trained_steps"`
	Training   bool            `json:"training"`
	Finished   bool            `json:"finished"`
	Verdict    *string         `json:"verdict"`
	Modified   *time.Time      `json:"modified"`
	Bytes      int64           `json:"bytes"`
	Damage     *string         `json:"damage"`
}

// reportSetting is a setting of a run in JSON.
type reportSetting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default bool   `json:"default"`
}

// report returns the run as it is in JSON.
func (r listedRun) report() runReport {
	report := runReport{Run: r.Path, Settings: []reportSetting{}, Training: r.Training, Finished: r.Finished, Bytes: r.Bytes}
	if r.Settings != nil {
		differing := r.differing()
		for _, setting := range run.AllSettings() {
			asDefault := !slices.ContainsFunc(differing, func(d run.Setting) bool { return d.Name == setting.Name })
			report.Settings = append(report.Settings, reportSetting{setting.Name, setting.Text(r.Settings), asDefault})
		}
	}
	if n := r.parameters(); n > 0 {
		report.Parameters = &n
	}
	if best := r.best(); best != nil {
		report.Best = &analysis.Point{Step: best.Step, HeldOutLoss: best.Loss}
	}
	if r.Trained >= 0 {
		report.Trained = &r.Trained
	}
	if v := r.result.Verdict; r.HasResult && v != nil {
		report.Verdict = &v.Kind
	}
	if !r.Modified.IsZero() {
		utc := r.Modified.UTC().Truncate(time.Second)
		report.Modified = &utc
	}
	if r.damage != nil {
		text := message(r.damage)
		report.Damage = &text
	}
	return report
}

// runsCSV writes the runs as CSV: what [runReport] has, and a column for each setting.
func runsCSV(w io.Writer, listed []listedRun) error {
	settings := run.AllSettings()
	header := []string{
		"run", "parameters", "heldout_loss", "step", "trained_steps", "training", "finished", "verdict", "modified", "bytes", "damage",
	}
	for _, setting := range settings {
		header = append(header, setting.Name)
	}
	var rows [][]any
	for _, r := range listed {
		report := r.report()
		var loss, step, modified any
		if report.Best != nil {
			loss, step = report.Best.HeldOutLoss, report.Best.Step
		}
		if report.Modified != nil {
			modified = report.Modified.Format(time.RFC3339)
		}
		row := []any{report.Run, cell(report.Parameters), loss, step, cell(report.Trained), report.Training, report.Finished,
			cell(report.Verdict), modified, report.Bytes, cell(report.Damage)}
		for _, setting := range settings {
			if r.Settings == nil {
				row = append(row, nil)
			} else {
				row = append(row, reflect.ValueOf(setting.In(r.Settings)).Elem().Interface())
			}
		}
		rows = append(rows, row)
	}
	return export.Rows(w, header, slices.Values(rows))
}

// cell returns the value that a pointer points to, or nil.
func cell[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
