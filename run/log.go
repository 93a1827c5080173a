package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// Metrics is a line of metrics.jsonl.
type Metrics struct {
	Step            int     `json:"step"`              // updates made
	Seconds         float64 `json:"seconds"`           // of training so far, resumed stretches included
	TokensPerSecond float64 `json:"tokens_per_second"` // since the training was started or resumed
	Loss            float64 `json:"loss"`              // of the last batch, nats per token; of a sample of the training text at step 0
	HeldOutLoss     float64 `json:"heldout_loss"`      // of a sample of the held-out text
	LearningRate    float64 `json:"learning_rate"`     // of the last update
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

// appendLine adds one value as a line of JSON, in a single write.
func appendLine(path string, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Close())
}

// readLines returns the lines of a log, none if there is no such file.
func readLines(folder, name string) ([][]byte, error) {
	b, err := os.ReadFile(filepath.Join(folder, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return wholeLines(b), nil
}

// wholeLines are the lines of a log's content. A last one without its line feed was being written when
// the process was killed, and does not count.
func wholeLines(b []byte) [][]byte {
	lines := bytes.SplitAfter(b, []byte("\n"))
	return lines[:len(lines)-1]
}

// trimLog drops the lines of a log that lie after the given step: a killed training
// may have logged further than it saved.
func trimLog(folder, name string, step int) error {
	lines, err := readLines(folder, name)
	if err != nil {
		return err
	}
	var kept []byte
	for i, line := range lines {
		var entry struct{ Step *int }
		if err := json.Unmarshal(line, &entry); err != nil || entry.Step == nil {
			return fmt.Errorf("line %d of %s is damaged: delete that line to go on", i+1, filepath.Join(folder, name))
		}
		if *entry.Step <= step {
			kept = append(kept, line...)
		}
	}
	return replaceFile(filepath.Join(folder, name), kept)
}

// lastMetrics returns the last line of metrics.jsonl, zero if there is none.
func lastMetrics(folder string) (Metrics, error) {
	lines, err := readLines(folder, metricsFile)
	if err != nil || len(lines) == 0 {
		return Metrics{}, err
	}
	var m Metrics
	err = json.Unmarshal(lines[len(lines)-1], &m)
	return m, err
}
