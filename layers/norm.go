package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Norm normalises the vectors [rows, dim] that a branch of a block reads.
type Norm interface {
	// apply adds the norm to the graph. The branch is that of x, nil if nothing else reads it.
	apply(g *graph, x *gorgonia.Node, branch *node.Branch) *gorgonia.Node
}

// LayerNormName is the name of [LayerNorm] among the norms.
const LayerNormName = "layernorm"

// Norms are the norms: functions that add their parameters.
var Norms = choice.Table[func(s param.Scope, dim int) Norm]{
	{Name: LayerNormName, Choice: newLayerNorm},
}

// LayerNormEpsilon keeps the division finite for a constant row; GPT-2's value.
const LayerNormEpsilon = 1e-5

// LayerNorm normalises row by row:
//
//	y = gain (x - mean) / sqrt(variance + 1e-5) + bias
//
//	x, y [rows, dim]
//
// Source: Ba, Kiros and Hinton 2016.
type LayerNorm struct {
	name       string
	Gain, Bias *param.Param // [dim]
}

func newLayerNorm(s param.Scope, dim int) Norm {
	return LayerNorm{s.Name(), s.Add("gain", param.Ones, dim), s.Add("bias", nil, dim)}
}

func (l LayerNorm) apply(g *graph, x *gorgonia.Node, branch *node.Branch) *gorgonia.Node {
	return g.apply(func() (*gorgonia.Node, error) {
		return applyLayerNorm(l.name, x, g.param(l.Gain), g.param(l.Bias), branch)
	})
}

// applyLayerNorm adds the operation to the graph of its inputs.
func applyLayerNorm(name string, x, gain, bias *gorgonia.Node, branch *node.Branch) (*gorgonia.Node, error) {
	rows := x.Shape()[0]
	op := &layerNorm{
		Op:     node.New(name, x.Shape(), x, gain, bias),
		mean:   make([]float32, rows),
		rstd:   make([]float32, rows),
		branch: branch,
	}
	return node.Apply(op, x, gain, bias)
}

type layerNorm struct {
	node.Op
	mean, rstd []float32    // [rows] of the last run
	branch     *node.Branch // of x
}

// Do normalises: inputs are x, gain, bias.
func (l *layerNorm) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	rows := l.Rows(in[0])
	kernel.LayerNorm(l.Filled(l.Result()), l.mean[:rows], l.rstd[:rows], l.Filled(in[0]), node.Floats(in[1]), node.Floats(in[2]), LayerNormEpsilon)
	return l.Done(), nil
}

// DiffWRT: all inputs have gradients.
func (l *layerNorm) DiffWRT(int) []bool { return node.Differentiable(l.branch.Returns(), true, true) }

// SymDiff returns the three gradients, computed in one pass. The output is among the
// inputs of that pass so that it runs after the forward pass, whose means it reads. The gradient of another reader of x
// is added in the pass.
func (l *layerNorm) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, gain := in[0], in[1]
	inputs := gorgonia.Nodes{grad, x, gain, output}
	if other := l.branch.Other(); other != nil {
		inputs = append(inputs, other)
	}
	op := &layerNormGrad{
		Op:      node.New(l.Name()+".grad.x", x.Shape(), inputs...),
		forward: l,
		dGain:   newTensor(gain.Shape()),
		dBias:   newTensor(gain.Shape()),
	}
	own, err := node.Apply(op, inputs...)
	if err != nil {
		return nil, err
	}
	dx, err := l.branch.Pass(own)
	if err != nil {
		return nil, err
	}
	dGain, err := node.Part(l.Name()+".grad.gain", own, op.dGain)
	if err != nil {
		return nil, err
	}
	dBias, err := node.Part(l.Name()+".grad.bias", own, op.dBias)
	return gorgonia.Nodes{dx, dGain, dBias}, err
}

type layerNormGrad struct {
	node.Op
	forward      *layerNorm
	dGain, dBias *tensor.Dense // [dim]
}

// Do computes dx, dGain and dBias: inputs are dy, x, gain, for the order y, and perhaps the gradient
// of another reader of x.
func (l *layerNormGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	var other []float32
	if len(in) > 4 {
		other = l.Filled(in[4])
	}
	rows := l.Rows(in[0])
	kernel.LayerNormGrad(l.Filled(l.Result()), node.Floats(l.dGain), node.Floats(l.dBias),
		l.Filled(in[0]), l.Filled(in[1]), node.Floats(in[2]), l.forward.mean[:rows], l.forward.rstd[:rows], other)
	return l.Result(), nil
}
