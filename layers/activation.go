package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Activate adds the activation function to the graph, element by element: see
// kernel.GELU and kernel.ReLU for the equations.
//
//	x, y [rows, hidden]
func Activate(name string, x *gorgonia.Node, kind Activation) (*gorgonia.Node, error) {
	op := &activation{Op: node.New(name, x.Shape(), x), kind: kind}
	if kind == GELU {
		op.tanh = make([]float32, len(op.Out()))
	}
	return gorgonia.ApplyOp(op, x)
}

type activation struct {
	node.Op
	kind Activation
	tanh []float32 // GELU: the hyperbolic tangents of the last run
}

// Do applies the function to its input.
func (a *activation) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if a.kind == GELU {
		kernel.GELU(a.Out(), a.tanh, node.Floats(in[0]))
	} else {
		kernel.ReLU(a.Out(), node.Floats(in[0]))
	}
	return a.Result(), nil
}

// DiffWRT: the input has a gradient.
func (a *activation) DiffWRT(int) []bool { return node.Differentiable(true) }

// SymDiff returns dx; the output among its inputs makes it run after the forward pass.
func (a *activation) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	op := &activationGrad{Op: node.New(a.Name()+".grad", in[0].Shape(), grad, in[0], output), forward: a}
	dx, err := gorgonia.ApplyOp(op, grad, in[0], output)
	return gorgonia.Nodes{dx}, err
}

type activationGrad struct {
	node.Op
	forward *activation
}

// Do computes dx: inputs are dy, x and, for the order, y.
func (a *activationGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if a.forward.kind == GELU {
		kernel.GELUGrad(a.Out(), node.Floats(in[0]), node.Floats(in[1]), a.forward.tanh)
	} else {
		kernel.ReLUGrad(a.Out(), node.Floats(in[0]), node.Floats(in[1]))
	}
	return a.Result(), nil
}
