package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"attend/inspect"
	"attend/internal/printable"
)

// Film returns the frames of a run's film.jsonl, in the order of their steps: the attention of the probe
// sentence, evaluation by evaluation. An error names the file, and the line that is damaged or does not
// go with the ones before.
func (r *Run) Film() ([]inspect.Frame, error) {
	b, err := readFile(r.Path, filmFile)
	if err != nil {
		return nil, err
	}
	frames, err := parseFilm(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable.Path(filepath.Join(r.Path, filmFile)), err)
	}
	return frames, nil
}

// Metrics returns the lines of a run's metrics.jsonl, in the order of their steps. An error names the file
// and the line.
func (r *Run) Metrics() ([]Metrics, error) {
	b, err := readFile(r.Path, metricsFile)
	if err != nil {
		return nil, err
	}
	metrics, err := parseMetrics(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable.Path(filepath.Join(r.Path, metricsFile)), err)
	}
	return metrics, nil
}

// parseFilm reads a film.jsonl. All frames must go together, as [inspect.CheckFilm] has it.
func parseFilm(b []byte) ([]inspect.Frame, error) {
	var frames []inspect.Frame
	for i, line := range wholeLines(b) {
		var f struct {
			Step        *int               `json:"step"`
			HeldOutLoss *float64           `json:"heldout_loss"`
			Sentences   []inspect.Sentence `json:"sentences"`
		}
		if err := json.Unmarshal(line, &f); err != nil || f.Step == nil || f.HeldOutLoss == nil {
			return nil, damagedLine(i)
		}
		frame := inspect.Frame{Step: *f.Step, HeldOutLoss: *f.HeldOutLoss, Sentences: f.Sentences}
		with := []inspect.Frame{frame}
		if i > 0 {
			if last := frames[i-1].Step; frame.Step <= last {
				return nil, lateLine(i, frame.Step, last)
			}
			with = []inspect.Frame{frames[0], frame}
		}
		if err := inspect.CheckFilm(with); err != nil {
			if cause := errors.Unwrap(err); cause != nil { // without the number of the frame
				err = cause
			}
			return nil, fmt.Errorf("line %d cannot be shown: %w: train again, or restore the file", i+1, err)
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		return nil, errors.New("it holds no frame yet: train on, each evaluation adds one")
	}
	return frames, nil
}

// parseMetrics reads a metrics.jsonl.
func parseMetrics(b []byte) ([]Metrics, error) {
	var all []Metrics
	for i, line := range wholeLines(b) {
		var found struct{ Step *int }
		var m Metrics
		if err := json.Unmarshal(line, &found); err != nil || found.Step == nil {
			return nil, damagedLine(i)
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, damagedLine(i)
		}
		if i > 0 && m.Step <= all[i-1].Step {
			return nil, lateLine(i, m.Step, all[i-1].Step)
		}
		all = append(all, m)
	}
	return all, nil
}

// damagedLine is the error of a line that is not the JSON it should be; lines count from 0 here alone.
func damagedLine(line int) error {
	return fmt.Errorf("line %d is damaged: delete that line, or restore the file", line+1)
}

// lateLine is the error of a line whose step does not lie after that of the line before.
func lateLine(line, step, last int) error {
	return fmt.Errorf("line %d has step %d after step %d: steps must rise: restore the file", line+1, step, last)
}
