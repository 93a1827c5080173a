package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// applyResidual adds a branch to the residual stream (He et al. 2016):
//
//	y = x + branch
//
//	x, branch, y [batch*seq, dim]
//
// Fork is that of x, which the branch has read.
func applyResidual(name string, x, branch *gorgonia.Node, fork *node.Branch) (*gorgonia.Node, error) {
	return node.Apply(&residual{node.New(name, x.Shape(), x, branch), fork}, x, branch)
}

type residual struct {
	node.Op
	fork *node.Branch
}

// Do adds: inputs are x, branch.
func (r *residual) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Add(r.Filled(r.Result()), r.Filled(in[0]), r.Filled(in[1]))
	return r.Done(), nil
}

// DiffWRT: both inputs have gradients.
func (r *residual) DiffWRT(int) []bool { return node.Differentiable(r.fork.Returns(), true) }

// SymDiff returns dy for both.
func (r *residual) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := r.fork.Pass(grad)
	return gorgonia.Nodes{dx, grad}, err
}
