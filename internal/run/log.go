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
	"os"
	"slices"

	"attend/internal/file"
	"attend/internal/printable"
)

// A log is a file of lines of JSON, one for each evaluation. From format 2 on each line ends with a checksum:
//
//	hash(0) = SHA-256 of the settings and files that never change in a run, and of the name of the log
//	sum(i)  = SHA-256(hash(i-1), line i without its sum)
//	hash(i) = SHA-256(hash(i-1), line i without times)
//
// so that a line that was changed, moved, removed or copied from another run is detected. hash(i) is the chain hash of line i. A
// checkpoint has the chain hash of the last line before it, so that a log truncated at the end of a line is detected too. Chain
// hashes do not include times, because they are part of the checkpoint, and equal trainings must give equal checkpoints.

// Metrics is a line of metrics.jsonl.
type Metrics struct {
	Step            int      `json:"step"`                   // updates made
	Seconds         float64  `json:"seconds"`                // of training so far, in all processes
	TokensPerSecond float64  `json:"tokens_per_second"`      // since the training was started or resumed
	Loss            float64  `json:"loss"`                   // of the last batch, nats per token; at step 0 of the text of an evaluation
	HeldOutLoss     *float64 `json:"heldout_loss,omitempty"` // of the held-out text, or a sample of it, see [Run.EvaluationRows]; nil if nothing is held out
	LearningRate    float64  `json:"learning_rate"`          // of the last update
}

// logNames are the logs of a run.
var logNames = []string{metricsFile, filmFile}

// firstHash returns hash(0) of a log.
func (r *Run) firstHash(name string) string {
	of := r.metadata()
	return digest([]byte(name), []byte(of[metaSettings]), []byte(of[metaConfig]), []byte(of[metaWords]), []byte(of[metaData]))
}

// startHashes sets the chain hash of each log to hash(0).
func (r *Run) startHashes() {
	r.chainHashes = map[string]string{}
	for _, name := range logNames {
		r.chainHashes[name] = r.firstHash(name)
	}
}

// sumKey is the text before the checksum at the end of a line.
const sumKey = `,"sum":"`

// sumLength is the length of a SHA-256 in hexadecimal.
const sumLength = 64

// chained returns a line of a log with its checksum, and the next chain hash. content is a JSON object with at least one key.
func chained(name, hash string, content []byte) (line []byte, next string) {
	line = append(line, content[:len(content)-1]...)
	line = fmt.Appendf(line, "%s%s\"}", sumKey, digest([]byte(hash), content))
	var m Metrics
	if name == metricsFile && json.Unmarshal(content, &m) == nil {
		m.Seconds, m.TokensPerSecond = 0, 0
		if untimed, err := json.Marshal(m); err == nil {
			content = untimed
		}
	}
	return line, digest([]byte(hash), content)
}

// unchained is the inverse of chained. It returns an error if the checksum does not match.
func unchained(name, hash string, line []byte) (content []byte, next string, err error) {
	at := len(line) - len(sumKey) - sumLength - len(`"}`)
	if at < 2 || string(line[at:at+len(sumKey)]) != sumKey {
		return nil, "", errors.New("is damaged: it has no checksum")
	}
	content = append(slices.Clone(line[:at]), '}')
	again, next := chained(name, hash, content)
	if !bytes.Equal(again, line) {
		return nil, "", errors.New("is damaged: its checksum does not match")
	}
	return content, next, nil
}

// mostLine returns the largest number of bytes of a line of a log. In the film it is that of the weights of a sentence as long as
// the context.
func (r *Run) mostLine(name string) int {
	const number = 26 // bytes of the longest float32 in JSON, with a comma and brackets
	most := 1 << 20
	if name == filmFile {
		maps, context := float64(r.Config.Layers)*float64(r.Config.Heads), float64(r.Config.Context)
		most = int(min(math.MaxInt32, float64(most)+number*maps*context*context))
	}
	return most
}

// readLog checks the checksums of the lines of a log and returns the results of parse for the lines without them. An error names
// the line that is damaged. A last line without a line feed is ignored: the process was killed while it wrote the line. With
// toCheckpoint, lines after the last one before the checkpoint are not read.
func readLog[T any](r *Run, log io.Reader, name string, toCheckpoint bool, parse func([]byte) (T, error)) (all []T, err error) {
	hash := r.firstHash(name)
	reached := r.Format == 1 || r.chainHashes == nil || hash == r.chainHashes[name]
	err = eachLine(log, r.mostLine(name), func(line []byte) (err error) {
		if r.Format > 1 {
			if reached && toCheckpoint {
				return io.EOF
			}
			if line, hash, err = unchained(name, hash, line); err != nil {
				return err
			}
			reached = reached || hash == r.chainHashes[name]
		}
		parsed, err := parse(line)
		all = append(all, parsed)
		return err
	})
	switch {
	case err == nil && !reached:
		return nil, fmt.Errorf("lines are missing at its end, which the checkpoint of step %d recorded", r.Step)
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	}
	return all, nil
}

// eachLine calls visit with each complete line, without its line feed. A line with more than most bytes is an error. An error
// begins with the number of the line, from 1.
func eachLine(r io.Reader, most int, visit func(line []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, most)
	lines.Split(func(b []byte, atEOF bool) (int, []byte, error) {
		if end := bytes.IndexByte(b, '\n'); end >= 0 {
			return end + 1, b[:end], nil
		}
		return 0, nil, nil
	})
	i := 1
	for ; lines.Scan(); i++ {
		if err := visit(lines.Bytes()); err != nil {
			return fmt.Errorf("line %d %w", i, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d is damaged: it has more than %s", i, printable.Size(float64(most)))
	}
	return lines.Err()
}

// stepOf reads the step of a line.
func stepOf(content []byte) (int, error) {
	var entry struct{ Step *int }
	if err := json.Unmarshal(content, &entry); err != nil || entry.Step == nil {
		return 0, errors.New("is damaged: it is not JSON with a step")
	}
	return *entry.Step, nil
}

// inOrder sorts the lines of a log by step and keeps only the last line of each step, since in a version without locks two
// processes may have written to one log. It reports whether it changed anything.
func inOrder[T any](lines []T, step func(T) int) ([]T, bool) {
	same := func(a, b T) bool { return step(a) == step(b) }
	kept := slices.Clone(lines)
	slices.SortStableFunc(kept, func(a, b T) int { return cmp.Compare(step(a), step(b)) })
	slices.Reverse(kept) // the last of a step comes first
	kept = slices.CompactFunc(kept, same)
	slices.Reverse(kept)
	return kept, !slices.EqualFunc(kept, lines, same)
}

// chain returns a line of a log with its checksum and line feed, and updates the chain hash of the log.
func (t *Training) chain(name string, content []byte) []byte {
	if t.Format > 1 {
		content, t.chainHashes[name] = chained(name, t.chainHashes[name], content)
	}
	return append(content, '\n')
}

// openLog opens a log to append to it. If the file was removed, it creates an empty log.
func (t *Training) openLog(name string) (*os.File, error) {
	f, err := file.Append(t.at(name))
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.beginLog(name); err == nil {
			f, err = file.Append(t.at(name))
		}
	}
	return f, err
}

// appendLog appends a line to a log with a single write. After an error the training must end.
func (t *Training) appendLog(name string, content []byte) error {
	f, err := t.openLog(name)
	if err != nil {
		return err
	}
	_, err = f.Write(t.chain(name, content))
	return errors.Join(err, f.Close())
}

// beginLog creates an empty log in place of a missing one, with a note.
func (t *Training) beginLog(name string) error {
	if t.Step > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%s was missing: a new one starts at step %d", t.shown(name), t.Step))
	}
	t.chainHashes[name] = t.firstHash(name)
	return file.Replace(t.at(name), file.Bytes(nil))
}

// trimLog removes the lines of a log after the checkpoint, since a killed training may have logged more than it has saved. In
// format 1 the checkpoint has a step and no chain hash. A missing log is replaced by an empty one.
func (t *Training) trimLog(name string) (missing bool, err error) {
	type entry struct {
		Metrics // in the film only the step
		content []byte
	}
	var lines []entry
	f, err := file.Open(t.at(name), runFiles[name])
	if errors.Is(err, fs.ErrNotExist) {
		return true, t.beginLog(name)
	}
	if err == nil {
		lines, err = readLog(t.Run, f, name, true, func(content []byte) (e entry, err error) {
			if name == metricsFile {
				e.Metrics, err = parseMetrics(content)
			} else {
				e.Step, err = stepOf(content)
			}
			e.content = slices.Clone(content)
			return e, err
		})
		f.Close()
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w: %s", t.shown(name), file.Cause(err),
			cmp.Or(file.Advice(err), "restore the file from a copy, or delete it to resume without its lines"))
	}
	lines, _ = inOrder(lines, func(e entry) int { return e.Step })
	t.chainHashes[name] = t.firstHash(name)
	var kept []byte
	for _, e := range lines {
		if t.Format > 1 || e.Step <= t.Step {
			kept = append(kept, t.chain(name, e.content)...)
			if name == metricsFile {
				t.last = e.Metrics
			}
		}
	}
	return false, file.Replace(t.at(name), file.Bytes(kept))
}
