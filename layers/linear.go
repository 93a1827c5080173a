package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Activation is the activation function of the feed-forward network, applied element by element. It writes y = f(x) and its
// derivative.
//
//	y, derivative, x [rows, hidden]     y may be x
type Activation func(y, derivative, x []float32)

// The names of the activation functions.
const (
	GELU = "gelu" // tanh form, GPT-2's "gelu_new"
	ReLU = "relu"
)

// Activations is the table of activation functions that --activation selects from.
var Activations = choice.Table[Activation]{
	{Name: GELU, Choice: kernel.GELU},
	{Name: ReLU, Choice: kernel.ReLU},
}

// Linear is a linear layer, followed by an activation function if it has one:
//
//	y = x weight + bias     or  y = f(x weight + bias)
//
//	x [rows, in], y [rows, out]
type Linear struct {
	name   string
	Weight *param.Param // [in, out]
	Bias   *param.Param // [out]
}

// newLinear returns a layer whose weight starts normally distributed and whose bias starts at 0.
func newLinear(s param.Scope, in, out int, initial InitialScale) Linear {
	return Linear{s.Name(), s.Add("weight", param.Normal(initial.Linear(in)), in, out), s.Add("bias", nil, out)}
}

// newAdded is newLinear for a layer whose output is added to the residual stream.
func newAdded(s param.Scope, in, out int, initial InitialScale) Linear {
	l := newLinear(s, in, out, initial)
	l.Weight.Init = param.Normal(initial.Linear(in) * initial.Added)
	return l
}

// apply adds the layer to the graph; f may be nil.
func (l Linear) apply(g *builder, x *gorgonia.Node, f Activation) *gorgonia.Node {
	return g.must(applyLinear(l.name, x, g.param(l.Weight), g.param(l.Bias), f))
}

// memory returns what a graph stores of the layer for each token, with the derivative if it has an activation function.
func (l Linear) memory(f Activation) perToken {
	in, out := float64(l.Weight.Shape[0]), float64(l.Weight.Shape[1])
	if f != nil {
		return perToken{2 * out, in}
	}
	return perToken{out, in}
}

// applyLinear adds the operation to the graph of its inputs.
func applyLinear(name string, x, weight, bias *gorgonia.Node, f Activation) (*gorgonia.Node, error) {
	op := &linear{Op: node.New(name, tensor.Shape{x.Shape()[0], weight.Shape()[1]}, x, weight, bias), f: f} // [rows, out]
	if f != nil {
		op.derivative = make([]float32, len(op.Out()))
	}
	return node.Apply(op)
}

// weightsOf returns a view of a 2-D value.
func weightsOf(v gorgonia.Value) kernel.Matrix {
	shape := v.Shape()
	return kernel.Dense(node.Floats(v), shape[0], shape[1])
}

// rowsOf returns a view of the filled rows of a [batch*seq, n] value.
func rowsOf(op *node.Op, v gorgonia.Value) kernel.Matrix {
	return kernel.Dense(op.Filled(v), op.Rows(v), v.Shape()[1])
}

type linear struct {
	node.Op
	f          Activation // or nil
	derivative []float32  // [rows, out] its derivative in the last forward pass

	before     []float32 // [rows, out] the input of the activation function, for a hook point
	hookBefore func()    // edits before; nil unless the hook point is requested
}

// Forward multiplies: inputs are x, weight, bias.
func (l *linear) Forward(in ...gorgonia.Value) {
	y := rowsOf(&l.Op, l.Result())
	kernel.MatMulBias(y, rowsOf(&l.Op, in[0]), weightsOf(in[1]), node.Floats(in[2]))
	if l.f == nil {
		return
	}
	if l.hookBefore != nil {
		copy(l.before, y.Data)
		l.hookBefore()
		copy(y.Data, l.before)
	}
	l.f(y.Data, l.derivative[:len(y.Data)], y.Data)
}

// Backward computes, with dy the gradient before the activation,
//
//	dx = dy weightᵀ,  dWeight = xᵀ dy,  dBias = sum of the rows of dy
func (l *linear) Backward(g *node.Gradient) {
	dy := rowsOf(&l.Op, g.Dy[0]) // [rows, out]
	if l.f != nil {              // the derivatives are not needed any more
		inner := l.derivative[:len(dy.Data)]
		kernel.Mul(inner, dy.Data, inner)
		dy.Data = inner
	}
	kernel.MatMul(rowsOf(&l.Op, g.D[0]), 1, dy, weightsOf(g.In[1]).T(), 0)
	kernel.MatMul(weightsOf(g.D[1]), 1, rowsOf(&l.Op, g.In[0]).T(), dy, 0)
	kernel.SumRows(node.Floats(g.D[2]), dy.Data)
}
