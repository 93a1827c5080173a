package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"attend/data"
	"attend/inspect"
	"attend/layers"
	"attend/train"
)

// sampleBatches is how many batches of the held-out text an evaluation during training covers.
const sampleBatches = 16

// Training is a run under way in its folder.
type Training struct {
	*Run
	Corpus *data.Corpus

	trainer   *train.Trainer
	evaluator *train.Evaluator
	heldOut   train.Blocks
	sample    int // how many of them an evaluation covers
	probe     *Reader

	before  float64 // seconds of training before this start
	started time.Time
	tokens  int // predicted since this start
	last    Metrics
	saved   int
}

// Start makes a run folder for a new training. The settings must be resolved. The folder
// appears as a whole, with a checkpoint of step 0 in it.
func Start(path string, s Settings, corpus *data.Corpus, overwrite bool) (*Training, error) {
	if err := checkFree(path, overwrite); err != nil {
		return nil, err
	}
	config := s.Model(corpus.Vocabulary.Len())
	weights, err := layers.NewWeights(config, s.Seed)
	if err != nil {
		return nil, err
	}
	r := &Run{Path: path, Settings: s, Vocabulary: corpus.Vocabulary, Config: config, Weights: weights, DataSHA256: corpus.SHA256}
	boundary, hasBoundary := corpus.Vocabulary.Boundary()
	if r.configJSON, err = configJSON(config, boundary, hasBoundary); err != nil {
		return nil, err
	}
	if r.tokenizerJSON, err = corpus.Vocabulary.TokenizerJSON(); err != nil {
		return nil, err
	}
	tokenizerConfig, err := corpus.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return nil, err
	}
	t, err := newTraining(r, corpus)
	if err != nil {
		return nil, err
	}
	sealed, err := sealSettings(s)
	if err != nil {
		return nil, err
	}
	files := map[string]writer{
		configFile: whole(r.configJSON), tokenizerFile: whole(r.tokenizerJSON), tokenizerConfigFile: whole(tokenizerConfig), settingsFile: whole(sealed),
		modelFile: r.writeModel, stateFile: t.writeState,
	}
	if err := createFolder(path, files, overwrite); err != nil {
		return nil, err
	}
	return t, t.log(train.Step{LearningRate: s.Training().Rate(0)})
}

// Resume goes on with the run in a folder, from its last checkpoint. Load reads the text that
// the settings name; adjust, if not nil, may change the settings that are free to
// change: steps and the intervals.
func Resume(path string, load func(Settings) (*data.Corpus, error), adjust func(*Settings) error) (*Training, error) {
	r, err := openFixed(path)
	if err != nil {
		return nil, err
	}
	tensors, metadata, err := r.readTensors(stateFile)
	if err != nil {
		return nil, err
	}
	if err := r.setStep(stateFile, metadata); err != nil {
		return nil, err
	}
	settings := r.Settings
	if adjust != nil {
		if err := adjust(&settings); err != nil {
			return nil, err
		}
	}
	corpus, err := load(settings)
	if err != nil {
		return nil, err
	}
	if err := r.checkText(corpus); err != nil {
		return nil, err
	}
	if settings, err = settings.Resolve(corpus); err != nil {
		return nil, err
	}
	if settings.Steps < r.Step {
		return nil, fmt.Errorf("%s has made %d steps already: --steps %d is too few", path, r.Step, settings.Steps)
	}
	changed := settings != r.Settings
	r.Settings = settings
	t, err := newTraining(r, corpus)
	if err != nil {
		return nil, err
	}
	if err := t.restore(tensors); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, stateFile), err)
	}
	if err := sweep(path); err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	keep := r.Step
	if r.Step == 0 { // it may have been killed between the lines of step 0: they are written again
		keep = -1
	}
	for _, name := range []string{metricsFile, filmFile} {
		if err := trimLog(path, name, keep); err != nil {
			return nil, err
		}
	}
	if t.last, err = lastMetrics(path); err != nil {
		return nil, fmt.Errorf("%s: %w", metricsFile, err)
	}
	t.before = t.last.Seconds
	if changed {
		sealed, err := sealSettings(settings)
		if err != nil {
			return nil, err
		}
		if err := replaceFile(filepath.Join(path, settingsFile), sealed); err != nil {
			return nil, fmt.Errorf("%w", err)
		}
	}
	// The model may be older than the state, and with no step left nothing else would write it.
	if err := replaceFileBy(filepath.Join(path, modelFile), t.writeModel); err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	if r.Step == 0 {
		return t, t.log(train.Step{LearningRate: settings.Training().Rate(0)})
	}
	return t, nil
}

// checkText returns an error unless the corpus is the text that the run was trained on.
func (r *Run) checkText(corpus *data.Corpus) error {
	if corpus.SHA256 != r.DataSHA256 {
		return fmt.Errorf("%s was trained on another version of %s: restore that text, or train a new run on this one", r.Path, corpus.Name)
	}
	return nil
}

func newTraining(r *Run, corpus *data.Corpus) (*Training, error) {
	s := r.Settings
	sampler, err := corpus.Train.Sampler(s.Batch, s.Context, s.Seed)
	if err != nil {
		return nil, err
	}
	batch := min(s.Batch, r.evaluationBatch())
	heldOut, err := corpus.HeldOut.Blocks(batch, s.Context)
	if err != nil {
		return nil, err
	}
	t := &Training{Run: r, Corpus: corpus, heldOut: heldOut, sample: (sampleBatches*s.Batch + batch - 1) / batch, saved: r.Step}
	if _, err := r.encode(s.Probe); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	if t.trainer, err = train.New(s.Training(), r.build, r.Weights, sampler); err != nil {
		return nil, err
	}
	if t.evaluator, err = train.NewEvaluator(r.build, batch, s.Context); err != nil {
		return nil, err
	}
	t.probe, err = r.NewReader(1)
	return t, err
}

// build makes a graph over the run's weights.
func (r *Run) build(o layers.Options) (*layers.Transformer, error) {
	return layers.New(r.Config, r.Weights, o)
}

// Progress is what a training reports after each update.
type Progress struct {
	train.Step
	Steps           int     // to be made in all
	HeldOutLoss     float64 // of the latest evaluation
	Evaluated       bool    // the evaluation was made after this very update
	TokensPerSecond float64
	SecondsLeft     float64
}

// Train makes updates until the last or until the context ends; then it saves and
// returns the context's error. If the loss stops being finite the folder keeps the
// last good checkpoint.
func (t *Training) Train(ctx context.Context, report func(Progress)) error {
	t.started = time.Now()
	first := t.Step
	progress := func(s train.Step, evaluated bool) {
		rate := float64(t.tokens) / time.Since(t.started).Seconds()
		left := time.Since(t.started).Seconds() / float64(s.Step-first) * float64(t.Settings.Steps-s.Step)
		report(Progress{Step: s, Steps: t.Settings.Steps, HeldOutLoss: t.last.HeldOutLoss, Evaluated: evaluated, TokensPerSecond: rate, SecondsLeft: left})
	}
	err := t.trainer.Run(ctx, train.Hooks{
		EvaluateEvery: t.Settings.EvalInterval,
		SaveEvery:     t.Settings.SaveInterval,
		Stepped: func(s train.Step) {
			t.Step = s.Step
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
	var diverged *train.DivergedError
	if errors.As(err, &diverged) {
		return fmt.Errorf("%w; %s keeps the checkpoint of step %d", err, t.Path, t.saved)
	}
	return err
}

// log evaluates a sample of the held-out text and writes a line to both logs.
func (t *Training) log(s train.Step) error {
	e, err := t.evaluator.Evaluate(t.heldOut, t.sample)
	if err != nil {
		return err
	}
	m := Metrics{Step: s.Step, Loss: s.Loss, HeldOutLoss: e.Loss, LearningRate: s.LearningRate, Seconds: t.before}
	if !t.started.IsZero() {
		elapsed := time.Since(t.started).Seconds()
		m.Seconds += elapsed
		m.TokensPerSecond = float64(t.tokens) / elapsed
	}
	if s.Step == 0 {
		m.Loss = e.Loss
	}
	t.last = m
	probe, err := t.ProbeMap()
	if err != nil {
		return err
	}
	if err := appendLine(filepath.Join(t.Path, metricsFile), m); err != nil {
		return fmt.Errorf("cannot write %s: %w", metricsFile, err)
	}
	frame := inspect.Frame{Step: s.Step, HeldOutLoss: e.Loss, Sentences: []inspect.Sentence{{Text: probe.Text, Tokens: probe.Tokens, Attention: probe.Attention, Next: probe.Next}}}
	if err := appendLine(filepath.Join(t.Path, filmFile), frame); err != nil {
		return fmt.Errorf("cannot write %s: %w", filmFile, err)
	}
	return nil
}

// ProbeMap returns the attention of the probe sentence by the weights as they are now, for who watches a
// training. It leaves no trace in the training or its folder. It may be called from the report of
// [Training.Train] and while no training is going on.
func (t *Training) ProbeMap() (inspect.Map, error) {
	return t.probe.Map(t.Settings.Probe, logPredictions)
}

// logPredictions is how many likely next words a frame of the film keeps.
const logPredictions = 5

// save writes a checkpoint. The state comes first: it alone decides where a resumed training
// goes on, and the model beside it is whole by itself at any instant.
func (t *Training) save() error {
	if err := finite(t.Weights); err != nil {
		return fmt.Errorf("at step %d a weight is no longer finite (%v): try a lower learning rate; %s keeps the checkpoint of step %d", t.Step, err, t.Path, t.saved)
	}
	for _, f := range []struct {
		name  string
		write writer
	}{{stateFile, t.writeState}, {modelFile, t.writeModel}} {
		if err := replaceFileBy(filepath.Join(t.Path, f.name), f.write); err != nil {
			return fmt.Errorf("cannot save step %d (the checkpoint of step %d is whole): %w", t.Step, t.saved, err)
		}
	}
	t.saved = t.Step
	return nil
}

// writeState writes state.safetensors.
func (t *Training) writeState(w io.Writer) error {
	tensors := map[string]tensor{}
	for _, p := range t.Weights.All() {
		tensors["weight/"+p.Name] = tensor{p.Shape, p.Data}
	}
	for moment, set := range t.trainer.State().Moments {
		for _, p := range set.All() {
			tensors[moment+"/"+p.Name] = tensor{p.Shape, p.Data}
		}
	}
	metadata, err := t.metadata()
	if err != nil {
		return err
	}
	return writeTensors(w, tensors, metadata)
}

// restore fills weights and moments from the tensors of state.safetensors.
func (t *Training) restore(tensors map[string]tensor) error {
	if err := fill(t.Weights, tensors, "weight/"); err != nil {
		return err
	}
	for moment, set := range t.trainer.State().Moments {
		if err := fill(set, tensors, moment+"/"); err != nil {
			return err
		}
	}
	t.trainer.SetStep(t.Step)
	return nil
}

// Close frees what the machines hold.
func (t *Training) Close() error {
	return errors.Join(t.trainer.Close(), t.evaluator.Close(), t.probe.Close())
}
