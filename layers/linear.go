package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Linear is a learned affine map, followed by an activation where one is asked for:
//
//	y = x weight + bias     or  y = f(x weight + bias)
//
//	x [rows, in], y [rows, out]
type Linear struct {
	name   string
	Weight *param.Param // [in, out]
	Bias   *param.Param // [out]
}

// newLinear returns a map whose weight starts normally distributed and whose bias starts at 0.
func newLinear(s param.Scope, in, out int, deviation float64) Linear {
	return Linear{s.Name(), s.Add("weight", param.Normal(deviation), in, out), s.Add("bias", nil, out)}
}

// apply adds the map to the graph. The branch is that of x, nil if nothing else reads it; f may be nil.
func (l Linear) apply(g *graph, x *gorgonia.Node, f Activation, branch *node.Branch) *gorgonia.Node {
	return g.apply(func() (*gorgonia.Node, error) {
		return applyLinear(l.name, x, g.param(l.Weight), g.param(l.Bias), f, branch)
	})
}

// applyLinear adds the operation to the graph of its inputs.
func applyLinear(name string, x, weight, bias *gorgonia.Node, f Activation, branch *node.Branch) (*gorgonia.Node, error) {
	op := &linear{Op: node.New(name, tensor.Shape{x.Shape()[0], weight.Shape()[1]}, x, weight, bias), f: f, branch: branch} // [rows, out]
	if f != nil {
		op.slope = make([]float32, len(op.Out()))
	}
	return node.Apply(op, x, weight, bias)
}

// weightsOf views a 2-D value as a matrix.
func weightsOf(v gorgonia.Value) kernel.Matrix {
	shape := v.Shape()
	return kernel.Dense(node.Floats(v), shape[0], shape[1])
}

// rowsOf views the filled rows of a [batch*seq, n] value as a matrix.
func rowsOf(op *node.Op, v gorgonia.Value) kernel.Matrix {
	return kernel.Dense(op.Filled(v), op.Rows(v), v.Shape()[1])
}

// newTensor returns a tensor of zeros, for a gradient beside an operation's output.
func newTensor(shape tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
}

type linear struct {
	node.Op
	f     Activation // or nil
	slope []float32  // [rows, out] its derivative, of the last run

	before     []float32 // [rows, out] what the activation is applied to, and
	hookBefore func()    // what is called with it, nil unless a hook asks for it

	branch *node.Branch
}

// Do multiplies: inputs are x, weight, bias.
func (l *linear) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	y := rowsOf(&l.Op, l.Result())
	kernel.MatMulBias(y, rowsOf(&l.Op, in[0]), weightsOf(in[1]), node.Floats(in[2]))
	if l.f != nil {
		if l.hookBefore != nil {
			copy(l.before, y.Data)
			l.hookBefore()
			copy(y.Data, l.before)
		}
		l.f(y.Data, l.slope[:len(y.Data)], y.Data)
	}
	return l.Done(), nil
}

// DiffWRT: all inputs have gradients.
func (l *linear) DiffWRT(int) []bool { return node.Differentiable(l.branch.Returns(), true, true) }

// SymDiff returns the three gradients, computed in one pass. The output is among its inputs so
// that it runs after the forward pass, whose slopes it reads.
func (l *linear) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, weight, bias := in[0], in[1], in[2]
	op := &linearGrad{
		Op:      node.New(l.Name()+".grad.x", x.Shape(), grad, x, weight, output),
		forward: l,
		dWeight: newTensor(weight.Shape()),
		dBias:   newTensor(bias.Shape()),
	}
	if l.slope != nil {
		op.dInner = make([]float32, len(l.Out()))
	}
	own, err := node.Apply(op, grad, x, weight, output)
	if err != nil {
		return nil, err
	}
	dx, err := l.branch.Pass(own)
	if err != nil {
		return nil, err
	}
	dWeight, err := node.Part(l.Name()+".grad.weight", own, op.dWeight)
	if err != nil {
		return nil, err
	}
	dBias, err := node.Part(l.Name()+".grad.bias", own, op.dBias)
	return gorgonia.Nodes{dx, dWeight, dBias}, err
}

type linearGrad struct {
	node.Op
	forward        *linear
	dWeight, dBias *tensor.Dense // [in, out], [out]
	dInner         []float32     // [rows, out] gradient before the activation
}

// Do computes, with dy the gradient before the activation,
//
//	dx = dy weight',  dWeight = x' dy,  dBias = the sum of dy's rows
//
// Inputs are the gradient of the output, x, weight and, for the order, the output.
func (g *linearGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	dy := rowsOf(&g.Op, in[0]) // [rows, out]
	if slope := g.forward.slope; slope != nil {
		inner := g.dInner[:len(dy.Data)]
		kernel.Mul(inner, dy.Data, slope[:len(dy.Data)])
		dy.Data = inner
	}
	kernel.MatMul(rowsOf(&g.Op, g.Result()), 1, dy, weightsOf(in[2]).T(), 0)
	kernel.MatMul(weightsOf(g.dWeight), 1, rowsOf(&g.Op, in[1]).T(), dy, 0)
	kernel.SumRows(node.Floats(g.dBias), dy.Data)
	return g.Result(), nil
}
