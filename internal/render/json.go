package render

import (
	"bytes"
	"fmt"
	"io"

	"attend/internal/printable"
)

// Report is the document that JSON writes: the maps of some sentences under
// the run and the training step they come from.
type Report struct {
	Run       string     `json:"run"`
	Step      int        `json:"step"`
	Baseline  string     `json:"baseline,omitempty"` // what the maps are compared with
	Sentences []Sentence `json:"sentences"`
}

// Sentence is one map of a Report.
type Sentence struct {
	Text      string          `json:"text"`
	Tokens    []string        `json:"tokens"`
	Attention [][][][]float32 `json:"attention"` // [layer][head][query][key]
	Next      []Prediction    `json:"next"`

	// Of the baseline, if there is one, and the attention less it; shaped as the attention.
	Baseline   [][][][]float32 `json:"baseline,omitempty"`
	Difference [][][][]float32 `json:"difference,omitempty"`
}

// JSON writes the maps as one Report on one line. Numbers are the shortest
// that read back to the same value. Lists are never null.
func JSON(w io.Writer, run string, step int, maps []Map) error {
	return JSONBeside(w, run, step, maps, nil)
}

// JSONBeside is JSON with what each map is compared with, all by one name; nil is none. The error also tells in
// what a baseline's shape differs.
func JSONBeside(w io.Writer, run string, step int, maps []Map, beside []Baseline) error {
	report := Report{Run: run, Step: step, Sentences: make([]Sentence, len(maps))}
	if err := checkBeside(maps, beside); err != nil {
		return err
	}
	if len(beside) > 0 {
		report.Baseline = beside[0].Name
	}
	for i, m := range maps {
		next := m.Next
		if next == nil {
			next = []Prediction{}
		}
		report.Sentences[i] = Sentence{Text: m.Text, Tokens: m.Tokens, Attention: m.Attention, Next: next}
		if len(beside) > 0 {
			report.Sentences[i].Baseline = beside[i].Map.Attention
			report.Sentences[i].Difference = difference4(m, beside[i].Map)
		}
	}
	return encode(w, report)
}

// encode writes a value as JSON on one line, in one piece.
func encode(w io.Writer, value any) error {
	b, err := printable.JSON(value)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return write(w, bytes.NewBuffer(b))
}
