package lesson

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attend/internal/run"
	"attend/layers"
)

// Names of what the lesson makes, as its commands spell them.
const (
	modelName  = "lesson"
	runsFolder = "runs"
)

// settings are those of `attend train` without flags.
func (c *Course) settings() (run.Settings, error) {
	corpus, err := c.savanna()
	if err != nil {
		return run.Settings{}, err
	}
	return run.Defaults().Resolve(corpus)
}

// home returns the folder of the lesson's model, the first of lesson, lesson-2, lesson-3 that is not there or that
// holds this very training, and the model, if there is one.
func (c *Course) home(s run.Settings) (path string, there *run.Run, err error) {
	for i := 1; ; i++ {
		path = filepath.Join(c.Runs, modelName)
		if i > 1 {
			path += fmt.Sprintf("-%d", i)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return path, nil, nil
		} else if err != nil {
			return path, nil, err
		}
		if r, err := run.Open(path); err == nil && r.Settings == s {
			return path, r, nil
		}
	}
}

// shownPath is how commands name the model's folder.
func shownPath(r *run.Run) string { return runsFolder + "/" + filepath.Base(r.Path) }

// evaluation is the loss on all held-out sentences after some updates.
type evaluation struct {
	step int
	loss float64
}

// train trains the model of the lesson and judges it now and then. Equal settings give equal bytes: where the model
// is there and finished, the second training is done aside and kept nowhere, so that an interrupted
// one costs nothing.
func (c *Course) train(ctx context.Context) (*run.Run, []evaluation, error) {
	settings, err := c.settings()
	if err != nil {
		return nil, nil, err
	}
	path, there, err := c.home(settings)
	if err != nil {
		return nil, nil, err
	}
	finished := there != nil && there.Step == settings.Steps
	if finished {
		aside, err := os.MkdirTemp("", "attend-lesson-")
		if err != nil {
			return nil, nil, fmt.Errorf("%w", err)
		}
		defer os.RemoveAll(aside)
		path = filepath.Join(aside, modelName)
	}
	t, err := run.Start(path, settings, c.corpus, there != nil && !finished)
	if err != nil {
		return nil, nil, err
	}
	defer t.Close()
	build := func(o layers.Options) (*layers.Transformer, error) { return layers.New(t.Config, t.Weights, o) }
	var evaluations []evaluation
	var failed error
	judge := func(step int) {
		loss, err := c.heldOutLoss(build, settings.Context)
		evaluations, failed = append(evaluations, evaluation{step, loss}), errors.Join(failed, err)
	}
	judge(0)
	err = t.Train(ctx, func(p run.Progress) {
		if p.Evaluated {
			judge(p.Step.Step)
		}
		if c.Progress != nil {
			p.HeldOutLoss = evaluations[len(evaluations)-1].loss
			c.Progress(&p)
		}
	})
	if c.Progress != nil {
		c.Progress(nil)
	}
	if err := errors.Join(err, failed); err != nil {
		return nil, nil, err
	}
	c.model = t.Run
	if finished {
		c.model = there
	}
	return c.model, evaluations, nil
}

// known returns the model of the lesson if it was trained to the end, else nil.
func (c *Course) known() (*run.Run, error) {
	if c.model != nil {
		return c.model, nil
	}
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	_, there, err := c.home(settings)
	if err != nil || there == nil || there.Step < settings.Steps {
		return nil, err
	}
	c.model = there
	return there, nil
}
