package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

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
// evaluation, with the ids that films of older versions lack. An error names the file and the line that is damaged or does not belong to the lines before.
func (r *Run) film(f *folder) ([]attention.Frame, error) {
	frames, err := readWhole(r, f, filmFile, frameParser(), func(f attention.Frame) int { return f.Step })
	if err == nil && len(frames) == 0 {
		return nil, fmt.Errorf("%s %w: train on, each evaluation adds one", f.at(filmFile), errNoFrame)
	}
	for i := range frames {
		for j := range frames[i].Sentences {
			r.identify(&frames[i].Sentences[j])
		}
	}
	return frames, err
}

// filmSize says how long every evaluation adds a frame to the film: until there are so many frames, or until the film is estimated to
// have so many bytes.
type filmSize struct {
	frames int
	bytes  float64
}

// fewFrames is the number of eval-intervals that have a frame each, however large a frame is.
const fewFrames = 16

// FilmSize sets how long every evaluation of a training adds a frame to its film: at most for so many eval-intervals, and fewer where
// the frames are so large that these would have more bytes. After that every second evaluation does, after twice as many intervals
// every fourth, and so on: a film grows with the logarithm of the number of steps. Without this option it is 1,000 eval-intervals or
// 1 GB.
func FilmSize(frames int, bytes float64) Option {
	return func(o *options) { o.film = filmSize{frames, bytes} }
}

// filmedAt reports whether the evaluation after a step adds a frame to the film. That of the last step does.
func (r *Run) filmedAt(step int) bool {
	each := r.filmedIntervals() * r.Settings.EvalInterval // steps
	interval := r.Settings.EvalInterval
	for ; step > each; each *= 2 {
		interval *= 2
	}
	return interval == r.Settings.EvalInterval || step%interval == 0 || step == r.Settings.Steps
}

// filmedIntervals returns the number of eval-intervals that have a frame each.
func (r *Run) filmedIntervals() int {
	size := r.options.film
	return max(fewFrames, int(min(float64(size.frames), size.bytes/r.frameBytes())))
}

// frames estimates the number of frames of the film of the whole training.
func (r *Run) frames() float64 {
	each, all := float64(r.filmedIntervals()), r.Settings.evaluations()
	if all <= each {
		return all
	}
	return each * (1 + math.Log2(all/each)/2)
}

// frameBytes estimates the bytes of a frame of the film.
func (r *Run) frameBytes() float64 {
	sample, _ := r.Encode(r.Settings.Sample)
	tokens := float64(len(sample.IDs))
	const number, fixed = 11, 1000 // bytes of a weight in JSON, and of the rest
	return number*float64(r.Config.Layers*r.Config.Heads)*tokens*tokens/2 + fixed
}

// identify gives a map without ids those of its tokens and of its predictions.
func (r *Run) identify(m *attention.Map) {
	if m.IDs != nil {
		return
	}
	if e, err := r.Encode(m.Text); err == nil && slices.Equal(e.Tokens, m.Tokens) {
		m.IDs, m.Unknown = e.IDs, e.Unknown
	}
	for _, next := range append(slices.Clone(m.NextAt), m.Next) {
		for i := range next {
			next[i].ID, _ = r.Vocabulary.ID(next[i].Word)
		}
	}
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
