// Package analysis measures what a trained model does, and how well. Each function takes an open run and, if it measures over
// text, the corpus of the run:
//
//	r, err := run.Open("runs/savanna")
//	maps, err := analysis.Maps(r, 5, false, "The lion saw the zebra near the")
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

// Maps returns the maps of texts, each with its `most` most likely next tokens, and with the vectors of every head if vectors is
// set.
func Maps(r *run.Run, most int, vectors bool, texts ...string) ([]attention.Map, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	read := session.Map
	if vectors {
		read = session.MapWithVectors
	}
	maps := make([]attention.Map, len(texts))
	for i, text := range texts {
		if maps[i], err = read(text, most); err != nil {
			return nil, fmt.Errorf("%s: %w", printable.Quote(text), err)
		}
	}
	return maps, nil
}
