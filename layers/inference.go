package layers

import (
	"fmt"
	"slices"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Inference computes the forward pass of a model with the operations of training, without dropout and without gradients.
type Inference struct {
	*Graph
	most    int       // maximum number of tokens of a sentence that are computed
	logits  []float32 // [batch*seq, vocab]
	machine *node.Machine
}

// NewInference builds a graph for batches of the given shape over shared parameters. Call [Inference.Close] at the end.
func NewInference(c Config, params *param.Set, batch, seq int) (*Inference, error) {
	return NewInferenceOf(c, params, Options{Batch: batch, Seq: seq})
}

// NewInferenceOf is [NewInference] for a graph with options. Parameters must be those of the graph in o.Base.
func NewInferenceOf(c Config, params *param.Set, o Options) (*Inference, error) {
	t, err := New(c, params, o)
	if err != nil {
		return nil, err
	}
	if err := node.CheckUnique(t.ExprGraph); err != nil {
		return nil, err
	}
	machine, err := node.NewMachine(t.ExprGraph, t.Logits)
	if err != nil {
		return nil, err
	}
	return &Inference{Graph: t, most: o.Seq, logits: node.Floats(valueOf(t.Logits)), machine: machine}, nil
}

// NotFiniteError reports that a model computes NaN or infinity, as after a training that diverged. Its results have no meaning.
type NotFiniteError struct {
	Found string // such as "a logit is NaN"
}

// Error returns what was found and what to do.
func (e *NotFiniteError) Error() string {
	return fmt.Sprintf("the model diverged in training, %s: train again with a lower --lr", e.Found)
}

// Run computes the logits and attention weights of sentences of ids in 0..vocab-1: at least one sentence and at most the batch,
// each of 1 to seq tokens. It returns a [NotFiniteError] if a logit, attention weight, query, key or value is not finite.
func (f *Inference) Run(sentences ...[]int) error { return f.RunFrom(sentences, nil) }

// RunFrom is [Inference.Run] in a graph with a base sentence, see [Options.Base]: it computes sentence i from position from[i]
// on. The tokens before that position must be those of the base sentence, and at most seq tokens follow; all of them are at most
// as many as the graph of the base sentence takes. A nil from means whole sentences.
//
// The results are those of the whole sentence, bit for bit: by the causal mask activations before the first token that changes
// are those of the base sentence. Edits in the last forward pass of the base graph are in its keys and values.
func (f *Inference) RunFrom(sentences [][]int, from []int) error {
	if from != nil && len(from) != len(sentences) {
		return fmt.Errorf("%d sentences with %d positions to compute them from: want one for each", len(sentences), len(from))
	}
	if len(sentences) == 0 || len(sentences) > f.Sentences.Len() {
		return fmt.Errorf("the graph takes 1 to %d sentences, not %d", f.Sentences.Len(), len(sentences))
	}
	for i, ids := range sentences {
		first := 0
		if from != nil {
			first = from[i]
		}
		if err := f.checkSentence(i, ids, first, f.most); err != nil {
			return err
		}
	}
	f.setSentences(sentences, from)
	if err := f.machine.Run(); err != nil {
		return fmt.Errorf("forward pass: %w", err)
	}
	return f.checkFinite()
}

// setSentences sets the sentences of the next forward pass. The graph computes sentence i from position from[i] on; a nil from
// means whole sentences.
func (t *Graph) setSentences(sentences [][]int, from []int) {
	for i := range t.Sentences.Len() {
		var ids []int
		first := 0
		if i < len(sentences) {
			ids = sentences[i]
			if from != nil {
				first = from[i]
			}
		}
		t.Sentences.SetFirst(i, first)
		t.Sentences.SetLength(i, len(ids)-first)
		start, _ := t.Sentences.At(i)
		if len(ids) > 0 {
			copy(t.IDs[start:], ids[first:])
		}
		if t.last != t.Sentences {
			t.last.SetFirst(i, max(0, len(ids)-1))
			t.last.SetLength(i, min(1, len(ids)))
		}
	}
}

// checkSentence returns an error unless the graph can compute a sentence from a position on: it has 1 to `most` tokens from there
// on, and the ones before are those of the base sentence. i is the index of the sentence.
func (t *Graph) checkSentence(i int, ids []int, from, most int) error {
	switch count := len(ids) - from; {
	case from == 0 && (count < 1 || count > most):
		return fmt.Errorf("sentence %d has %d tokens, want 1 to %d", i+1, count, most)
	case from == 0:
		return nil
	case t.base == nil:
		return fmt.Errorf("sentence %d begins at position %d, but the graph has no base sentence: compute the whole sentence",
			i+1, from)
	case from < 0 || count < 1 || count > most || len(ids) > t.seq:
		return fmt.Errorf("sentence %d has %d tokens and begins at position %d: want at most %d tokens, 1 to %d of them from that position on",
			i+1, len(ids), from, t.seq, most)
	}
	base := t.base.sentence(0)
	if from > len(base) || !slices.Equal(ids[:from], base[:from]) {
		return fmt.Errorf("sentence %d begins at position %d, but its tokens before are not those of the base sentence", i+1, from)
	}
	return nil
}

// sentence returns the ids of a sentence of the last forward pass.
func (t *Graph) sentence(i int) []int {
	start, length := t.Sentences.At(i)
	return t.IDs[start:][:length]
}

// checkFinite returns a NotFiniteError unless the logits, attention weights, queries, keys and values are finite.
func (f *Inference) checkFinite() error {
	if x, found := notFinite(f.logits[:f.last.Rows()*f.Logits.Shape()[1]]); found {
		return &NotFiniteError{fmt.Sprintf("a logit is %g", x)}
	}
	for layer, a := range f.Attention {
		if name, x, found := a.notFinite(); found {
			return &NotFiniteError{fmt.Sprintf("in layer %d one of %s is %g", layer+1, name, x)}
		}
	}
	return nil
}

// notFinite returns the first value that is NaN or infinite; found is false if all are finite.
func notFinite(values []float32) (x float32, found bool) {
	// The squares of finite values and their sum are finite in double precision.
	if sum := kernel.SumSquares(values); sum-sum == 0 {
		return 0, false
	}
	for _, x := range values {
		if x-x != 0 { // NaN, and infinity minus infinity is NaN too
			return x, true
		}
	}
	return 0, false
}

// LogitsAt returns the logits [vocab] of the token after a position of a sentence that the graph computes; with
// [Options.LastOnly] that is the last position alone, or it panics. The slice changes with the next forward pass.
func (f *Inference) LogitsAt(sentence, position int) []float32 {
	start, length := f.last.At(sentence)
	vocab := f.Logits.Shape()[1]
	return f.logits[(start+rowAt(position, f.last.First(sentence), length))*vocab:][:vocab]
}

// rowAt returns the row of a position in a sentence of which the graph computes length tokens from position first on. It panics
// if the position is not one of them.
func rowAt(position, first, length int) int {
	if position < first || position >= first+length {
		panic(fmt.Sprintf("layers: position %d is not computed: the graph computes positions %d to %d of the sentence",
			position, first, first+length-1))
	}
	return position - first
}

// Close frees the memory of the graph.
func (f *Inference) Close() error { return f.machine.Close() }
