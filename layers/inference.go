package layers

import (
	"fmt"

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

// NewInferenceOf is [NewInference] for a graph with options. Parameters must be those of the graph in o.Past.
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

// RunFrom is [Inference.Run] in a graph with a base sentence, see [Options.Past]: it computes sentence i from position from[i] on.
// The tokens before that position must be those of the base sentence, and at most seq tokens follow; all of them are at most as many
// as the graph of the base sentence takes. A nil from means whole sentences.
//
// The results are those of the whole sentence, bit for bit: by the causal mask activations before the first token that changes are
// those of the base sentence. Edits in the last forward pass of the base graph are in its keys and values.
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

// LogitsAt returns the logits [vocab] of the token after a position of a sentence that the graph computes; with [Options.LastOnly]
// that is the last position alone. The slice changes with the next forward pass.
func (f *Inference) LogitsAt(sentence, position int) []float32 {
	start, _ := f.last.At(sentence)
	vocab := f.Logits.Shape()[1]
	return f.logits[(start+position-f.last.First(sentence))*vocab:][:vocab]
}

// Close frees the memory of the graph.
func (f *Inference) Close() error { return f.machine.Close() }
