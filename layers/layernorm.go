package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// layerNormEpsilon keeps the division finite for a constant row; GPT-2's value.
const layerNormEpsilon = 1e-5

// LayerNorm adds layer normalisation to the graph, row by row:
//
//	y = gain (x - mean) / sqrt(variance + 1e-5) + bias
//
//	x, y [rows, dim], gain, bias [dim]
//
// Source: Ba, Kiros and Hinton 2016.
func LayerNorm(name string, x, gain, bias *gorgonia.Node) (*gorgonia.Node, error) {
	rows := x.Shape()[0]
	op := &layerNorm{
		Op:   node.New(name, x.Shape(), x, gain, bias),
		mean: make([]float32, rows),
		rstd: make([]float32, rows),
	}
	return gorgonia.ApplyOp(op, x, gain, bias)
}

type layerNorm struct {
	node.Op
	mean, rstd []float32 // [rows] of the last run
}

// Do normalises: inputs are x, gain, bias.
func (l *layerNorm) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.LayerNorm(l.Out(), l.mean, l.rstd, node.Floats(in[0]), node.Floats(in[1]), node.Floats(in[2]), layerNormEpsilon)
	return l.Result(), nil
}

// DiffWRT: all inputs have gradients.
func (l *layerNorm) DiffWRT(int) []bool { return node.Differentiable(true, true, true) }

// SymDiff returns the three gradients, computed in one pass. The output is among the
// inputs of that pass so that it runs after the forward pass, whose means it reads.
func (l *layerNorm) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, gain := in[0], in[1]
	op := &layerNormGrad{
		Op:      node.New(l.Name()+".grad.x", x.Shape(), grad, x, gain, output),
		forward: l,
		dGain:   tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(gain.Shape()...)),
		dBias:   tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(gain.Shape()...)),
	}
	dx, err := gorgonia.ApplyOp(op, grad, x, gain, output)
	if err != nil {
		return nil, err
	}
	dGain, err := node.Part(l.Name()+".grad.gain", dx, op.dGain)
	if err != nil {
		return nil, err
	}
	dBias, err := node.Part(l.Name()+".grad.bias", dx, op.dBias)
	return gorgonia.Nodes{dx, dGain, dBias}, err
}

type layerNormGrad struct {
	node.Op
	forward      *layerNorm
	dGain, dBias *tensor.Dense // [dim]
}

// Do computes dx, dGain and dBias: inputs are dy, x, gain and, for the order, y.
func (l *layerNormGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.LayerNormGrad(l.Out(), node.Floats(l.dGain), node.Floats(l.dBias),
		node.Floats(in[0]), node.Floats(in[1]), node.Floats(in[2]), l.forward.mean, l.forward.rstd)
	return l.Result(), nil
}
