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
//
// The gradient of x takes the bypass to the LayerNorm at which the branch began.
func Residual(name string, x, branch *gorgonia.Node, bypass *node.Bypass) (*gorgonia.Node, error) {
	return node.Apply(&residual{node.New(name, x.Shape(), x, branch), bypass}, x, branch)
}

type residual struct {
	node.Op
	bypass *node.Bypass
}

// Do adds: inputs are x, branch.
func (r *residual) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Add(r.Filled(r.Result()), r.Filled(in[0]), r.Filled(in[1]))
	return r.Result(), nil
}

// DiffWRT: both inputs have gradients, that of x goes another way.
func (r *residual) DiffWRT(int) []bool { return node.Differentiable(false, true) }

// SymDiff hands the gradient on to both.
func (r *residual) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	r.bypass.Give(grad)
	return gorgonia.Nodes{nil, grad}, nil
}
