package node

import "gorgonia.org/gorgonia"

// Sentences says which rows of a batch hold tokens in the present run. Sentences differ in length;
// their tokens stand one after another, those of the second sentence right behind those of
// the first, and operations compute the rows that they fill and no other: padding costs
// nothing. The rows behind keep what an earlier run left there.
//
//	[batch*seq, dim]: sentence s is rows start(s) to start(s)+length(s), length(s) <= seq
type Sentences struct {
	starts []int // [batch+1]; the last is the number of rows in all
}

// NewSentences returns batch sentences of the full length seq.
func NewSentences(batch, seq int) *Sentences {
	s := &Sentences{starts: make([]int, batch+1)}
	for i := range s.starts {
		s.starts[i] = i * seq
	}
	return s
}

// SetLength gives sentence i its length; those before it must have theirs.
func (s *Sentences) SetLength(i, length int) { s.starts[i+1] = s.starts[i] + length }

// Len returns the number of sentences.
func (s *Sentences) Len() int { return len(s.starts) - 1 }

// Rows returns the number of tokens in all.
func (s *Sentences) Rows() int { return s.starts[len(s.starts)-1] }

// At returns the first row of sentence i and its length.
func (s *Sentences) At(i int) (start, length int) {
	return s.starts[i], s.starts[i+1] - s.starts[i]
}

// sentencesOf returns the sentences of the first input that has any: an operation on a
// batch works on the same rows as the one before it.
func sentencesOf(inputs []*gorgonia.Node) *Sentences {
	for _, in := range inputs {
		if op, ours := in.Op().(Operation); ours && op.shared().sentences != nil {
			return op.shared().sentences
		}
	}
	return nil
}

// Sentence returns the first row of sentence i and its length, which is seq where all rows count.
func (o *Op) Sentence(i, seq int) (start, length int) {
	if o.sentences == nil {
		return i * seq, seq
	}
	return o.sentences.At(i)
}

// SetSentences is for the operation at which a batch begins; those that follow take over its
// sentences.
func (o *Op) SetSentences(s *Sentences) { o.sentences = s }

// Rows returns how many rows of a [batch*seq, n] tensor are filled.
func (o *Op) Rows(v gorgonia.Value) int {
	if o.sentences == nil {
		return v.Shape()[0]
	}
	return o.sentences.Rows()
}

// Filled returns the elements of the filled rows of a [batch*seq, n] tensor.
func (o *Op) Filled(v gorgonia.Value) []float32 { return o.sentences.filled(v) }

// filled is [Op.Filled]; all rows are filled where there are no sentences.
func (s *Sentences) filled(v gorgonia.Value) []float32 {
	all := Floats(v)
	if s == nil {
		return all
	}
	return all[:len(all)/v.Shape()[0]*s.Rows()]
}
