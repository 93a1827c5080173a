// Package analysis measures what a trained model does, and how well. Each function takes an open run and, if it measures over
// text, the corpus of the run:
//
//	r, err := run.Open("runs/savanna")
//	maps, err := analysis.Maps(r, 5, "The lion saw the zebra near the")
//	answer, err := analysis.Why(r, analysis.Question{Text: "The lion saw the zebra near the"}, nil)
//	report, err := analysis.Evaluate(r, corpus)
//
// Ablations are edits at hook points of an inference graph, which is built from the same operations as the graph of training;
// explanations read hook points. Nothing here computes attention a second time.
package analysis

import (
	"fmt"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// Maps returns the maps of texts, each with its `most` most likely next tokens.
func Maps(r *run.Run, most int, texts ...string) ([]attention.Map, error) {
	return MapsWith(r, run.MapOptions{Most: most}, texts...)
}

// MapsWith returns the maps of texts with what the options say.
func MapsWith(r *run.Run, o run.MapOptions, texts ...string) ([]attention.Map, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	maps := make([]attention.Map, len(texts))
	for i, text := range texts {
		if maps[i], err = session.MapWith(text, o); err != nil {
			return nil, fmt.Errorf("%s: %w", printable.Quote(text), err)
		}
	}
	return maps, nil
}
