package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/param"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// Training is a run that is being trained in its folder.
type Training struct {
	*Run
	Corpus *data.Corpus

	trainer     *train.Trainer
	evaluator   *train.Evaluator
	measured    train.Batches // of the held-out text; if nothing is held out, of the training text
	evalBatches int           // number of batches of an evaluation
	sample      *Session
	best        *param.Set // the weights of [Run.Best]; nil if the training does not keep them

	before  float64   // seconds of training before this start or resume
	seconds float64   // since this start or resume, in earlier calls of Train and Advance
	started time.Time // the beginning of the present call; zero outside of one
	tokens  int       // predicted tokens since this start or resume
	last    Metrics
	saved   int

	name *lockedName // the folder's name, locked
}

// Start creates a run folder for a new training and locks it until [Training.Close]. The settings must be resolved. The folder is
// created atomically, with a checkpoint of step 0. If overwrite is set, it atomically replaces a run of that name.
func Start(path string, s Settings, corpus *data.Corpus, overwrite bool, o ...Option) (*Training, error) {
	return newCreator(o...).start(s, corpus, overwrite, func(c *creator) (*lockedName, error) { return c.reserve(path, overwrite) })
}

// StartUnder is [Start] in the first of the folders root/name, root/name-2, root/name-3... that is free.
func StartUnder(root, name string, s Settings, corpus *data.Corpus, o ...Option) (*Training, error) {
	return newCreator(o...).start(s, corpus, false, func(c *creator) (*lockedName, error) { return c.reserveUnder(root, name, 1) })
}

// start creates a training in the folder that reserve returns. If another process creates that folder first, start calls reserve
// again.
func (c *creator) start(s Settings, corpus *data.Corpus, overwrite bool,
	reserve func(*creator) (*lockedName, error)) (*Training, error) {
	for {
		at, err := reserve(c)
		if err != nil {
			return nil, c.withNotes(err)
		}
		t, err := c.startAt(at, s, corpus, overwrite)
		if err == nil {
			return t, nil
		}
		at.release()
		if !errors.Is(err, errTaken) {
			return nil, c.withNotes(err)
		}
	}
}

// startAt creates a training in the folder of a locked name.
func (c *creator) startAt(at *lockedName, s Settings, corpus *data.Corpus, overwrite bool) (*Training, error) {
	v := corpus.Vocabulary
	r := &Run{Path: at.path, Format: LatestFormat, Settings: s, Vocabulary: v, Config: s.Model(v.Len()),
		DataSHA256: corpus.SHA256, Notes: c.notes, options: c.options, text: TextPathFrom(at.real, s.Data, corpus.SHA256)}
	boundary, hasBoundary := v.Boundary()
	var err error
	if r.configJSON, err = hf.ConfigJSON(r.Config, boundary, hasBoundary); err != nil {
		return nil, err
	}
	if r.tokenizerJSON, err = v.TokenizerJSON(); err != nil {
		return nil, err
	}
	r.Spelling = corpus.Spelling()
	if r.spellingJSON, err = r.Spelling.JSON(); err != nil {
		return nil, err
	}
	return newTraining(r, corpus, at, func(t *Training) error {
		t.startHashes()
		first, err := t.evaluate(train.Step{LearningRate: s.Training().Rate(0)})
		if err != nil {
			return err
		}
		return t.createFolder(c, at, overwrite, first)
	})
}

// Resume continues the run in a folder from its last checkpoint, and locks the folder until [Training.Close]. load returns the
// text of the run; adjust, if not nil, may change the settings with OnResume: steps and intervals.
func Resume(path string, load func(*Run) (*data.Corpus, error), adjust func(*Settings) error, o ...Option) (*Training, error) {
	var notes []string
	err := withFolder(path, func(f *folder) error { // before the lock: a path without a run needs none
		notes = f.notes
		if !isRun(path) {
			return fmt.Errorf("there is no run in %s: %w", printable.Path(path), errNoRun)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := newCreator(o...)
	at, err := c.acquire(path)
	if err != nil {
		return nil, err
	}
	t, err := resume(at, load, adjust, c.options)
	if err != nil {
		at.release()
		return nil, c.withNotes(err)
	}
	t.Notes = append(append(notes, c.notes...), t.Notes...)
	return t, nil
}

// resume is [Resume] in a folder that is locked.
func resume(at *lockedName, load func(*Run) (*data.Corpus, error), adjust func(*Settings) error, o options) (*Training, error) {
	f, err := openFolder(at.path)
	if err != nil {
		return nil, err
	}
	defer f.root.Close()
	r, tensors, err := f.openWith(stateFile, o)
	if err != nil {
		return nil, err
	}
	settings := r.Settings
	if adjust != nil {
		if err := adjust(&settings); err != nil {
			return nil, err
		}
	}
	corpus, err := load(r)
	if err != nil {
		return nil, err
	}
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	if settings, err = settings.Resolve(corpus); err != nil {
		return nil, err
	}
	if settings.Steps < r.Step {
		return nil, fmt.Errorf("%s has made %d steps already: --steps %d is too few", printable.Path(r.Path), r.Step, settings.Steps)
	}
	r.Settings = settings
	return newTraining(r, corpus, at, func(t *Training) error { return t.resumeFrom(tensors) })
}

// newTraining builds the graphs of a training, with initial weights if the run has none yet. begin creates or updates the folder.
func newTraining(r *Run, corpus *data.Corpus, at *lockedName, begin func(*Training) error) (_ *Training, err error) {
	s := r.Settings
	if err := r.checkTraining(corpus); err != nil {
		return nil, err
	}
	if r.Parameters == nil {
		if r.Parameters, err = layers.NewParameters(r.Config, s.Seed); err != nil {
			return nil, err
		}
	}
	sampler, err := corpus.Train.Sampler(s.Batch, s.Context, s.Seed)
	if err != nil {
		return nil, err
	}
	batch := r.trainingEvaluationBatch()
	set, _ := corpus.Measured()
	measured, err := set.Batches(batch, s.Context)
	if err != nil {
		return nil, err
	}
	t := &Training{Run: r, Corpus: corpus, name: at, measured: measured,
		evalBatches: (r.EvaluationRows(set) + batch - 1) / batch, saved: r.Step}
	if s.Keep == KeepBest {
		t.best = layers.ZeroParameters(r.Config)
	}
	build := r.reportingBuilder()
	if t.trainer, err = train.New(s.Training(), build, r.Parameters, sampler); err != nil {
		return nil, err
	}
	if t.evaluator, err = train.NewEvaluator(build, batch, s.Context); err != nil {
		return nil, errors.Join(err, t.trainer.Close())
	}
	if t.sample, err = r.NewSession(1); err != nil {
		return nil, errors.Join(err, t.trainer.Close(), t.evaluator.Close())
	}
	if err := begin(t); err != nil {
		return nil, errors.Join(err, t.closeMachines())
	}
	return t, nil
}

// build builds a graph over the weights of the run.
func (r *Run) build(o layers.Options) (*layers.Graph, error) {
	return layers.New(r.Config, r.Parameters, o)
}

// Progress is what a training reports after each update.
type Progress struct {
	train.Step
	Steps           int      // of the whole training
	HeldOutLoss     *float64 // of the latest evaluation; nil if nothing is held out
	Evaluated       bool     // whether this update was followed by an evaluation
	Filmed          bool     // whether that added a frame to the film
	TokensPerSecond float64
	SecondsLeft     float64
}

// Train makes updates until the last step or until the context ends; then it saves and returns the error of the context. If the
// training diverges, the folder keeps the last checkpoint. report is called after every update and after every evaluation.
func (t *Training) Train(ctx context.Context, report func(Progress)) error {
	return t.train(ctx, nil, report)
}

// Advance is a part of [Training.Train]: it makes updates until the last step, or until pause reports true, which it calls after each
// update. It saves where Train does, and not when it pauses. A training in several parts has the results of one in a single part.
func (t *Training) Advance(pause func() bool, report func(Progress)) error {
	return t.train(context.Background(), pause, report)
}

// train makes updates until the last step, until the context ends or, unless it is nil, until pause reports true.
func (t *Training) train(ctx context.Context, pause func() bool, report func(Progress)) error {
	t.started = time.Now()
	defer func() { t.seconds, t.started = t.elapsed(), time.Time{} }()
	first := t.Step
	progress := func(s train.Step, evaluated bool) {
		left := time.Since(t.started).Seconds() / float64(s.Step-first) * float64(t.Settings.Steps-s.Step)
		report(Progress{Step: s, Steps: t.Settings.Steps, HeldOutLoss: t.last.HeldOutLoss, Evaluated: evaluated,
			Filmed: evaluated && t.filmedAt(s.Step), TokensPerSecond: perSecond(t.tokens, t.elapsed()), SecondsLeft: left})
	}
	err := t.trainer.Run(ctx, train.Callbacks{
		EvaluateAt: t.Settings.evaluatedAt,
		SaveEvery:  t.Settings.SaveInterval,
		Done:       t.StoppedEarly,
		Pause:      pause,
		Stepped: func(s train.Step) {
			t.Step, t.Trained = s.Step, s.Step
			t.tokens += s.Tokens
			progress(s, false)
		},
		Evaluate: func(s train.Step) error {
			if err := t.log(s); err != nil {
				return err
			}
			progress(s, true)
			return nil
		},
		Save: func(train.Step) error { return t.save() },
	})
	return t.withCheckpoint(err)
}

// withCheckpoint adds to the error of a training that diverged which checkpoint its folder keeps.
func (t *Training) withCheckpoint(err error) error {
	if _, diverged := errors.AsType[*train.DivergedError](err); diverged {
		return fmt.Errorf("%w; %s keeps the checkpoint of step %d", err, printable.Path(t.Path), t.saved)
	}
	return err
}

// Save writes a checkpoint of the present step. If the training has diverged it is a [train.DivergedError], and the folder keeps the
// last checkpoint.
func (t *Training) Save() error { return t.withCheckpoint(t.save()) }

// Diverged returns the error of a training that diverged. found says what is not finite, such as "a logit is NaN".
func (t *Training) Diverged(found string) *train.DivergedError { return t.trainer.Diverged(found) }

// SetRateFactor multiplies the learning rate of all later updates by a factor, at first 1. The settings do not have it: such a
// training is not repeated by its settings, and a resumed one has the factor 1.
func (t *Training) SetRateFactor(factor float64) error { return t.trainer.SetRateFactor(factor) }

// SetSteps changes the number of steps of the whole training, in the folder too, as resuming it with that number does.
func (t *Training) SetSteps(steps int) error {
	s := t.Settings
	s.Steps = steps
	if err := t.trainer.SetSteps(steps); err != nil {
		return err
	}
	if err := file.Replace(t.at(settingsFile), file.Bytes(sealSettings(s, t.Format, t.text))); err != nil {
		_ = t.trainer.SetSteps(t.Settings.Steps) // which were valid before
		return fmt.Errorf("cannot write %s: %w", t.shown(settingsFile), file.Cause(err))
	}
	t.Settings = s
	return nil
}

// elapsed returns the seconds of training since this start or resume.
func (t *Training) elapsed() float64 {
	if t.started.IsZero() {
		return t.seconds
	}
	return t.seconds + time.Since(t.started).Seconds()
}

// Seconds returns the seconds of training until the last evaluation, in all processes.
func (t *Training) Seconds() float64 { return t.last.Seconds }

// perSecond returns a rate; 0 if no time has passed on the clock.
func perSecond(count int, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(count) / seconds
}

// diverged converts a [layers.NotFiniteError] to a [train.DivergedError] and returns other errors unchanged. where is the
// beginning of its message, such as "on held-out text ".
func (t *Training) diverged(where string, err error) error {
	if e, ok := errors.AsType[*layers.NotFiniteError](err); ok {
		return t.trainer.Diverged(where + e.Found)
	}
	return err
}

// evaluate measures the loss on the held-out text, or on a sample of it, and computes the map of the sample sentence. It returns the
// content of a line for each log, by the name of the log; for the film only if it has a frame of this step.
func (t *Training) evaluate(s train.Step) (map[string][]byte, error) {
	m := Metrics{Step: s.Step, Loss: s.Loss, LearningRate: s.LearningRate, Seconds: t.before}
	if heldOut := t.Corpus.HeldOut.Len() > 0; heldOut || s.Step == 0 {
		e, err := t.evaluator.Evaluate(t.measured, t.evalBatches)
		if err != nil {
			return nil, t.diverged("on the text of an evaluation ", err)
		}
		if heldOut {
			m.HeldOutLoss = &e.Loss
			t.consider(Best{s.Step, e.Loss})
		}
		if s.Step == 0 {
			m.Loss = e.Loss
		}
	}
	if elapsed := t.elapsed(); elapsed > 0 {
		m.Seconds += elapsed
		m.TokensPerSecond = perSecond(t.tokens, elapsed)
	}
	t.last = m
	sample, err := t.SampleMap() // which finds weights that diverged, with a frame or without
	if err != nil {
		return nil, t.diverged("for the sample sentence ", err)
	}
	of := map[string]any{metricsFile: m}
	if t.filmedAt(s.Step) {
		of[filmFile] = attention.Frame{Step: s.Step, HeldOutLoss: m.HeldOutLoss, Sentences: []attention.Map{sample}}
	}
	lines := map[string][]byte{}
	for name, value := range of {
		if lines[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// SampleMap returns the attention map of the sample sentence with the present weights, and the most likely next words after each of
// its words. It changes nothing in the training or its folder. It may be called from the report function of [Training.Train], or
// while Train is not running.
func (t *Training) SampleMap() (attention.Map, error) {
	return t.sample.MapWith(t.Settings.Sample, MapOptions{Most: logPredictions, NextAt: logPredictions})
}

// logPredictions is the number of most likely next words in a frame of the film.
const logPredictions = 5

// Close frees the memory of the graphs and releases the lock of the folder.
func (t *Training) Close() error {
	t.name.release()
	return t.closeMachines()
}

func (t *Training) closeMachines() error {
	return errors.Join(t.trainer.Close(), t.evaluator.Close(), t.sample.Close())
}

// CheckText returns an error unless the corpus is the text that the run was trained on.
func (r *Run) CheckText(corpus *data.Corpus) error { return r.checkText(corpus.Name, corpus.SHA256) }

// CheckTextFile is [Run.CheckText] of a file, which it reads without storing it, since the file may be large. It then seeks to
// the start.
func (r *Run) CheckTextFile(name string, f io.ReadSeeker) error {
	text, err := data.Decoded(f, r.Settings.Encoding)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, text); err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return cmp.Or(err, r.checkText(name, hex.EncodeToString(sum.Sum(nil))))
}

func (r *Run) checkText(name, got string) error {
	switch {
	case got == r.DataSHA256:
		return nil
	case slices.Contains(data.BuiltIn.Names(), r.Settings.Data):
		return fmt.Errorf("%s was trained on the %s of another version of attend, whose text differs: use that version, "+
			"or train a new run with `attend train`", printable.Path(r.Path), name)
	default:
		return fmt.Errorf("%s was trained on another version of %s: restore that text, or train a new run on this one",
			printable.Path(r.Path), printable.Path(name))
	}
}
