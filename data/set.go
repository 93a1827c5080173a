package data

import "fmt"

// Ignore is the target of a position at which nothing is predicted.
const Ignore = -1

// Set is text as ids, ready for batches.
//
// Word: one sequence a sentence, from boundary to boundary: <s> w1 ... wn <s>.
// Char: the whole text is one sequence.
type Set struct {
	Unit      Unit
	Sequences [][]int
}

// Predictions returns how many tokens are predicted: each of a sequence but its
// first.
func (s Set) Predictions() int {
	n := 0
	for _, sequence := range s.Sequences {
		n += max(0, len(sequence)-1)
	}
	return n
}

// LongestInput returns the number of positions that the longest sequence takes,
// all of it but the last token.
func (s Set) LongestInput() int {
	n := 0
	for _, sequence := range s.Sequences {
		n = max(n, len(sequence)-1)
	}
	return n
}

// check reports whether batches of batch rows of seq positions can hold the set.
func (s Set) check(batch, seq int) error {
	if err := s.Unit.validate(); err != nil {
		return err
	}
	if batch < 1 || seq < 1 {
		return fmt.Errorf("the batch is %d and the context %d, want 1 or more of each", batch, seq)
	}
	if len(s.Sequences) == 0 {
		return fmt.Errorf("the set holds no text: want at least one sequence")
	}
	if s.Unit == Char && len(s.Sequences) > 1 {
		return fmt.Errorf("the set holds %d sequences of characters, want one", len(s.Sequences))
	}
	for i, sequence := range s.Sequences {
		if len(sequence) < 2 {
			return fmt.Errorf("sequence %d has %d tokens, want 2 or more, so that there is one to predict", i+1, len(sequence))
		}
		if s.Unit == Word && len(sequence)-1 > seq {
			return fmt.Errorf("sentence %d has %d tokens with its boundary but the context is %d: raise the context to %d or split the sentence",
				i+1, len(sequence)-1, seq, len(sequence)-1)
		}
	}
	return nil
}

// fillRow writes the predictions of a piece of a sequence into one row of a batch:
// ids holds the piece without its last token, targets the piece without its first.
// Positions past its end get id 0 and target Ignore.
func fillRow(piece, ids, targets []int) { // ids, targets [seq]
	n := max(0, len(piece)-1)
	if n > 0 {
		copy(ids, piece[:n])
		copy(targets, piece[1:])
	}
	for i := n; i < len(ids); i++ {
		ids[i], targets[i] = 0, Ignore
	}
}
