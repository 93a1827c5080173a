package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/sweep"
	"attend/internal/tensorboard"
)

func newExportRuns(p *program) *cobra.Command {
	var folder string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "export --tensorboard DIR [RUN...]",
		Short: "write the losses and settings of runs for TensorBoard",
		Long: `Write the evaluations of one or several runs (default: the latest under runs/) as
event files that TensorBoard opens, one folder under DIR for each run, named as
the folder of the run. By step they hold the scalars loss/train, loss/heldout,
learning_rate and tokens_per_second, and kept/loss_heldout at the step whose
weights the run keeps. Hyperparameters are the settings of the model and of the
training, and those in which the runs differ, with the last losses as metrics.

Of a sweep, named by its folder, all trials that have ended are written.

A run records the duration of its training and not the time of day, so the wall
time of an event is the training time, counted from 1970: TensorBoard shows it
as "relative". The same runs give the same bytes.

A file of this name that is there already and differs is not overwritten without
--overwrite. A folder that has event files of another program is refused.` + nameHelp,
		Example: `  attend export --tensorboard board
  attend export --tensorboard board --overwrite runs/savanna runs/no-positions
  attend export --tensorboard board sweeps/heads`,
		ValidArgsFunction: completeNamed(-1, aRun, aSweep),
	}
	cmd.Flags().StringVar(&folder, "tensorboard", "", "`DIR` for the event files; it is created if it is missing")
	_ = cmd.MarkFlagDirname("tensorboard")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace event files of an earlier export")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if folder == "" {
			return errors.New("export requires a folder for its files: attend export --tensorboard DIR")
		}
		args, err := findAll(args, aRun, aSweep)
		if err != nil {
			return err
		}
		var paths []string
		for _, arg := range args {
			if !sweep.Is(arg) {
				paths = append(paths, arg)
				continue
			}
			s, err := sweep.Open(arg)
			if err != nil {
				return err
			}
			trials := s.EndedTrials()
			if len(trials) == 0 {
				return fmt.Errorf("no trial of the sweep %s has ended: there is nothing to export", printable.Path(arg))
			}
			paths = append(paths, trials...)
		}
		runs, err := p.openHistories(paths)
		if err != nil {
			return err
		}
		contents := eventFiles(runs)
		for i, r := range runs {
			if err := checkExport(folder, r.name, contents[i], overwrite); err != nil {
				return err
			}
		}
		for i, r := range runs {
			path := filepath.Join(folder, r.name, tensorboard.FileName)
			err := os.MkdirAll(filepath.Dir(path), 0o755)
			if err == nil {
				err = file.Replace(path, file.Bytes(contents[i]))
			}
			if err != nil {
				return exportError(folder, err)
			}
			if _, err := fmt.Fprintf(p.stdout, "%s: %s\n", printable.Path(filepath.Dir(path)),
				printable.Count(len(r.metrics), "evaluation")); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(p.stdout, "\nShow: tensorboard --logdir %s\n", commandWord(folder, "DIR", printable.MaxPath))
		return err
	}
	return cmd
}

// checkExport returns an error if the folder of a run has event files that its export would replace or mix with.
func checkExport(folder, name string, content []byte, overwrite bool) error {
	if run.HasFile(filepath.Join(folder, "config.json")) {
		return fmt.Errorf("--tensorboard %s is a run folder: name another folder", printable.Path(folder))
	}
	of := filepath.Join(folder, name)
	entries, err := os.ReadDir(of)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return exportError(folder, err)
	}
	for _, e := range entries {
		path := filepath.Join(of, e.Name())
		if !strings.Contains(e.Name(), "tfevents") || file.IsTemporary(e.Name(), tensorboard.FileName) {
			continue
		}
		if e.Name() != tensorboard.FileName || !e.Type().IsRegular() {
			return fmt.Errorf("--tensorboard %s: %s is an event file of another program, which TensorBoard would mix with that of the run: "+
				"name another folder", printable.Path(folder), printable.Path(path))
		}
		if overwrite {
			continue
		}
		if there, err := os.ReadFile(path); err != nil || !bytes.Equal(there, content) {
			return fmt.Errorf("--tensorboard %s: %s is there already, of an earlier export: add --overwrite to replace it, "+
				"or name another folder", printable.Path(folder), printable.Path(path))
		}
	}
	return nil
}

// exportError says why a folder of event files cannot be written.
func exportError(folder string, err error) error {
	shown := printable.Path(folder)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("--tensorboard %s: a file is in the way: name a folder, or one that does not exist yet", shown)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("--tensorboard %s: no permission to write there: name another folder", shown)
	}
	return fmt.Errorf("--tensorboard %s: %w: %s", shown, file.Cause(err), cmp.Or(file.Advice(err), "name another folder"))
}

// eventFiles returns the event file of each run.
func eventFiles(runs []history) [][]byte {
	varied := run.Varied(settingsOf(runs))
	contents := make([][]byte, len(runs))
	for i, r := range runs {
		var f tensorboard.File
		f.Session(sessionOf(r, varied))
		for _, m := range r.metrics {
			f.Scalar("loss/train", m.Step, m.Seconds, m.Loss)
			if m.HeldOutLoss != nil {
				f.Scalar("loss/heldout", m.Step, m.Seconds, *m.HeldOutLoss)
				if m.Step == r.Step {
					f.Scalar("kept/loss_heldout", m.Step, m.Seconds, *m.HeldOutLoss)
				}
			}
			f.Scalar("learning_rate", m.Step, m.Seconds, m.LearningRate)
			f.Scalar("tokens_per_second", m.Step, m.Seconds, m.TokensPerSecond)
		}
		contents[i] = f.Bytes()
	}
	return contents
}

// sessionOf returns the hyperparameters of a run.
func sessionOf(r history, settings []run.Setting) tensorboard.Session {
	s := tensorboard.Session{Finished: r.Finished(), Seconds: r.metrics[len(r.metrics)-1].Seconds, Metrics: []tensorboard.Metric{
		{Tag: "kept/loss_heldout", Name: "held-out loss of the weights that are kept"},
		{Tag: "loss/heldout", Name: "held-out loss"}, {Tag: "loss/train", Name: "training loss"},
	}}
	for _, setting := range settings {
		h := tensorboard.Hyperparameter{Name: setting.Name, Meaning: strings.ReplaceAll(setting.Meaning, "`", "")}
		switch value := setting.In(&r.Settings).(type) {
		case *int:
			h.Value = float64(*value)
		case *uint64:
			h.Value = float64(*value)
		case *float64:
			h.Value = *value
		case *bool:
			h.Value = *value
		case *string:
			h.Value = *value
		}
		s.Hyperparameters = append(s.Hyperparameters, h)
	}
	return s
}
