package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/printable"
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
	probe     *Session

	before  float64 // seconds of training before this start
	started time.Time
	tokens  int // predicted since this start
	last    Metrics
	saved   int

	slot *slot // the folder's name, locked
}

// Start makes a run folder for a new training and locks it until [Training.Close]. The settings must be resolved. The
// folder appears as a whole, with a checkpoint of step 0 in it. A run that is there is replaced, in one step, if
// overwrite is set.
func Start(path string, s Settings, corpus *data.Corpus, overwrite bool, o ...Option) (*Training, error) {
	return newCreator().with(o).start(s, corpus, overwrite, func(c *creator) (*slot, error) { return c.reserve(path, overwrite) })
}

// StartUnder is [Start] in the first of the folders root/name, root/name-2, root/name-3... that is free.
func StartUnder(root, name string, s Settings, corpus *data.Corpus, o ...Option) (*Training, error) {
	return newCreator().with(o).start(s, corpus, false, func(c *creator) (*slot, error) { return c.reserveUnder(root, name, 1) })
}

func newCreator() *creator { return &creator{exchange: exchange} }

// with sets the options of the training.
func (c *creator) with(o []Option) *creator {
	c.options = newOptions(o)
	return c
}

// start makes a training in the folder that reserve finds. If something else takes that name meanwhile, reserve is
// asked again, and finds another or says that there is none.
func (c *creator) start(s Settings, corpus *data.Corpus, overwrite bool, reserve func(*creator) (*slot, error)) (*Training, error) {
	for {
		at, err := reserve(c)
		if err != nil {
			return nil, c.noted(err)
		}
		t, err := c.startAt(at, s, corpus, overwrite)
		if err == nil {
			return t, nil
		}
		at.release()
		if !errors.Is(err, errTaken) {
			return nil, c.noted(err)
		}
	}
}

// startAt makes a training in the folder of a slot.
func (c *creator) startAt(at *slot, s Settings, corpus *data.Corpus, overwrite bool) (*Training, error) {
	config := s.Model(corpus.Vocabulary.Len())
	r := &Run{Path: at.path, Format: LatestFormat, Settings: s, Vocabulary: corpus.Vocabulary, Config: config, DataSHA256: corpus.SHA256, Notes: c.notes, options: c.options}
	if err := r.checkTraining(corpus); err != nil {
		return nil, err
	}
	var err error
	if r.Weights, err = layers.NewWeights(config, s.Seed); err != nil {
		return nil, err
	}
	boundary, hasBoundary := corpus.Vocabulary.Boundary()
	if r.configJSON, err = hf.ConfigJSON(config, boundary, hasBoundary); err != nil {
		return nil, err
	}
	if r.tokenizerJSON, err = corpus.Vocabulary.TokenizerJSON(); err != nil {
		return nil, err
	}
	if err := r.startLinks(); err != nil {
		return nil, err
	}
	t, err := newTraining(r, corpus)
	if err != nil {
		return nil, err
	}
	t.slot = at
	first, err := t.evaluate(train.Step{LearningRate: s.Training().Rate(0)})
	if err == nil {
		err = t.put(c, at, overwrite, first)
	}
	if err != nil {
		return nil, errors.Join(err, t.closeMachines())
	}
	return t, nil
}

// put writes all files of the training into the folder of a slot, which appears in one step. Lines are the beginning
// of the logs.
func (t *Training) put(c *creator, at *slot, overwrite bool, lines []logLine) error {
	logs := map[string][]byte{}
	for _, line := range lines { // before the checkpoint, which records them
		b, err := t.nextLine(line)
		if err != nil {
			return err
		}
		logs[line.log] = b
	}
	sealed, err := sealSettings(t.Settings, t.Format)
	if err != nil {
		return err
	}
	tokenizerConfig, err := t.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return err
	}
	files := []namedFile{
		{settingsFile, file.Bytes(sealed)}, // first, so that a folder in the making is known as ours
		{configFile, file.Bytes(t.configJSON)}, {tokenizerFile, file.Bytes(t.tokenizerJSON)},
		{tokenizerConfigFile, file.Bytes(tokenizerConfig)},
		{modelFile, t.writeModel}, {stateFile, t.writeState},
		{metricsFile, file.Bytes(logs[metricsFile])}, {filmFile, file.Bytes(logs[filmFile])},
	}
	if err := c.put(at, files, overwrite); err != nil {
		return err
	}
	t.folder, err = os.Stat(at.real)
	return err
}

// at returns the path of a file of the run.
func (t *Training) at(name string) string { return filepath.Join(t.slot.real, name) }

// Resume goes on with the run in a folder, from its last checkpoint, and locks the folder until [Training.Close]. Load
// reads the text that the settings name; adjust, if not nil, may change the settings that are free to
// change: steps and the intervals.
func Resume(path string, load func(Settings) (*data.Corpus, error), adjust func(*Settings) error, o ...Option) (*Training, error) {
	f, err := openFolder(path) // first of all, since a path without a run needs no lock
	if err != nil {
		return nil, err
	}
	notes := f.notes
	f.root.Close()
	if !IsRun(path) {
		return nil, fmt.Errorf("there is no run in %s: %w", printable.Path(path), errNoRun)
	}
	real, err := realPath(path)
	if err != nil {
		return nil, err
	}
	c := newCreator()
	at, err := c.take(path, real)
	if err != nil {
		return nil, err
	}
	t, err := resume(at, load, adjust, newOptions(o))
	if err != nil {
		at.release()
		return nil, c.noted(err)
	}
	t.Notes = append(append(notes, c.notes...), t.Notes...)
	return t, nil
}

// resume is [Resume] in a folder that is locked.
func resume(at *slot, load func(Settings) (*data.Corpus, error), adjust func(*Settings) error, o options) (*Training, error) {
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
	corpus, err := load(settings)
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
	changed := settings != r.Settings
	r.Settings = settings
	if err := r.checkTraining(corpus); err != nil {
		return nil, err
	}
	t, err := newTraining(r, corpus)
	if err != nil {
		return nil, err
	}
	t.slot = at
	if err := t.goOn(tensors, changed); err != nil {
		return nil, errors.Join(err, t.closeMachines())
	}
	return t, nil
}

// goOn brings the training and its folder to the state of the last checkpoint.
func (t *Training) goOn(tensors map[string]hf.Tensor, settingsChanged bool) error {
	if err := t.restore(tensors); err != nil {
		return fmt.Errorf("%s: %w", printable.Path(filepath.Join(t.Path, stateFile)), err)
	}
	if err := t.checkFinite(); err != nil {
		return fmt.Errorf("%s: %w", printable.Path(filepath.Join(t.Path, stateFile)), err)
	}
	if err := t.sweep(); err != nil {
		return err
	}
	keep := t.Step
	if t.Step == 0 { // a process of an earlier version may have been killed between the lines of step 0
		keep = -1
	}
	anew := false // a log is missing
	for _, name := range logNames {
		recorded := t.links[name]
		last, missing, err := t.trimLog(name, keep)
		if err != nil {
			return err
		}
		anew = anew || missing
		if name == metricsFile && last != nil {
			if t.last, err = parseMetrics(last); err != nil {
				return fmt.Errorf("%s: %w", printable.Path(filepath.Join(t.Path, name)), err)
			}
		}
		if t.Format > 1 && t.links[name] != recorded && !missing {
			return fmt.Errorf("%s is not the one of the checkpoint of step %d: restore the file from a copy, or delete it to go on without the lines so far", printable.Path(filepath.Join(t.Path, name)), t.Step)
		}
	}
	t.before = t.last.Seconds
	if settingsChanged {
		sealed, err := sealSettings(t.Settings, t.Format)
		if err != nil {
			return err
		}
		if err := file.Replace(t.at(settingsFile), file.Bytes(sealed)); err != nil {
			return err
		}
	}
	if t.Step == 0 && (anew || t.Format == 1) { // then both begin anew
		for _, name := range logNames {
			if err := file.Replace(t.at(name), file.Bytes(nil)); err != nil {
				return err
			}
		}
		if err := t.startLinks(); err != nil {
			return err
		}
		if err := t.log(train.Step{LearningRate: t.Settings.Training().Rate(0)}); err != nil {
			return err
		}
	}
	if anew { // the checkpoint recorded lines that are no more
		if err := file.Replace(t.at(stateFile), t.writeState); err != nil {
			return err
		}
	}
	// The model may be older than the state, and with no step left nothing else would write it.
	return file.Replace(t.at(modelFile), t.writeModel)
}

// sweep removes what killed processes left in the folder.
func (t *Training) sweep() error {
	entries, err := os.ReadDir(t.slot.real)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !slices.ContainsFunc(runFiles, func(name string) bool { return isTemporaryOf(e.Name(), name) }) {
			continue
		}
		if err := os.Remove(t.at(e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// CheckText returns an error unless the corpus is the text that the run was trained on.
func (r *Run) CheckText(corpus *data.Corpus) error {
	return checkText(r.Path, corpus.Name, r.DataSHA256, corpus.SHA256)
}

// CheckTextFile is [Run.CheckText] of the run at path and a file of that name, which it reads without keeping it: any file may have taken
// the place of the text. It reports nothing where the run itself cannot be read.
func CheckTextFile(path, name string, f io.ReadSeeker) error {
	folder, err := openFolder(path)
	if err != nil {
		return nil
	}
	defer folder.root.Close()
	model, err := openTensors(folder.root, modelFile)
	if err != nil {
		return nil
	}
	defer model.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return checkText(path, name, model.metadata[metaData], hex.EncodeToString(sum.Sum(nil)))
}

// checkText compares the SHA-256 of the text of a run with that of another.
func checkText(path, name, want, got string) error {
	if got != want {
		return fmt.Errorf("%s was trained on another version of %s: restore that text, or train a new run on this one", printable.Path(path), printable.Path(name))
	}
	return nil
}

func newTraining(r *Run, corpus *data.Corpus) (*Training, error) {
	s := r.Settings
	sampler, err := corpus.Train.Sampler(s.Batch, s.Context, s.Seed)
	if err != nil {
		return nil, err
	}
	batch := r.trainingEvaluationBatch()
	heldOut, err := corpus.HeldOut.Blocks(batch, s.Context)
	if err != nil {
		return nil, err
	}
	t := &Training{Run: r, Corpus: corpus, heldOut: heldOut, sample: (sampleBatches*s.Batch + batch - 1) / batch, saved: r.Step}
	build := r.reportingBuilder()
	if t.trainer, err = train.New(s.Training(), build, r.Weights, sampler); err != nil {
		return nil, err
	}
	if t.evaluator, err = train.NewEvaluator(build, batch, s.Context); err != nil {
		return nil, errors.Join(err, t.trainer.Close())
	}
	if t.probe, err = r.NewSession(1); err != nil {
		return nil, errors.Join(err, t.trainer.Close(), t.evaluator.Close())
	}
	return t, nil
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
		rate := perSecond(t.tokens, time.Since(t.started).Seconds())
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
		return fmt.Errorf("%w; %s keeps the checkpoint of step %d", err, printable.Path(t.Path), t.saved)
	}
	return err
}

// perSecond returns a rate, 0 where a coarse clock has not moved yet.
func perSecond(count int, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(count) / seconds
}

// diverged makes a [train.DivergedError] of an error that says that the model's numbers are not finite, and leaves any other
// as it is. where says on what they were computed.
func (t *Training) diverged(where string, err error) error {
	var e *layers.NotFiniteError
	if errors.As(err, &e) {
		return t.trainer.Diverged(where + e.Found)
	}
	return err
}

// checkFinite returns an error unless the weights and moments, and the loss and gradient of the next batch, are finite: a
// checkpoint of any other could neither be used nor resumed.
func (t *Training) checkFinite() error {
	if err := finite(t.Weights); err != nil {
		return t.diverged("", err)
	}
	moments := t.trainer.State().Moments
	for _, name := range slices.Sorted(maps.Keys(moments)) {
		if err := finite(moments[name]); err != nil {
			return t.diverged("in the optimizer's moment "+name+" ", err)
		}
	}
	return t.trainer.CheckFinite()
}

// logLine is a line for one of the logs.
type logLine struct {
	log   string
	value any
}

// evaluate measures the loss of a sample of the held-out text and reads the map of the probe, for a line in each log.
func (t *Training) evaluate(s train.Step) ([]logLine, error) {
	e, err := t.evaluator.Evaluate(t.heldOut, t.sample)
	if err != nil {
		return nil, t.diverged("on held-out text ", err)
	}
	m := Metrics{Step: s.Step, Loss: s.Loss, HeldOutLoss: e.Loss, LearningRate: s.LearningRate, Seconds: t.before}
	if !t.started.IsZero() {
		elapsed := time.Since(t.started).Seconds()
		m.Seconds += elapsed
		m.TokensPerSecond = perSecond(t.tokens, elapsed)
	}
	if s.Step == 0 {
		m.Loss = e.Loss
	}
	t.last = m
	probe, err := t.ProbeMap()
	if err != nil {
		return nil, t.diverged("for the probe sentence ", err)
	}
	frame := attention.Frame{Step: s.Step, HeldOutLoss: e.Loss, Sentences: []attention.Sentence{{Text: probe.Text, Tokens: probe.Tokens, Attention: probe.Attention, Next: probe.Next}}}
	return []logLine{{metricsFile, m}, {filmFile, frame}}, nil
}

// log evaluates the model and writes a line to both logs.
func (t *Training) log(s train.Step) error {
	lines, err := t.evaluate(s)
	if err != nil {
		return err
	}
	if err := t.present(); err != nil {
		return t.rescue(err)
	}
	for _, line := range lines {
		if err := t.appendLog(line); err != nil {
			return t.cannotSave(fmt.Errorf("cannot write %s: %w", printable.Path(filepath.Join(t.Path, line.log)), cause(err)))
		}
	}
	return nil
}

// ProbeMap returns the attention of the probe sentence by the weights as they are now, for who watches a
// training. It leaves no trace in the training or its folder. It may be called from the report of
// [Training.Train] and while no training is going on.
func (t *Training) ProbeMap() (attention.Map, error) {
	return t.probe.Map(t.Settings.Probe, logPredictions)
}

// logPredictions is how many likely next words a frame of the film keeps.
const logPredictions = 5

// save writes a checkpoint, unless the training has diverged. The state comes first: it alone decides where a resumed training
// goes on, and the model beside it is whole by itself at any instant.
func (t *Training) save() error {
	if err := t.checkFinite(); err != nil {
		return err
	}
	if err := t.present(); err != nil {
		return t.rescue(err)
	}
	for _, name := range logNames { // the checkpoint records their last lines
		if err := t.syncLog(name); err != nil {
			return t.cannotSave(fmt.Errorf("cannot write %s: %w", printable.Path(filepath.Join(t.Path, name)), cause(err)))
		}
	}
	for _, f := range []namedFile{{stateFile, t.writeState}, {modelFile, t.writeModel}} {
		if err := file.Replace(t.at(f.name), f.write); err != nil {
			return t.cannotSave(fmt.Errorf("cannot write %s: %w", printable.Path(filepath.Join(t.Path, f.name)), cause(err)))
		}
	}
	t.saved = t.Step
	return nil
}

// cannotSave returns the error that ends a training whose folder cannot be written. It says where the model is: in the
// last checkpoint, if that is whole and another would need the same disk, else in a folder beside this one.
func (t *Training) cannotSave(why error) error {
	if gone := t.present(); gone != nil {
		return t.rescue(gone)
	}
	full := errors.Is(why, syscall.ENOSPC) || errors.Is(why, syscall.EDQUOT)
	if err := t.checkpointIsWhole(); err != nil || !full {
		return t.rescue(why)
	}
	return fmt.Errorf("step %d cannot be saved, %w: make room, then --resume %s goes on from step %d, whose checkpoint is whole", t.Step, why, printable.Path(t.Path), t.saved)
}

// checkpointIsWhole returns an error unless the last checkpoint of the folder could be resumed.
func (t *Training) checkpointIsWhole() error {
	f, err := openFolder(t.slot.real)
	if err != nil {
		return err
	}
	defer f.root.Close()
	_, _, err = f.openWith(stateFile, t.options)
	return err
}

// present returns an error if the folder is no longer the one of this training: deleted, replaced, or without one of
// the files that a training does not write again.
func (t *Training) present() error {
	if err := t.slot.confirm(t.slot.real); err != nil {
		return err
	}
	now, err := os.Stat(t.slot.real)
	if err != nil {
		return fmt.Errorf("%s is gone (%w)", printable.Path(t.Path), cause(err))
	}
	if !os.SameFile(now, t.folder) {
		return fmt.Errorf("another folder is at %s now", printable.Path(t.Path))
	}
	fixed := []string{settingsFile, configFile, tokenizerFile}
	if t.Format > 1 {
		fixed = append(fixed, tokenizerConfigFile)
	}
	for _, name := range fixed {
		if _, err := os.Lstat(t.at(name)); err != nil {
			return fmt.Errorf("%s is gone (%w)", printable.Path(filepath.Join(t.Path, name)), cause(err))
		}
	}
	return nil
}

// rescue saves the training under a free name beside its folder, which is not there any more. It returns the error
// that ends the training and says where the model is.
func (t *Training) rescue(gone error) error {
	path := filepath.Clean(t.Path)
	if base := filepath.Base(path); base == "." || base == ".." {
		path = t.slot.real
	}
	c := newCreator()
	at, err := c.reserveUnder(filepath.Dir(path), filepath.Base(path), 2)
	if err == nil {
		if err = t.startLinks(); err == nil {
			err = t.put(c, at, false, nil)
		}
		if err != nil {
			at.release()
		}
	}
	if err != nil {
		kept := ""
		if t.checkpointIsWhole() == nil {
			kept = fmt.Sprintf("; the checkpoint of step %d is whole", t.saved)
		}
		return fmt.Errorf("step %d cannot be saved: %w, and beside it: %w%s", t.Step, gone, err, kept)
	}
	t.slot.release()
	t.slot, t.saved = at, t.Step
	return fmt.Errorf("%w: the model of step %d is saved in %s: --resume goes on with it", gone, t.Step, printable.Path(at.path))
}

// writeState writes state.safetensors.
func (t *Training) writeState(w io.Writer) error {
	tensors := map[string]hf.Tensor{}
	for _, p := range t.Weights.All() {
		tensors["weight/"+p.Name] = hf.Tensor{Shape: p.Shape, Data: p.Data}
	}
	for moment, set := range t.trainer.State().Moments {
		for _, p := range set.All() {
			tensors[moment+"/"+p.Name] = hf.Tensor{Shape: p.Shape, Data: p.Data}
		}
	}
	metadata, err := t.metadata()
	if err != nil {
		return err
	}
	if t.Format > 1 {
		metadata[metaMetrics], metadata[metaFilm] = t.links[metricsFile], t.links[filmFile]
	}
	return writeTensors(w, tensors, metadata)
}

// restore fills weights and moments from the tensors of state.safetensors.
func (t *Training) restore(tensors map[string]hf.Tensor) error {
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

// Close frees what the machines hold, and the lock of the folder.
func (t *Training) Close() error {
	t.slot.release()
	return t.closeMachines()
}

func (t *Training) closeMachines() error {
	return errors.Join(t.trainer.Close(), t.evaluator.Close(), t.probe.Close())
}
