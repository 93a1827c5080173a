package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Residual adds a branch to the residual stream (He et al. 2016):
//
//	y = x + branch
//
//	x, branch, y [batch*seq, dim]
func Residual(name string, x, branch *gorgonia.Node) (*gorgonia.Node, error) {
	return gorgonia.ApplyOp(&residual{node.New(name, x.Shape(), x, branch)}, x, branch)
}

type residual struct{ node.Op }

// Do adds: inputs are x, branch.
func (r *residual) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Add(r.Out(), node.Floats(in[0]), node.Floats(in[1]))
	return r.Result(), nil
}

// DiffWRT: both inputs have gradients.
func (r *residual) DiffWRT(int) []bool { return node.Differentiable(true, true) }

// SymDiff hands the gradient on to both.
func (r *residual) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{grad, grad}, nil
}
