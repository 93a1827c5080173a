package run

import (
	"encoding/json"
	"errors"
	"fmt"

	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/printable"
)

// Film returns the frames of a run's film.jsonl, in the order of their steps: the attention of the probe
// sentence, evaluation by evaluation. An error names the file, and the line that is damaged or does not
// go with the ones before.
func (r *Run) Film() (frames []attention.Frame, err error) {
	err = r.again(func(f *folder) error {
		frames, err = r.film(f)
		return err
	})
	return frames, err
}

// Metrics returns the lines of a run's metrics.jsonl, in the order of their steps. An error names the file
// and the line.
func (r *Run) Metrics() (metrics []Metrics, err error) {
	err = r.again(func(f *folder) error {
		metrics, err = r.metrics(f)
		return err
	})
	return metrics, err
}

// again opens the folder that the run was read from once more.
func (r *Run) again(read func(*folder) error) error {
	f, err := openFolder(r.Path)
	if err != nil {
		return err
	}
	defer f.root.Close()
	if err = read(f); err != nil && f.replaced() {
		return fmt.Errorf("%s was replaced while it was being read: run the command again", printable.Path(r.Path))
	}
	return err
}

func (r *Run) film(f *folder) ([]attention.Frame, error) {
	var p filmParser
	if err := r.readWhole(f, filmFile, p.add); err != nil {
		return nil, err
	}
	frames, changed := p.film()
	if len(frames) == 0 {
		return nil, fmt.Errorf("%s %w: train on, each evaluation adds one", f.at(filmFile), errNoFrame)
	}
	r.noteOrder(filmFile, changed)
	return frames, nil
}

func (r *Run) metrics(f *folder) ([]Metrics, error) {
	var all []Metrics
	err := r.readWhole(f, metricsFile, func(i int, content []byte) error {
		m, err := parseMetrics(content)
		if err != nil {
			return lineError(i, err)
		}
		all = append(all, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all, changed := inOrder(all, func(m Metrics) int { return m.Step })
	r.noteOrder(metricsFile, changed)
	return all, nil
}

// readWhole is [Run.readLog] in a folder that is only read, with the note of what an old log cannot show.
func (r *Run) readWhole(f *folder, name string, visit func(i int, content []byte) error) error {
	r.readLinks(f) // before the log, which may grow meanwhile
	log, err := file.OpenIn(f.root, name, mostLog(name))
	if err != nil {
		return f.fileError(name, err)
	}
	defer log.Close()
	if err := r.readLog(log, name, false, visit); err != nil {
		return f.fileError(name, err)
	}
	if r.Format == 1 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s was written by an earlier version, without checksums: damage in it may go unseen", name))
	}
	return nil
}

// errNoFrame reports a training that has not been evaluated yet.
var errNoFrame = errors.New("holds no frame yet")

func (r *Run) noteOrder(name string, changed bool) {
	if changed {
		r.Notes = append(r.Notes, fmt.Sprintf("%s has lines twice or out of order, as two processes at once wrote them: the last line of each step is shown", name))
	}
}

// filmParser reads the lines of a film. All frames must go together, as [attention.CheckFilm] has it.
type filmParser struct{ frames []attention.Frame }

func (p *filmParser) add(i int, line []byte) error {
	var f struct {
		Step        *int                 `json:"step"`
		HeldOutLoss *float64             `json:"heldout_loss"`
		Sentences   []attention.Sentence `json:"sentences"`
	}
	if err := json.Unmarshal(line, &f); err != nil || f.Step == nil || f.HeldOutLoss == nil {
		return lineError(i, errors.New("it is not JSON of a frame"))
	}
	frame := attention.Frame{Step: *f.Step, HeldOutLoss: *f.HeldOutLoss, Sentences: f.Sentences}
	with := []attention.Frame{frame}
	if i > 0 {
		first := p.frames[0]
		first.Step = frame.Step - 1 // the order of steps is another matter
		with = []attention.Frame{first, frame}
	}
	if err := attention.CheckFilm(with); err != nil {
		if cause := errors.Unwrap(err); cause != nil { // without the number of the frame
			err = cause
		}
		return fmt.Errorf("line %d cannot be shown: %w", i+1, err)
	}
	p.frames = append(p.frames, frame)
	return nil
}

// film returns the frames in the order of their steps, and whether that is another order than that of the lines.
func (p *filmParser) film() ([]attention.Frame, bool) {
	return inOrder(p.frames, func(f attention.Frame) int { return f.Step })
}

// parseMetrics reads a line of a metrics.jsonl.
func parseMetrics(line []byte) (Metrics, error) {
	if _, err := stepOf(line); err != nil {
		return Metrics{}, err
	}
	var m Metrics
	if err := json.Unmarshal(line, &m); err != nil || !m.plausible() {
		return Metrics{}, errors.New("it is not JSON of metrics")
	}
	return m, nil
}
