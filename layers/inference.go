package layers

import (
	"fmt"

	"attend/internal/node"
	"attend/internal/param"
)

// Inference runs the model forward: the same operations as in training, without dropout and
// without gradients.
type Inference struct {
	*Transformer
	seq     int
	logits  []float32 // [batch*seq, vocab]
	machine *node.Machine
}

// NewInference builds a graph for batches of the given shape over shared weights.
func NewInference(c Config, weights *param.Set, batch, seq int) (*Inference, error) {
	t, err := New(c, weights, Options{Batch: batch, Seq: seq})
	if err != nil {
		return nil, err
	}
	if err := node.CheckUnique(t.Graph); err != nil {
		return nil, err
	}
	_, logits, _ := node.Result(t.Logits)
	machine, err := node.NewMachine(t.Graph, t.Logits)
	if err != nil {
		return nil, err
	}
	return &Inference{Transformer: t, seq: seq, logits: node.Floats(logits), machine: machine}, nil
}

// Run computes the logits and attention weights of some sentences of ids, each id in 0..vocab-1:
// as many sentences as the batch has or fewer, each of at least one token and at most seq.
func (f *Inference) Run(sentences ...[]int) error {
	if len(sentences) == 0 || len(sentences) > f.Sentences.Len() {
		return fmt.Errorf("%d sentences do not fit the graph's %d", len(sentences), f.Sentences.Len())
	}
	for i := range f.Sentences.Len() {
		length := 0
		if i < len(sentences) {
			if length = len(sentences[i]); length < 1 || length > f.seq {
				return fmt.Errorf("sentence %d has %d tokens, want 1 to %d", i+1, length, f.seq)
			}
		}
		f.Sentences.SetLength(i, length)
		start, _ := f.Sentences.At(i)
		if length > 0 {
			copy(f.IDs[start:], sentences[i])
		}
	}
	if err := f.machine.Run(); err != nil {
		return fmt.Errorf("forward pass: %w", err)
	}
	return nil
}

// LogitsAt returns the scores of the next token [vocab] after the token at a place of a sentence.
// The slice changes with the next run.
func (f *Inference) LogitsAt(sentence, place int) []float32 {
	start, _ := f.Sentences.At(sentence)
	vocab := f.Logits.Shape()[1]
	return f.logits[(start+place)*vocab:][:vocab]
}

// Close frees what the machine holds.
func (f *Inference) Close() error { return f.machine.Close() }
