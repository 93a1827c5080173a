package train

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/layers"
)

// Builder makes one graph of the model for some sentences of the batch. All graphs that it
// makes share the model's weights.
type Builder func(layers.Options) (*layers.Transformer, error)

// replica is one copy of the model's graph, differentiated, with the machine that runs it.
// It holds sentences first to first+batch of the whole batch.
type replica struct {
	*layers.Transformer
	first, batch int
	targets      []int     // [batch*seq]
	weight       []float32 // [1]
	loss         *gorgonia.Node
	op           *lossOp
	grads        gorgonia.Nodes // of Params, in their order; nil without gradients
	vm           gorgonia.VM
}

// newReplica builds the graph; withGradients also differentiates it.
func newReplica(build Builder, o layers.Options, withGradients bool) (*replica, error) {
	t, err := build(o)
	if err != nil {
		return nil, err
	}
	r := &replica{Transformer: t, first: o.FirstSentence, batch: o.Batch, weight: make([]float32, 1)}
	var targets *gorgonia.Node
	targets, r.targets = node.Ids(t.Graph, "targets", o.Batch*o.Seq)
	weight := node.Weights(t.Graph, "weight of a target", []int{1}, r.weight)
	if r.loss, r.op, err = crossEntropy("loss", t.Logits, targets, weight); err != nil {
		return nil, fmt.Errorf("train: loss: %w", err)
	}
	roots := gorgonia.Nodes{r.loss}
	if withGradients {
		if r.grads, err = gorgonia.Grad(r.loss, t.Params...); err != nil {
			return nil, fmt.Errorf("train: differentiating the graph: %w", err)
		}
		roots = append(roots, r.grads...)
	}
	if err := node.CheckUnique(t.Graph); err != nil {
		return nil, err
	}
	r.vm = gorgonia.NewTapeMachine(t.Graph.SubgraphRoots(roots...))
	return r, nil
}

// load copies this replica's sentences out of the whole batch.
//
//	ids, targets [whole batch * seq]; weight is 1 over the targets that count
func (r *replica) load(ids, targets []int, step int, weight float32) {
	seq := len(r.IDs) / r.batch
	copy(r.IDs, ids[r.first*seq:])
	copy(r.targets, targets[r.first*seq:])
	r.weight[0] = weight
	if r.Step != nil {
		r.Step[0] = step
	}
}

// run computes the loss and, if built with them, the gradients.
func (r *replica) run() error {
	r.vm.Reset()
	if err := r.vm.RunAll(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// lossValue returns the loss of the last run.
func (r *replica) lossValue() float64 { return float64(r.loss.Value().Data().(float32)) }

// gradient returns the gradient of parameter i from the last run.
func (r *replica) gradient(i int) []float32 { return node.Floats(r.grads[i].Value()) }
