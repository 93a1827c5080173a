package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Report is the document that JSON writes: the maps of some sentences under
// the run and the training step they come from.
type Report struct {
	Run       string     `json:"run"`
	Step      int        `json:"step"`
	Sentences []Sentence `json:"sentences"`
}

// Sentence is one map of a Report.
type Sentence struct {
	Text      string          `json:"text"`
	Tokens    []string        `json:"tokens"`
	Attention [][][][]float32 `json:"attention"` // [layer][head][query][key]
	Next      []Prediction    `json:"next"`
}

// JSON writes the maps as one Report on one line. Numbers are the shortest
// that read back to the same value. Lists are never null.
func JSON(w io.Writer, run string, step int, maps []Map) error {
	report := Report{Run: run, Step: step, Sentences: make([]Sentence, len(maps))}
	for i, m := range maps {
		if err := m.check(); err != nil {
			return fmt.Errorf("inspect: sentence %d: %w", i, err)
		}
		next := m.Next
		if next == nil {
			next = []Prediction{}
		}
		report.Sentences[i] = Sentence{m.Text, m.Tokens, m.Attention, next}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // so that <s> stays legible
	if err := enc.Encode(report); err != nil {
		return fmt.Errorf("inspect: encode: %w", err)
	}
	return write(w, &b)
}
