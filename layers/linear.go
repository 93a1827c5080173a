package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Linear adds a learned affine map to the graph:
//
//	y = x weight + bias
//
//	x [rows, in], weight [in, out], bias [out], y [rows, out]
func Linear(name string, x, weight, bias *gorgonia.Node) (*gorgonia.Node, error) {
	op := &linear{Op: node.New(name, tensor.Shape{x.Shape()[0], weight.Shape()[1]}, x, weight, bias)} // [rows, out]
	return gorgonia.ApplyOp(op, x, weight, bias)
}

// matrixOf views a 2-D value as a matrix.
func matrixOf(v gorgonia.Value) kernel.Matrix {
	shape := v.Shape()
	return kernel.Dense(node.Floats(v), shape[0], shape[1])
}

type linear struct{ node.Op }

// Do multiplies: inputs are x, weight, bias.
func (l *linear) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.MatMul(matrixOf(l.Result()), 1, matrixOf(in[0]), matrixOf(in[1]), 0)
	kernel.AddRows(l.Out(), l.Out(), node.Floats(in[2]))
	return l.Result(), nil
}

// DiffWRT: all inputs have gradients.
func (l *linear) DiffWRT(int) []bool { return node.Differentiable(true, true, true) }

// SymDiff returns dx = dy weight', dWeight = x' dy and dBias, the sum of dy's rows.
func (l *linear) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x, weight, bias := in[0], in[1], in[2]
	dx, err := product(l.Name()+".grad.x", grad, weight, false, true) // [rows, in]
	if err != nil {
		return nil, err
	}
	dWeight, err := product(l.Name()+".grad.weight", x, grad, true, false) // [in, out]
	if err != nil {
		return nil, err
	}
	dBias, err := gorgonia.ApplyOp(&sumRows{node.New(l.Name()+".grad.bias", bias.Shape(), grad)}, grad) // [out]
	return gorgonia.Nodes{dx, dWeight, dBias}, err
}

// Head adds the output head to the graph: the score of each token of the vocabulary.
//
//	logits = x table'
//
//	x [rows, dim], table [vocab, dim], logits [rows, vocab]
//
// With a tied head the table is the token table itself (Press and Wolf 2017).
func Head(name string, x, table *gorgonia.Node) (*gorgonia.Node, error) {
	return product(name, x, table, false, true)
}

// product adds the matrix product a b to the graph, each optionally transposed.
func product(name string, a, b *gorgonia.Node, transA, transB bool) (*gorgonia.Node, error) {
	rows, cols := a.Shape()[0], b.Shape()[1]
	if transA {
		rows = a.Shape()[1]
	}
	if transB {
		cols = b.Shape()[0]
	}
	op := &matMul{Op: node.New(name, tensor.Shape{rows, cols}, a, b), transA: transA, transB: transB}
	return gorgonia.ApplyOp(op, a, b)
}

type matMul struct {
	node.Op
	transA, transB bool
}

// Do multiplies: inputs are a, b.
func (m *matMul) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	a, b := matrixOf(in[0]), matrixOf(in[1])
	if m.transA {
		a = a.T()
	}
	if m.transB {
		b = b.T()
	}
	kernel.MatMul(matrixOf(m.Result()), 1, a, b, 0)
	return m.Result(), nil
}

// DiffWRT: both inputs have gradients.
func (m *matMul) DiffWRT(int) []bool { return node.Differentiable(true, true) }

// SymDiff returns the gradients for y = a b, dA = dy b' and dB = a' dy, each
// transposed where its input is.
func (m *matMul) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	a, b := in[0], in[1]
	var dA, dB *gorgonia.Node
	var err error
	if m.transA {
		dA, err = product(m.Name()+".grad.a", b, grad, m.transB, true)
	} else {
		dA, err = product(m.Name()+".grad.a", grad, b, false, !m.transB)
	}
	if err != nil {
		return nil, err
	}
	if m.transB {
		dB, err = product(m.Name()+".grad.b", grad, a, true, m.transA)
	} else {
		dB, err = product(m.Name()+".grad.b", a, grad, !m.transA, false)
	}
	return gorgonia.Nodes{dA, dB}, err
}

type sumRows struct{ node.Op }

// Do sums the rows of its input.
func (s *sumRows) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.SumRows(s.Out(), node.Floats(in[0]))
	return s.Result(), nil
}
