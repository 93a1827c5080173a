package data

import (
	"bytes"
	"fmt"
	"slices"
)

// Set is a text as sequences of ids: its sentences or, in a stream, the whole text.
// [Set.Sampler] and [Set.Batches] make batches of rows from them.
type Set struct {
	Layout Layout
	ids    IDs      // of all sequences of a text, one after the other
	ends   []uint32 // where each of these ends
	rows   []uint32 // which of them are the sentences of the set; nil in a stream, which has all
	length int      // how many ids the set has
}

// Len returns the number of sequences.
func (s Set) Len() int {
	if s.rows != nil {
		return len(s.rows)
	}
	return len(s.ends)
}

// Sequence returns the ids of sequence i.
func (s Set) Sequence(i int) IDs {
	if s.rows != nil {
		i = int(s.rows[i])
	}
	start := 0
	if i > 0 {
		start = int(s.ends[i-1])
	}
	return s.ids.Slice(start, int(s.ends[i]))
}

// of returns the set of other sequences of the same text.
func (s Set) of(rows []uint32) Set {
	s.rows, s.length = rows, 0
	for i := range rows {
		s.length += s.Sequence(i).Len()
	}
	return s
}

// Tokens returns the number of tokens of all sequences, boundaries included.
func (s Set) Tokens() int { return s.ids.Len() }

// Predictions returns how many tokens are predicted: each of a sequence but its
// first.
func (s Set) Predictions() int { return s.length - s.Len() }

// LongestInput returns the number of positions that the longest sequence takes,
// all of it but the last token.
func (s Set) LongestInput() int {
	n := 0
	for i := range s.Len() {
		n = max(n, s.Sequence(i).Len()-1)
	}
	return n
}

// Rows returns copies of the rows of [Set.Batches]: all, or the first `most` of
// them if most > 0. A row holds its inputs and, at the end, the token that is predicted
// from all of them, so up to seq+1 tokens.
func (s Set) Rows(seq, most int) [][]int {
	n := s.RowCount(seq)
	if most > 0 {
		n = min(n, most)
	}
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = s.Layout.row(s, i, seq, seq).Ints()
	}
	return rows
}

// SpreadRows is [Set.Rows] of at most `most` rows, evenly spread over all.
func (s Set) SpreadRows(seq, most int) [][]int {
	n := s.Layout.rows(s, seq, seq)
	rows := make([][]int, min(n, most))
	for i := range rows {
		rows[i] = s.Layout.row(s, i*n/len(rows), seq, seq).Ints()
	}
	return rows
}

// Contains reports for each list of ids whether the set has it: as a whole sequence in a layout of sentences, anywhere in a
// stream. It reads the set once.
func (s Set) Contains(lists [][]int) []bool {
	keys := make([][]byte, len(lists)) // the bytes of the ids; none if the set cannot have them
	for i, list := range lists {
		wanted := IDs{shift: s.ids.shift}
		for _, id := range list {
			wanted.add(id)
		}
		if slices.Equal(wanted.Ints(), list) {
			keys[i] = wanted.bytes
		}
	}
	distinct := newPrefixes(keys)
	longest := distinct.longest >> s.ids.shift // in ids
	for i := range s.Len() {
		if sequence := s.Sequence(i); s.Layout.Sentences() {
			distinct.findWhole(sequence.bytes)
		} else {
			for from := range sequence.Len() {
				distinct.find(sequence.Slice(from, min(from+longest, sequence.Len())).bytes)
			}
		}
	}
	found := make([]bool, len(lists))
	for i, key := range keys {
		at, _ := distinct.index(key)
		found[i] = len(key) > 0 && distinct.found[at]
	}
	return found
}

// BeginningWith returns which sequences begin with a list of ids, in order.
func (s Set) BeginningWith(list []int) (sequences []int) {
	wanted := IDs{shift: s.ids.shift}
	for _, id := range list {
		wanted.add(id)
	}
	if !slices.Equal(wanted.Ints(), list) {
		return nil // an id that is too large for the set
	}
	for i := range s.Len() {
		if bytes.HasPrefix(s.Sequence(i).bytes, wanted.bytes) {
			sequences = append(sequences, i)
		}
	}
	return sequences
}

// RowCount returns the number of rows of [Set.Batches].
func (s Set) RowCount(seq int) int { return s.Layout.rows(s, seq, seq) }

// First returns the set of the first rows of [Set.Batches].
func (s Set) First(rows, seq int) Set {
	if !s.Layout.Sentences() {
		n := min(s.length, rows*seq+1)
		return Set{Layout: s.Layout, ids: s.ids.Slice(0, n), ends: []uint32{uint32(n)}, length: n}
	}
	return s.of(s.rows[:min(rows, s.Len())])
}

// RowLengths returns the number of predicted tokens of the longest row with a context of
// seq, and the mean over all rows.
func (s Set) RowLengths(seq int) (longest, mean float64) { return s.Layout.lengths(s, seq) }

// count returns how often the set has an id.
func (s Set) count(id int) int {
	n := 0
	for i := range s.Len() {
		sequence := s.Sequence(i)
		for j := range sequence.Len() {
			if sequence.At(j) == id {
				n++
			}
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
