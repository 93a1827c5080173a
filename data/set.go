package data

import "fmt"

// Ignore is the target of a position at which nothing is predicted.
const Ignore = -1

// Set is text as sequences of ids, ready for batches.
type Set struct {
	Layout Layout
	ids    IDs   // of all sequences, one after the other
	ends   []int // where each sequence ends
}

// Len returns the number of sequences.
func (s Set) Len() int { return len(s.ends) }

// Sequence returns the ids of sequence i.
func (s Set) Sequence(i int) IDs {
	start := 0
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.ids.Slice(start, s.ends[i])
}

// Predictions returns how many tokens are predicted: each of a sequence but its
// first.
func (s Set) Predictions() int {
	n := 0
	for i := range s.Len() {
		n += max(0, s.Sequence(i).Len()-1)
	}
	return n
}

// LongestInput returns the number of positions that the longest sequence takes,
// all of it but the last token.
func (s Set) LongestInput() int {
	n := 0
	for i := range s.Len() {
		n = max(n, s.Sequence(i).Len()-1)
	}
	return n
}

// Rows returns copies of the rows that [Set.Blocks] fills batches with, each with the
// token that is only predicted: all rows, or the first `most` of them if most > 0.
func (s Set) Rows(seq, most int) [][]int {
	n := s.Layout.rows(s, seq)
	if most > 0 {
		n = min(n, most)
	}
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = s.Layout.row(s, i, seq).Ints()
	}
	return rows
}

// RowLengths returns how many tokens are predicted in the longest row that a training
// with a context of seq draws, and in the mean of all.
func (s Set) RowLengths(seq int) (longest, mean float64) { return s.Layout.lengths(s, seq) }

// count returns how often the set has an id.
func (s Set) count(id int) int {
	n := 0
	for i := range s.ids.Len() {
		if s.ids.At(i) == id {
			n++
		}
	}
	return n
}

// check reports whether batches of batch rows of seq positions can hold the set.
func (s Set) check(batch, seq int) error {
	if batch < 1 || seq < 1 {
		return fmt.Errorf("the batch is %d and the context %d, want 1 or more of each", batch, seq)
	}
	if s.Len() == 0 {
		return fmt.Errorf("the set holds no text: want at least one sequence")
	}
	for i := range s.Len() {
		if n := s.Sequence(i).Len(); n < 2 {
			return fmt.Errorf("sequence %d has %d tokens, want 2 or more, so that there is one to predict", i+1, n)
		}
	}
	return s.Layout.check(s, seq)
}

// fillRow writes the predictions of a piece of a sequence into one row of a batch:
// ids holds the piece without its last token, targets the piece without its first.
// Positions past its end get id 0 and target Ignore.
func fillRow(piece IDs, ids, targets []int) { // ids, targets [seq]
	n := max(0, piece.Len()-1)
	if n > 0 {
		piece.Slice(0, n).CopyTo(ids)
		piece.Slice(1, n+1).CopyTo(targets)
	}
	for i := n; i < len(ids); i++ {
		ids[i], targets[i] = 0, Ignore
	}
}

// Blocks are the batches of an evaluation: together they hold every prediction of
// a set exactly once, in order.
type Blocks struct {
	set        Set
	batch, seq int
	rows       int
}

// Blocks cuts the set into batches of batch rows of seq positions: one sentence a row,
// or consecutive windows of seq predictions of a stream, the last one padded.
//
// It is an error when a sentence does not fit into seq positions.
func (s Set) Blocks(batch, seq int) (*Blocks, error) {
	if err := s.check(batch, seq); err != nil {
		return nil, err
	}
	return &Blocks{s, batch, seq, s.Layout.rows(s, seq)}, nil
}

// Len returns the number of batches.
func (b *Blocks) Len() int { return ceilDiv(b.rows, b.batch) }

// Fill writes batch i, from 0 to Len()-1. Positions at which nothing is predicted
// have id 0 and target [Ignore].
//
//	ids, targets  [batch, seq]
func (b *Blocks) Fill(i int, ids, targets []int) {
	for row := range b.batch {
		var piece IDs // none past the last row
		if at := i*b.batch + row; at < b.rows {
			piece = b.set.Layout.row(b.set, at, b.seq)
		}
		at := row * b.seq
		fillRow(piece, ids[at:at+b.seq], targets[at:at+b.seq])
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
