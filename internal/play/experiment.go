package play

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/train"
)

// experiment is the present run with what is shown of it.
type experiment struct {
	folder   string        // its own, which has the run folder in it
	run      *run.Run      // with the present weights
	training *run.Training // of the run; nil if it is open without its text
	text     *corpus       // nil likewise
	given    given         // the settings as they were given; nil for a run that was opened
	withheld string        // why no command repeats it; ""

	present *run.Session // of the present weights
	kept    *run.Session // of the weights that the run keeps; nil until they are shown

	sentence      string
	interventions []Intervention
	born          map[[4]int]bool // links of the sentence that have passed bornAt: layer, head, query, key
	newborn       []Birth         // of them those of the latest step

	baselines []Baseline
	points    []Point
	film      []attention.Frame // of the sample sentence, as the film of the run

	last    run.Progress // of the last update
	until   until
	rate    float64 // maximum learning rate
	altered bool    // whether updates were made with another rate than that of the settings
	grown   bool    // whether the number of steps was raised after updates
	stopped string  // why no update can follow: "", "steps", "flat" or "diverged"
	paused  string  // why the latest step ended by itself though updates can follow: "", "steps", "loss" or "flat"
	reason  string  // of either

	freshPoints, freshFrames int // number of points, and of frames of the film, before the latest step

	measured     *analysis.Reference // what effects are compared with; nil until it is needed
	measuredStep int                 // updates of the weights that it was measured with
	floor        attention.NoiseFloor

	diverged *train.DivergedError // what ended the training; nil
}

// newExperiment returns an experiment of a training.
func newExperiment(folder string, r *run.Run, t *run.Training, c *corpus) (e *experiment, err error) {
	e = &experiment{folder: folder, run: r, training: t, text: c, sentence: r.Settings.Sample, rate: r.Settings.LR,
		floor: attention.LeastFloor()}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if e.present, err = r.NewSession(1); err != nil {
		return nil, err
	}
	if err = checkSentence(r, e.sentence); err != nil {
		return nil, fmt.Errorf("the sample sentence: %w", err)
	}
	if c != nil {
		if e.baselines, err = c.baselines(r); err != nil {
			return nil, err
		}
	}
	metrics, err := r.Metrics()
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a model can be copied without its log
		return nil, err
	}
	for _, m := range metrics {
		e.points = append(e.points, Point{Step: m.Step, Loss: m.Loss, HeldOut: m.HeldOutLoss, LearningRate: m.LearningRate})
	}
	return e, e.follow()
}

// close ends the training and removes its folder. A nil experiment has nothing to close.
func (e *experiment) close() error {
	if e == nil {
		return nil
	}
	var errs []error
	for _, session := range []*run.Session{e.present, e.kept} {
		if session != nil {
			errs = append(errs, session.Close())
		}
	}
	if e.training != nil {
		errs = append(errs, e.training.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(e.folder))...)
}

// ended reports whether the training has made its last update.
func (e *experiment) ended() bool {
	return e.training != nil && e.training.Finished()
}

// shown returns the run and the session whose maps are shown: with the present weights or, once the training has ended, with those
// that the run keeps.
func (e *experiment) shown() (*run.Run, *run.Session, error) {
	if !e.ended() {
		return e.run, e.present, nil
	}
	model := e.training.Model()
	if e.kept == nil {
		var err error
		if e.kept, err = model.NewSession(1); err != nil {
			return nil, nil, err
		}
	}
	return model, e.kept, nil
}

// selectedStep returns the updates of the weights that the run keeps by their held-out loss, or nil.
func (e *experiment) selectedStep() *int {
	if e.run.Best == nil || e.run.Settings.Keep != run.KeepBest {
		return nil
	}
	step := e.run.Best.Step
	return &step
}

// state returns the whole state.
func (e *experiment) state() (State, error) {
	r, _, err := e.shown()
	if err != nil {
		return State{}, err
	}
	m, _, _, err := e.maps(false)
	if err != nil {
		return State{}, err
	}
	s := State{
		Settings: textsOf(e.run.Settings), Changed: map[string]string{}, Parameters: e.run.Parameters.Count(),
		Step: e.run.Trained, Steps: e.run.Settings.Steps, Sentence: e.sentence, Baselines: e.baselines, Points: e.points, Map: mapOf(m),
		Frames: e.frames(0), ShownStep: r.Step, SelectedStep: e.selectedStep(), CanTrain: e.training != nil,
	}
	if s.Baselines == nil {
		s.Baselines = []Baseline{}
	}
	if s.Points == nil { // of a run without its log
		s.Points = []Point{}
	}
	e.describeCommand(&s)
	if e.text != nil {
		c := e.text
		unit := c.Vocabulary.Tokenizer().Noun() + "s"
		s.Corpus = &CorpusState{Name: c.Name, Unit: unit, TrainSentences: c.Train.Len(), HeldOutSentences: c.HeldOut.Len(),
			Tokens: c.Train.Predictions(), Vocab: c.Vocabulary.Len(), Notes: e.notes()}
	}
	return s, nil
}

// notes returns what a person should know of the text and of the run.
func (e *experiment) notes() []string {
	notes := append([]string{}, e.text.Notes...)
	if e.text.HeldOut.Len() == 0 {
		notes = append(notes, "Nothing is held out, so it cannot be known how well the model predicts other text.")
	}
	notes = append(notes, e.run.Notes...)
	for i, note := range notes {
		notes[i] = withoutFlags(note)
	}
	return notes
}

// describeCommand sets the command that repeats the training, with the settings that it gives.
func (e *experiment) describeCommand(s *State) {
	settings := e.run.Settings
	if e.given == nil {
		for _, setting := range settings.Differing() {
			if setting.Name != dataSetting && setting.Name != sampleSetting {
				s.Changed[setting.Name] = setting.Text(&settings)
			}
		}
		s.Command = "attend train --config " + printable.ShellWord(filepath.Base(e.run.Path)+"/training.yaml")
	} else {
		needed := e.given.needed(e.text.Corpus, settings)
		for name, text := range needed {
			if name != dataSetting && name != sampleSetting {
				s.Changed[name] = text
			}
		}
		s.Command = needed.command()
	}
	if e.text != nil && e.text.text != "" {
		s.CommandFile = settings.Data
	}
	if s.CommandWithheld = e.commandWithheld(); s.CommandWithheld != "" {
		s.Command = ""
	}
}

// commanded returns the command.
func (e *experiment) commanded() Commanded {
	s := State{Changed: map[string]string{}}
	e.describeCommand(&s)
	return Commanded{s.Command, s.CommandWithheld}
}

// commandWithheld says why no command repeats the training, or "".
func (e *experiment) commandWithheld() string {
	switch {
	case e.withheld != "":
		return e.withheld
	case e.altered || e.rate != e.run.Settings.LR:
		return "The learning rate was changed during the training: no command repeats that. Train from the beginning with the new rate."
	case e.grown:
		return "The number of steps was raised during the training, which the learning rate follows: no command repeats that."
	}
	return ""
}

// baselines returns the losses that those of the run are compared with, on the text that its evaluations measure.
func (c *corpus) baselines(r *run.Run) ([]Baseline, error) {
	of := measured{r.EvaluationRows(c.HeldOut), r.Config.Context}
	if list, known := c.losses[of]; known {
		return list, nil
	}
	text := c.FirstHeldOut(of.rows, of.context)
	losses, noun := data.NewCounts(c.Train, text.HeldOut, c.Vocabulary.Len()).Losses(text.HeldOut), c.Vocabulary.Tokenizer().Noun()
	list := []Baseline{{"uniform", losses.Uniform, "every " + noun + " equally likely"}}
	if c.HeldOut.Len() > 0 {
		list = append(list,
			Baseline{"unigram", losses.Unigram, "counts single " + noun + "s"},
			Baseline{"bigram", losses.Bigram, "counts what follows one " + noun},
			Baseline{"trigram", losses.Trigram, "counts what follows two " + noun + "s"})
	}
	if c.HeldOut.Len() > 0 && c.Grammar != nil {
		exact, err := analysis.GrammarLoss(text)
		if err != nil {
			return nil, err
		}
		list = append(list, Baseline{"exact", exact, "the grammar that drew the text: the least that can be expected"})
	}
	if c.losses == nil {
		c.losses = map[measured][]Baseline{}
	}
	c.losses[of] = list
	return list, nil
}

// newFolder makes the folder of the next run.
func (s *Session) newFolder() (string, error) {
	s.number++
	folder := filepath.Join(s.folder, fmt.Sprintf("run%d", s.number))
	return folder, os.Mkdir(folder, 0o755)
}
