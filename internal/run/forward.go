package run

import (
	"fmt"

	"attend/internal/printable"
	"attend/layers"
)

// SessionOptions say how large the graph of a session is and what it computes.
type SessionOptions struct {
	Batch, Seq int // number of sentences, maximum number of tokens of a sentence that are computed

	// LastOnly computes the logits after the last token of each sentence alone. The activations of the last block after its first
	// norm are then those of the last token too, but for its keys and values.
	LastOnly bool

	// Base is a session whose latest sentence is the base sentence of [Session.ForwardFrom], or nil. It must compute one sentence
	// at a time, must not be closed before this session, and its Seq is the maximum number of tokens of a whole sentence.
	Base *Session
}

// of returns the options of the graph.
func (o SessionOptions) of() layers.Options {
	l := layers.Options{Batch: o.Batch, Seq: o.Seq, LastOnly: o.LastOnly}
	if o.Base != nil {
		l.Base = o.Base.inference.Graph
	}
	return l
}

// NewSessionWith is [Run.NewSession] with options.
func (r *Run) NewSessionWith(o SessionOptions) (*Session, error) {
	if o.Base != nil && o.Base.batch != 1 {
		return nil, fmt.Errorf("a base session for %d sentences: want one sentence", o.Base.batch)
	}
	if err := r.CheckSessionWith(o); err != nil {
		return nil, err
	}
	inference, err := layers.NewInferenceOf(r.Config, r.Parameters, o.of())
	if err != nil {
		return nil, err
	}
	s := &Session{r, o.Batch, o.Seq, inference}
	if o.Base != nil {
		s.seq = o.Base.seq
	}
	return s, nil
}

// Edit changes the forward pass for one sentence of a batch: it adds functions to hook points of the graph, see
// [layers.HookFunc].
type Edit func(f *layers.Inference, sentence int) error

// Forward computes sentences of ids and calls visit for each, in order.
func (s *Session) Forward(sentences [][]int, visit func(i int, out ForwardResult) error) error {
	return s.ForwardEdited(sentences, nil, visit)
}

// ForwardEdited is [Session.Forward] with edits[i] applied to sentence i, unless it is nil. Edits are cleared after each batch.
func (s *Session) ForwardEdited(sentences [][]int, edits []Edit, visit func(i int, out ForwardResult) error) error {
	all := make([]Input, len(sentences))
	for i, ids := range sentences {
		all[i].IDs = ids
		if edits != nil {
			all[i].Edit = edits[i]
		}
	}
	return s.ForwardFrom(all, visit)
}

// Input is a sentence that is computed from a position on. The tokens before it are those of the base sentence of the session,
// see [SessionOptions].
type Input struct {
	IDs  []int // of the whole sentence
	From int   // first position that is computed; 0 in a session without a base sentence
	Edit Edit  // or nil. It changes the activations of the tokens from From on: these are the rows of hook points
}

// ForwardFrom computes sentences from their positions From on, with the keys and values of the base sentence before, and calls
// visit for each, in order. Edits are cleared after each batch. Positions in edits and in results are those of the whole
// sentence; only those from From on have results. The results are those of the whole sentences bit for bit, if the edits change
// nothing before From.
func (s *Session) ForwardFrom(sentences []Input, visit func(i int, out ForwardResult) error) error {
	for i, c := range sentences {
		if len(c.IDs) > s.seq {
			return fmt.Errorf("sentence %d has %d tokens and this session takes at most %d", i+1, len(c.IDs), s.seq)
		}
	}
	for start := 0; start < len(sentences); start += s.batch {
		part := sentences[start:min(start+s.batch, len(sentences))]
		ids, from := make([][]int, len(part)), make([]int, len(part))
		s.inference.ClearEdits()
		for i, c := range part {
			ids[i], from[i] = c.IDs, c.From
			if c.Edit == nil {
				continue
			}
			if err := c.Edit(s.inference, i); err != nil {
				return err
			}
		}
		if err := s.inference.RunFrom(ids, from); err != nil {
			return fmt.Errorf("%s: %w", printable.Path(s.run.Path), err)
		}
		for i := range part {
			if err := visit(start+i, ForwardResult{s.inference, i}); err != nil {
				return err
			}
		}
	}
	return nil
}
