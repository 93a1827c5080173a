package sweep

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"syscall"
	"time"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/file"
	"attend/internal/run"
	"attend/train"
)

// Task is what a worker has to know of a trial: one line of JSON.
type Task struct {
	Trial    string       `json:"trial"`    // its hash
	Folder   string       `json:"folder"`   // of its run
	Settings run.Settings `json:"settings"` // before they are resolved
	Text     string       `json:"text"`     // SHA-256 of the text
}

// Report is what a worker says of its trial: one line of JSON.
type Report struct {
	Trial   string   `json:"trial"`
	Step    int      `json:"step"`
	Outcome *Outcome `json:"outcome,omitempty"` // at the end
	Stop    string   `json:"stop,omitempty"`    // why no trial can be trained any more, such as a full disk; "" if they can
}

// Worker trains the trials that it reads, one after the other, and writes how they go. When its input ends it saves the trial and
// returns.
type Worker struct {
	Load    func(run.Settings) (*data.Corpus, error) // the text of a trial
	Options []run.Option

	corpus *data.Corpus // the latest text, of these options
	of     textOptions
}

// textOptions are what a corpus depends on.
type textOptions struct {
	data string
	data.Options
}

// textError reports a text that cannot be read, or was changed. The text is that of all trials, so that none can be trained any
// more, and none has failed.
type textError struct{ error }

// Run trains trials until the input or the context ends.
func (w *Worker) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tasks := make(chan Task)
	failed := make(chan error, 1)
	go func() {
		defer cancel() // whoever gave the trials has ended
		defer close(tasks)
		for lines := json.NewDecoder(bufio.NewReader(in)); ; {
			var t Task
			err := lines.Decode(&t)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				failed <- fmt.Errorf("a trial cannot be read: %w", err)
				return
			}
			select {
			case tasks <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	reports := json.NewEncoder(out)
	for {
		var t Task
		more := false
		select {
		case t, more = <-tasks:
		case <-ctx.Done():
		}
		if !more {
			break
		}
		outcome, err := w.train(ctx, t, func(step int) { _ = reports.Encode(Report{Trial: t.Trial, Step: step}) })
		if ctx.Err() != nil {
			break
		}
		report := Report{Trial: t.Trial, Step: outcome.Trained, Outcome: &outcome}
		switch {
		case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.As(err, new(textError)):
			report.Outcome, report.Stop = nil, err.Error()
		case err != nil:
			outcome.Failed = err.Error()
		}
		if err := reports.Encode(report); err != nil {
			return err
		}
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// reportEvery is the time between two reports of a trial.
const reportEvery = 200 * time.Millisecond

// heldFor is how long a worker waits for another process that trains its trial: the worker of a sweep that was killed, which saves the
// trial and ends.
const heldFor = time.Minute

// train trains a trial to its end, from its checkpoint if it has one. step is called now and then.
func (w *Worker) train(ctx context.Context, task Task, step func(int)) (_ Outcome, err error) {
	failed := Outcome{Trial: task.Trial}
	corpus, err := w.load(task)
	if err != nil {
		return failed, err
	}
	t, err := w.open(ctx, task, corpus)
	if err != nil {
		return failed, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if !t.Finished() {
		reported := time.Now()
		err = t.Train(ctx, func(p run.Progress) {
			if time.Since(reported) > reportEvery {
				reported = time.Now()
				step(p.Step.Step)
			}
		})
	}
	failed.Step, failed.Trained, failed.Parameters, failed.Seconds = t.Step, t.Trained, t.Parameters.Count(), t.Seconds()
	if diverged := new(train.DivergedError); errors.As(err, &diverged) {
		failed.Diverged, failed.Verdict = true, analysis.Diverged
		return failed, fmt.Errorf("it diverged at step %d: %s", diverged.Step, diverged.Found)
	}
	if err != nil {
		return failed, err
	}
	model := t.Model()
	result, err := analysis.Conclude(model, t.Run, corpus)
	if err != nil {
		return failed, err
	}
	const predictions = 5
	maps, err := analysis.Maps(model, predictions, t.Settings.Sample)
	if err != nil {
		return failed, err
	}
	kept := trialResult{analysis.NewTrainingResult(model, result, maps[0]), maps[0]}
	if err := t.SaveResult(kept); err != nil {
		return failed, err
	}
	return outcomeOf(task.Trial, model, kept.TrainingResult, t.Seconds()), nil
}

// load returns the text of a trial.
func (w *Worker) load(task Task) (*data.Corpus, error) {
	of := textOptions{task.Settings.Data, task.Settings.Options()}
	if w.corpus == nil || !reflect.DeepEqual(w.of, of) {
		corpus, err := w.Load(task.Settings)
		if err != nil {
			return nil, textError{err}
		}
		w.corpus, w.of = corpus, of
	}
	if w.corpus.SHA256 != task.Text {
		return nil, textError{errors.New("the text was changed since the sweep began: restore it")}
	}
	return w.corpus, nil
}

// open starts the training of a trial, or resumes it. A trial whose weights were removed, since it had an outcome once, begins
// again.
func (w *Worker) open(ctx context.Context, task Task, corpus *data.Corpus) (*run.Training, error) {
	for begun := time.Now(); ; {
		var t *run.Training
		var err error
		if !run.HasWeights(task.Folder) {
			var s run.Settings
			if s, err = task.Settings.Resolve(corpus); err == nil {
				t, err = run.Start(task.Folder, s, corpus, true, w.Options...)
			}
		} else {
			t, err = run.Resume(task.Folder, func(*run.Run) (*data.Corpus, error) { return corpus, nil }, nil, w.Options...)
		}
		if !errors.Is(err, run.ErrHeld) || time.Since(begun) > heldFor {
			return t, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TaskOf returns what a worker has to know of a trial.
func (s *Sweep) TaskOf(t Trial) (Task, error) {
	folder, err := file.Abs(s.TrialPath(t.Hash))
	return Task{t.Hash, folder, t.Settings, s.Text}, err
}
