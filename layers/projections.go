package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// Projected holds the nodes of the three learned projections of one input.
type Projected struct {
	Query, Key, Value *gorgonia.Node // [batch*seq, dim]
}

// Projections adds the query, key and value of each token to the graph: what it looks for, what it
// offers to be found by, and what it hands over.
//
//	query = x queryWeight + queryBias     and key and value alike
//
//	x [batch*seq, dim], weights [dim, dim], biases [dim]; weights and biases in the order query, key, value
//
// One pass computes all three, so that x has one gradient in place of three to be added.
func Projections(name string, x *gorgonia.Node, weights, biases [3]*gorgonia.Node) (Projected, error) {
	inputs := gorgonia.Nodes{x}
	for i := range weights {
		inputs = append(inputs, weights[i], biases[i])
	}
	shape := tensor.Shape{x.Shape()[0], weights[0].Shape()[1]} // [batch*seq, dim]
	op := &projections{Op: node.New(name+".projections", shape, inputs...)}
	op.results = [3]*tensor.Dense{op.Dense(), newTensor(shape), newTensor(shape)}
	source, err := node.Apply(op, inputs...)
	if err != nil {
		return Projected{}, err
	}
	var p Projected
	for i, part := range []struct {
		name string
		node **gorgonia.Node
	}{{".query", &p.Query}, {".key", &p.Key}, {".value", &p.Value}} {
		one := &projection{Op: node.Of(name+part.name, op.results[i], source), carries: i == 0}
		if *part.node, err = node.Apply(one, source); err != nil {
			return Projected{}, err
		}
	}
	return p, nil
}

type projections struct {
	node.Op
	results [3]*tensor.Dense // query (the output), key, value [batch*seq, dim]
}

// Do multiplies: inputs are x and, for query, key and value, weight and bias.
func (p *projections) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	x := rowsOf(&p.Op, in[0])
	for i, result := range p.results {
		kernel.MatMulBias(rowsOf(&p.Op, result), x, weightsOf(in[1+2*i]), node.Floats(in[2+2*i]))
	}
	return p.Result(), nil
}

// DiffWRT: all inputs have gradients.
func (p *projections) DiffWRT(inputs int) []bool {
	return node.Differentiable(true, true, true, true, true, true, true)
}

// projection hands on the query, the key or the value.
type projection struct {
	node.Op
	carries bool // the gradients of all three: the query
}

// Do returns the tensor that the projections have filled.
func (p *projection) Do(...gorgonia.Value) (gorgonia.Value, error) { return p.Result(), nil }

// DiffWRT: the gradients of all three come back along the query, as one node.
func (p *projection) DiffWRT(int) []bool { return node.Differentiable(p.carries) }

// SymDiff hands the gradients on.
func (p *projection) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{grad}, nil
}

// SymDiff returns the seven gradients, computed in one pass. The gradient that arrives is that of the
// attention, which holds those of query, key and value.
func (p *projections) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x := in[0]
	inputs := gorgonia.Nodes{grad, x, in[1], in[3], in[5]}
	op := &projectionsGrad{Op: node.New(p.Name()+".grad.x", x.Shape(), inputs...), attention: grad.Op().(*attentionGrad)}
	dx, err := node.Apply(op, inputs...)
	if err != nil {
		return nil, err
	}
	grads := gorgonia.Nodes{dx}
	for i, name := range []string{".query", ".key", ".value"} {
		op.dWeights[i], op.dBiases[i] = newTensor(in[1+2*i].Shape()), newTensor(in[2+2*i].Shape())
		dWeight, err := node.Part(p.Name()+".grad"+name+".weight", dx, op.dWeights[i])
		if err != nil {
			return nil, err
		}
		dBias, err := node.Part(p.Name()+".grad"+name+".bias", dx, op.dBiases[i])
		if err != nil {
			return nil, err
		}
		grads = append(grads, dWeight, dBias)
	}
	return grads, nil
}

type projectionsGrad struct {
	node.Op
	attention         *attentionGrad
	dWeights, dBiases [3]*tensor.Dense // [dim, dim], [dim]
}

// Do computes, with dy the gradients of query, key and value and each its weight,
//
//	dx = sum dy weight',  dWeight = x' dy,  dBias = the sum of dy's rows
//
// Inputs are the gradient of the attention, x and the three weights.
func (g *projectionsGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	x := rowsOf(&g.Op, in[1])
	for i, d := range g.attention.gradients {
		dy, beta := rowsOf(&g.Op, d), float32(min(i, 1))
		kernel.MatMul(rowsOf(&g.Op, g.Result()), 1, dy, weightsOf(in[2+i]).T(), beta)
		kernel.MatMul(weightsOf(g.dWeights[i]), 1, x.T(), dy, 0)
		kernel.SumRows(node.Floats(g.dBiases[i]), dy.Data)
	}
	return g.Result(), nil
}
