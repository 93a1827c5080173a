package layers

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/internal/param"
)

// Inference runs the model forward: the same operations as in training, without dropout and
// without gradients.
type Inference struct {
	*Transformer
	logits []float32
	vm     gorgonia.VM
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
	return &Inference{Transformer: t, vm: gorgonia.NewTapeMachine(t.Graph.SubgraphRoots(t.Logits))}, nil
}

// Run computes the logits and attention weights for ids [batch*seq], each in 0..vocab-1.
// A shorter list stands for sentences that end early: the rest is filled with id 0, which no
// earlier token can see.
func (f *Inference) Run(ids []int) error {
	if len(ids) > len(f.IDs) {
		return fmt.Errorf("layers: %d tokens do not fit the graph's %d", len(ids), len(f.IDs))
	}
	clear(f.IDs[copy(f.IDs, ids):])
	f.vm.Reset()
	if err := f.vm.RunAll(); err != nil {
		return fmt.Errorf("layers: forward pass: %w", err)
	}
	f.logits = node.Floats(f.Logits.Value())
	return nil
}

// LogitsAt returns the scores of the next token [vocab] after the token at row
// sentence*seq + place. The slice changes with the next run.
func (f *Inference) LogitsAt(row int) []float32 {
	vocab := f.Logits.Shape()[1]
	return f.logits[row*vocab : (row+1)*vocab]
}

// Close frees what the machine holds.
func (f *Inference) Close() error { return f.vm.Close() }
