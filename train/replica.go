package train

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/layers"
)

// Builder builds a graph of the model for some sentences of the batch. All its graphs share the weights of the model.
type Builder func(layers.Options) (*layers.Graph, error)

// replica is one graph of the model with the loss, its gradients and the machine that runs it. It computes sentences first to
// first+batch of the whole batch, as one replica of data parallelism.
type replica struct {
	*layers.Graph
	first, batch int
	targets      []int // [batch*seq]
	loss         *gorgonia.Node
	op           *lossOp
	gradients    [][]float32 // in the order of Params; nil without gradients
	machine      *node.Machine
}

// newReplica builds the graph and, if withGradients is set, differentiates it.
func newReplica(build Builder, o layers.Options, withGradients bool) (*replica, error) {
	t, err := build(o)
	if err != nil {
		return nil, err
	}
	r := &replica{Graph: t, first: o.FirstSentence, batch: o.Batch}
	var targets *gorgonia.Node
	targets, r.targets = node.IntInput(t.ExprGraph, "targets", o.Batch*o.Seq)
	if r.loss, r.op, err = crossEntropy("loss", t.Logits, targets); err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	roots := gorgonia.Nodes{r.loss}
	if withGradients {
		grads, err := gorgonia.Grad(r.loss, t.Params...)
		if err != nil {
			return nil, fmt.Errorf("differentiating the graph: %w", err)
		}
		for _, n := range grads {
			runs, value, err := node.Result(n)
			if err != nil {
				return nil, err
			}
			roots = append(roots, runs)
			r.gradients = append(r.gradients, node.Floats(value))
		}
	}
	if err := node.CheckUnique(t.ExprGraph); err != nil {
		return nil, err
	}
	if r.machine, err = node.NewMachine(t.ExprGraph, roots...); err != nil {
		return nil, err
	}
	return r, nil
}

// load copies the sentences of this replica from the whole batch, each up to its last token with a target. The tokens after it
// are padding, and no earlier token attends to them.
//
//	ids, targets [whole batch * seq]; scale is 1 / (number of targets in the whole batch)
func (r *replica) load(ids, targets []int, step int, scale float32) {
	seq := len(r.IDs) / r.batch
	for s := range r.batch {
		from := (r.first + s) * seq
		length := seq
		for length > 0 && targets[from+length-1] < 0 {
			length--
		}
		if s == 0 {
			length = max(length, 1) // a graph computes at least one row
		}
		r.Sentences.SetLength(s, length)
		start, _ := r.Sentences.At(s)
		copy(r.IDs[start:], ids[from:from+length])
		copy(r.targets[start:], targets[from:from+length])
	}
	r.op.scale = scale
	if r.Step != nil {
		r.Step[0] = step
	}
}

// run computes the loss and, if the replica has them, the gradients.
func (r *replica) run() error { return r.machine.Run() }

// lossValue returns the loss of the last forward pass.
func (r *replica) lossValue() float64 { return float64(*r.op.Scalar()) }
