package run

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"attend/internal/file"
	"attend/internal/printable"
)

// A log is a file of lines of JSON, one for each evaluation. From format 2 on each line ends with a checksum:
//
//	link(0) = SHA-256 of what the run keeps for good, and of the log's name
//	sum(i)  = SHA-256(link(i-1), line i without its sum)
//	link(i) = SHA-256(link(i-1), line i without what the clock decides)
//
// so that a line that was changed, moved, left out or taken from another run is seen. A checkpoint records the link
// of the last line before it, so that a log cut at the end of a line is seen too. Links leave the clock out because
// they are part of the checkpoint, and equal trainings must give equal checkpoints.

// Metrics is a line of metrics.jsonl.
type Metrics struct {
	Step            int     `json:"step"`              // updates made
	Seconds         float64 `json:"seconds"`           // of training so far, resumed stretches included
	TokensPerSecond float64 `json:"tokens_per_second"` // since the training was started or resumed
	Loss            float64 `json:"loss"`              // of the last batch, nats per token; of a sample of the training text at step 0
	HeldOutLoss     float64 `json:"heldout_loss"`      // of a sample of the held-out text
	LearningRate    float64 `json:"learning_rate"`     // of the last update
}

// logNames are the logs of a run.
var logNames = []string{metricsFile, filmFile}

// firstLink returns link(0) of a log.
func (r *Run) firstLink(name string) (string, error) {
	identity, err := r.Settings.identity()
	return digest([]byte(name), []byte(digest(identity)), []byte(digest(r.configJSON)), []byte(digest(r.tokenizerJSON)), []byte(r.DataSHA256)), err
}

// startLinks sets the links of both logs to those before any line.
func (r *Run) startLinks() error {
	r.links = map[string]string{}
	for _, name := range logNames {
		link, err := r.firstLink(name)
		if err != nil {
			return err
		}
		r.links[name] = link
	}
	return nil
}

// sumKey stands before the checksum at the end of a line.
const sumKey = `,"sum":"`

// sumLength is the length of a SHA-256 in hexadecimal.
const sumLength = 64

// chained returns a line of a log with its checksum, and the link after it. Content is a JSON object of one key at
// least.
func chained(name, link string, content []byte) (line []byte, next string, err error) {
	if next, err = nextLink(name, link, content); err != nil {
		return nil, "", err
	}
	line = append(line, content[:len(content)-1]...)
	return fmt.Appendf(line, "%s%s\"}", sumKey, digest([]byte(link), content)), next, nil
}

// unchained is the inverse of chained. The error says that the line is not the one that was written there.
func unchained(name, link string, line []byte) (content []byte, next string, err error) {
	at := len(line) - len(sumKey) - sumLength - len(`"}`)
	if at < 2 || string(line[at:at+len(sumKey)]) != sumKey {
		return nil, "", errors.New("it has no checksum")
	}
	content = append(slices.Clone(line[:at]), '}')
	again, next, err := chained(name, link, content)
	if err != nil || !bytes.Equal(again, line) {
		return nil, "", errors.New("its checksum does not match")
	}
	return content, next, nil
}

// nextLink returns the link after a line.
func nextLink(name, link string, content []byte) (string, error) {
	if name == metricsFile {
		var m Metrics
		if err := json.Unmarshal(content, &m); err != nil {
			return "", err
		}
		m.Seconds, m.TokensPerSecond = 0, 0
		var err error
		if content, err = json.Marshal(m); err != nil {
			return "", err
		}
	}
	return digest([]byte(link), content), nil
}

// plausible reports whether a training can have written these numbers: none is below 0, and the losses are means of float32
// numbers.
func (m Metrics) plausible() bool {
	for _, x := range []float64{m.Seconds, m.TokensPerSecond, m.Loss, m.HeldOutLoss, m.LearningRate} {
		if !(x >= 0) {
			return false
		}
	}
	return m.Loss <= math.MaxFloat32 && m.HeldOutLoss <= math.MaxFloat32
}

// nextLine returns a line of a log with its line feed, and takes its link into those of the training.
func (t *Training) nextLine(l logLine) ([]byte, error) {
	line, err := json.Marshal(l.value)
	if err == nil && t.Format > 1 {
		line, t.links[l.log], err = chained(l.log, t.links[l.log], line)
	}
	return append(line, '\n'), err
}

// appendLog adds a line to a log, in a single write. A log that somebody has removed begins anew. After an error the
// training must end.
func (t *Training) appendLog(l logLine) error {
	f, err := file.Append(t.at(l.log))
	if errors.Is(err, fs.ErrNotExist) {
		if err := t.beginLog(l.log); err != nil {
			return err
		}
		f, err = file.Append(t.at(l.log))
	}
	if err != nil {
		return err
	}
	line, err := t.nextLine(l)
	if err == nil {
		_, err = f.Write(line)
	}
	return errors.Join(err, f.Close())
}

// beginLog makes a log that is missing anew, without lines.
func (t *Training) beginLog(name string) error {
	t.Notes = append(t.Notes, fmt.Sprintf("%s is missing: it begins anew at step %d", printable.Path(filepath.Join(t.Path, name)), t.Step))
	if t.Format > 1 {
		link, err := t.firstLink(name)
		if err != nil {
			return err
		}
		t.links[name] = link
	}
	return file.Replace(t.at(name), file.Bytes(nil))
}

// syncLog makes the lines of a log last, before a checkpoint records them.
func (t *Training) syncLog(name string) error {
	f, err := file.Append(t.at(name))
	if errors.Is(err, fs.ErrNotExist) {
		return t.beginLog(name)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// mostLine returns how many bytes a line of a log may have: of the film, what all weights of a sentence of the whole
// context can take.
func (r *Run) mostLine(name string) int {
	const number = 26 // bytes of the longest float32 in JSON, with a comma and its share of brackets
	most := 1 << 20
	if name == filmFile {
		most = int(min(math.MaxInt32, float64(most)+number*float64(r.Config.Layers)*float64(r.Config.Heads)*float64(r.Config.Context)*float64(r.Config.Context)))
	}
	return most
}

// mostLog returns how many bytes a log may have.
func mostLog(name string) int64 {
	if name == filmFile {
		return mostFilm
	}
	return mostMetrics
}

// readLog calls visit with the lines of a log without their checksums, which it checks; lines count from 0. The
// error names the line that is damaged. A last line without its line feed was being written when the process was
// killed, and does not count. With toCheckpoint, lines after the last that the checkpoint recorded are not read.
func (r *Run) readLog(f io.Reader, name string, toCheckpoint bool, visit func(i int, content []byte) error) error {
	if r.Format == 1 {
		return eachLine(f, r.mostLine(name), visit)
	}
	link, err := r.firstLink(name)
	if err != nil {
		return err
	}
	reached := r.links == nil || link == r.links[name]
	err = eachLine(f, r.mostLine(name), func(i int, line []byte) error {
		if reached && toCheckpoint {
			return errCheckpoint
		}
		content, next, err := unchained(name, link, line)
		if err != nil {
			return lineError(i, err)
		}
		link, reached = next, reached || next == r.links[name]
		return visit(i, content)
	})
	switch {
	case errors.Is(err, errCheckpoint):
		return nil
	case err == nil && !reached:
		return fmt.Errorf("lines are missing at its end, which the checkpoint of step %d recorded", r.Step)
	}
	return err
}

// errCheckpoint ends the reading of a log.
var errCheckpoint = errors.New("the checkpoint is reached")

// lineError names the line that is damaged. Lines count from 0 in the code and from 1 for people.
func lineError(i int, err error) error { return fmt.Errorf("line %d is damaged: %w", i+1, err) }

// eachLine calls visit with each whole line, without its line feed. A line of more bytes than most is an error.
func eachLine(r io.Reader, most int, visit func(i int, line []byte) error) error {
	b := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	for i := 0; ; {
		part, err := b.ReadSlice('\n')
		if line = append(line, part...); len(line) > most {
			return lineError(i, fmt.Errorf("it has more than %s", printable.Size(float64(most))))
		}
		switch {
		case err == nil:
			if err := visit(i, line[:len(line)-1]); err != nil {
				return err
			}
			i, line = i+1, line[:0]
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// stepOf reads the step of a line.
func stepOf(content []byte) (int, error) {
	var entry struct{ Step *int }
	if err := json.Unmarshal(content, &entry); err != nil || entry.Step == nil {
		return 0, errors.New("it is not JSON with a step")
	}
	return *entry.Step, nil
}

// inOrder sorts the lines of a log by their steps, and of several with one step keeps the last: two processes of a
// version without locks may have written them in turn. It reports whether there was anything to do.
func inOrder[T any](lines []T, step func(T) int) ([]T, bool) {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b T) int { return cmp.Compare(step(a), step(b)) })
	kept := sorted[:0]
	for i, line := range sorted {
		if i+1 == len(sorted) || step(sorted[i+1]) != step(line) {
			kept = append(kept, line)
		}
	}
	changed := len(kept) != len(lines)
	for i := range kept {
		changed = changed || step(kept[i]) != step(lines[i])
	}
	return kept, changed
}

// trimLog drops the lines of a log that lie after the checkpoint, since a killed training may have logged further
// than it saved, and returns the last that stays, nil if there is none. Step is that of the last line that
// may stay, which the checkpoint of an earlier version does not record. A log that is missing begins anew.
func (t *Training) trimLog(name string, step int) (last []byte, missing bool, err error) {
	type entry struct {
		step    int
		content []byte
	}
	var lines []entry
	f, err := file.Open(t.at(name), mostLog(name))
	if err == nil {
		err = t.readLog(f, name, true, func(i int, content []byte) error {
			s, err := stepOf(content)
			if err != nil {
				return lineError(i, err)
			}
			if s <= step || t.Format > 1 {
				if _, err := parseMetrics(content); name == metricsFile && err != nil {
					return lineError(i, err)
				}
				lines = append(lines, entry{s, slices.Clone(content)})
			}
			return nil
		})
		f.Close()
	}
	if missing = errors.Is(err, fs.ErrNotExist); missing {
		if t.Step > 0 {
			t.Notes = append(t.Notes, fmt.Sprintf("%s is missing: it begins anew at step %d", name, t.Step))
		}
	} else if err != nil {
		return nil, false, fmt.Errorf("%s: %w: %s", printable.Path(filepath.Join(t.Path, name)), cause(err), cmp.Or(file.Advice(err), "restore the file from a copy, or delete it to go on without the lines so far"))
	}
	lines, _ = inOrder(lines, func(e entry) int { return e.step })
	link, err := t.firstLink(name)
	if err != nil {
		return nil, false, err
	}
	var kept []byte
	for _, e := range lines {
		line := e.content
		if t.Format > 1 {
			if line, link, err = chained(name, link, line); err != nil {
				return nil, false, err
			}
		}
		kept, last = append(append(kept, line...), '\n'), e.content
	}
	t.links[name] = link
	return last, missing, file.Replace(t.at(name), file.Bytes(kept))
}
