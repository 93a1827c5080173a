package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/printable"
)

// Metrics returns the lines of a run's metrics.jsonl, in the order of their steps. An error names the file and the line. It is a
// [fs.ErrNotExist] if the run has no such file, or if another run has replaced it.
func (r *Run) Metrics() ([]Metrics, error) { return fromFolder(r, r.metrics) }

// Film returns the frames of a run's film.jsonl, as [Run.Metrics] does the lines of its other log.
func (r *Run) Film() ([]attention.Frame, error) { return fromFolder(r, r.film) }

// fromFolder reads a log in the folder of a run.
func fromFolder[T any](r *Run, read func(*folder) ([]T, error)) ([]T, error) {
	f, err := openFolder(r.Path)
	if err != nil {
		return nil, err
	}
	defer f.root.Close()
	if !f.holds(r) {
		return nil, file.MissingError{Err: fmt.Errorf("%s was replaced by another run meanwhile", printable.Path(r.Path))}
	}
	all, err := read(f)
	if err != nil && f.replaced() {
		return nil, fmt.Errorf("%s was replaced while it was being read: run the command again", printable.Path(r.Path))
	}
	return all, err
}

func (r *Run) metrics(f *folder) ([]Metrics, error) {
	return readWhole(r, f, metricsFile, parseMetrics, func(m Metrics) int { return m.Step })
}

// film returns the frames of a run's film.jsonl, in the order of their steps: the attention of the sample sentence at each
// evaluation. An error names the file and the line that is damaged or does not belong to the lines before.
func (r *Run) film(f *folder) ([]attention.Frame, error) {
	frames, err := readWhole(r, f, filmFile, frameParser(), func(f attention.Frame) int { return f.Step })
	if err == nil && len(frames) == 0 {
		return nil, fmt.Errorf("%s %w: train on, each evaluation adds one", f.at(filmFile), errNoFrame)
	}
	return frames, err
}

// errNoFrame reports a training that has not been evaluated yet.
var errNoFrame = errors.New("holds no frame yet")

// readWhole is [readLog] of a folder without changing it, sorted by step. It adds notes about possible damage that logs of format
// 1 cannot reveal.
func readWhole[T any](r *Run, f *folder, name string, parse func([]byte) (T, error), step func(T) int) ([]T, error) {
	r.readHashes(f) // before the log, which may grow meanwhile
	log, err := file.OpenIn(f.root, name, runFiles[name])
	if err != nil {
		return nil, f.fileError(name, err)
	}
	defer log.Close()
	lines, err := readLog(r, log, name, false, parse)
	if err != nil {
		return nil, f.fileError(name, err)
	}
	lines, changed := inOrder(lines, step)
	if r.Format == 1 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s was written by an earlier version, without checksums: damage in it may go unseen",
			name))
	}
	if changed {
		r.Notes = append(r.Notes, fmt.Sprintf("%s has lines twice or out of order, as two processes at once wrote them: "+
			"the last line of each step is shown", name))
	}
	return lines, nil
}

// readHashes reads the chain hashes of the logs from the checkpoint. If the checkpoint cannot be read, missing lines at the end
// of a log are not detected, and a note says so.
func (r *Run) readHashes(f *folder) {
	if r.Format == 1 || r.chainHashes != nil {
		return
	}
	of := *r
	state, err := openTensors(f.root, stateFile)
	if err == nil {
		err = of.checkMetadata(f, stateFile, state.metadata)
		state.Close()
	}
	if err != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("%s cannot be read, so lines that are missing at the end of a log would not be seen",
			stateFile))
	}
	r.chainHashes = of.chainHashes
}

// frameParser returns a function that parses the lines of a film, one after the other. The frames must be valid together, see
// [attention.CheckFilm].
func frameParser() func(line []byte) (attention.Frame, error) {
	var film []attention.Frame // the first frame and the latest
	return func(line []byte) (attention.Frame, error) {
		var f struct {
			Step        *int            `json:"step"`
			HeldOutLoss *float64        `json:"heldout_loss"`
			Sentences   []attention.Map `json:"sentences"`
		}
		if err := json.Unmarshal(line, &f); err != nil || f.Step == nil {
			return attention.Frame{}, errors.New("is damaged: it is not JSON of a frame")
		}
		frame := attention.Frame{Step: *f.Step, HeldOutLoss: f.HeldOutLoss, Sentences: f.Sentences}
		film = append(film[:min(1, len(film))], frame)
		if len(film) > 1 {
			film[0].Step = frame.Step - 1 // the order of steps is another matter
		}
		if err := attention.CheckFilm(film); err != nil {
			if cause := errors.Unwrap(err); cause != nil { // without the number of the frame
				err = cause
			}
			return attention.Frame{}, fmt.Errorf("cannot be shown: %w", err)
		}
		return frame, nil
	}
}

// parseMetrics reads a line of a metrics.jsonl. No training writes a number below 0, and losses are means of float32 numbers.
func parseMetrics(line []byte) (Metrics, error) {
	if _, err := stepOf(line); err != nil {
		return Metrics{}, err
	}
	var m Metrics
	err := json.Unmarshal(line, &m)
	heldOut := 0.0
	if m.HeldOutLoss != nil {
		heldOut = *m.HeldOutLoss
	}
	if err != nil || max(m.Loss, heldOut) > math.MaxFloat32 || min(m.Seconds, m.TokensPerSecond, m.Loss, heldOut, m.LearningRate) < 0 {
		return Metrics{}, errors.New("is damaged: it is not JSON of metrics")
	}
	return m, nil
}
