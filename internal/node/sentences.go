package node

import "gorgonia.org/gorgonia"

// Sentences holds which rows of a batch are filled with tokens. Sentences may have different lengths. Their rows follow each
// other without padding, and operations compute only these rows. The rows after the last sentence are undefined.
//
//	[batch*seq, dim]: sentence s is rows start(s) to start(s)+length(s), length(s) <= seq
//
// The rows of a sentence may be its tokens from a later position on: row start(s) is the token at position first(s), which is 0
// unless set.
type Sentences struct {
	starts []int // [batch+1]; the last is the number of filled rows
	firsts []int // [batch]
}

// NewSentences returns the rows of `batch` sentences of length seq.
func NewSentences(batch, seq int) *Sentences {
	s := &Sentences{starts: make([]int, batch+1), firsts: make([]int, batch)}
	for i := range s.starts {
		s.starts[i] = i * seq
	}
	return s
}

// SetLength sets the length of sentence i. Lengths must be set in the order of the sentences.
func (s *Sentences) SetLength(i, length int) { s.starts[i+1] = s.starts[i] + length }

// SetFirst sets the position of the first row of sentence i in its sentence.
func (s *Sentences) SetFirst(i, position int) { s.firsts[i] = position }

// First returns the position of the first row of sentence i in its sentence.
func (s *Sentences) First(i int) int { return s.firsts[i] }

// Len returns the number of sentences.
func (s *Sentences) Len() int { return len(s.starts) - 1 }

// Rows returns the number of filled rows, the sum of the lengths.
func (s *Sentences) Rows() int { return s.starts[len(s.starts)-1] }

// At returns the first row of sentence i and its length.
func (s *Sentences) At(i int) (start, length int) {
	return s.starts[i], s.starts[i+1] - s.starts[i]
}

// sentencesOf returns the sentences of the first input that has some: an operation on a batch has the same rows as its input.
func sentencesOf(inputs []*gorgonia.Node) *Sentences {
	for _, in := range inputs {
		if op, ours := in.Op().(Operation); ours && op.shared().sentences != nil {
			return op.shared().sentences
		}
	}
	return nil
}

// Sentence returns the first row of sentence i and its length, which is seq if the operation has no Sentences.
func (o *Op) Sentence(i, seq int) (start, length int) {
	if o.sentences == nil {
		return i * seq, seq
	}
	return o.sentences.At(i)
}

// First returns the position of the first row of sentence i in its sentence, which is 0 if the operation has no Sentences.
func (o *Op) First(i int) int {
	if o.sentences == nil {
		return 0
	}
	return o.sentences.First(i)
}

// SetSentences sets the sentences of an operation whose inputs have none, or have other rows, as the first operation of a graph
// does. Operations that read its result have the same sentences.
func (o *Op) SetSentences(s *Sentences) { o.sentences = s }

// Rows returns the number of filled rows of a [batch*seq, n] tensor.
func (o *Op) Rows(v gorgonia.Value) int {
	if o.sentences == nil {
		return v.Shape()[0]
	}
	return o.sentences.Rows()
}

// Filled returns the elements of the filled rows of a [batch*seq, n] tensor.
func (o *Op) Filled(v gorgonia.Value) []float32 { return o.sentences.filled(v) }

// filled is [Op.Filled]. Without sentences all rows are filled.
func (s *Sentences) filled(v gorgonia.Value) []float32 {
	all := Floats(v)
	if s == nil {
		return all
	}
	return all[:len(all)/v.Shape()[0]*s.Rows()]
}
