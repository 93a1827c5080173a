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
// The gradient of x that takes the bypass around the branch that begins here, if any, is added
// to dx. Source: Ba, Kiros and Hinton 2016.
func LayerNorm(name string, x, gain, bias *gorgonia.Node, bypass *node.Bypass) (*gorgonia.Node, error) {
	rows := x.Shape()[0]
	op := &layerNorm{
		Op:     node.New(name, x.Shape(), x, gain, bias),
		mean:   make([]float32, rows),
		rstd:   make([]float32, rows),
		bypass: bypass,
	}
	return node.Apply(op, x, gain, bias)
}

type layerNorm struct {
	node.Op
	mean, rstd []float32 // [rows] of the last run
	bypass     *node.Bypass
}

// Do normalises: inputs are x, gain, bias.
func (l *layerNorm) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	rows := l.Rows(in[0])
	kernel.LayerNorm(l.Filled(l.Result()), l.mean[:rows], l.rstd[:rows], l.Filled(in[0]), node.Floats(in[1]), node.Floats(in[2]), layerNormEpsilon)
	return l.Result(), nil
}

// DiffWRT: all inputs have gradients.
func (l *layerNorm) DiffWRT(int) []bool { return node.Differentiable(true, true, true) }

// SymDiff returns the three gradients, computed in one pass. The output is among the
// inputs of that pass so that it runs after the forward pass, whose means it reads.
func (l *layerNorm) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, gain := in[0], in[1]
	inputs, err := l.bypass.With(grad, x, gain, output)
	if err != nil {
		return nil, err
	}
	op := &layerNormGrad{
		Op:      node.New(l.Name()+".grad.x", x.Shape(), inputs...),
		forward: l,
		dGain:   newTensor(gain.Shape()),
		dBias:   newTensor(gain.Shape()),
	}
	dx, err := node.Apply(op, inputs...)
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

// Do computes dx, dGain and dBias: inputs are dy, x, gain, for the order y, and perhaps the gradient
// that took the bypass.
func (l *layerNormGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	var bypass []float32
	if len(in) > 4 {
		bypass = l.Filled(in[4])
	}
	rows := l.Rows(in[0])
	kernel.LayerNormGrad(l.Filled(l.Result()), node.Floats(l.dGain), node.Floats(l.dBias),
		l.Filled(in[0]), l.Filled(in[1]), node.Floats(in[2]), l.forward.mean[:rows], l.forward.rstd[:rows], bypass)
	return l.Result(), nil
}
