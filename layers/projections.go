package layers

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Projections are the three learned projections of an attention layer, to the query, key and value of each token:
//
//	query = x queryWeight + queryBias,  key = x keyWeight + keyBias,  value = x valueWeight + valueBias
//
//	x [batch*seq, dim]
//
// One operation computes all three, so that x has one gradient and not three that must be added.
type Projections struct {
	name              string
	Query, Key, Value Linear // [dim, heads*headDim], [dim, kvHeads*headDim], [dim, kvHeads*headDim]
}

// newProjections returns projections of vectors [dim].
func newProjections(s param.Scope, dim, queryWidth, keyWidth, valueWidth int, initial InitialScale) Projections {
	return Projections{
		s.Name(), newLinear(s.In("query"), dim, queryWidth, initial),
		newLinear(s.In("key"), dim, keyWidth, initial), newLinear(s.In("value"), dim, valueWidth, initial),
	}
}

// Projected holds the nodes of the query, key and value of each token.
type Projected struct {
	Query      *gorgonia.Node // [batch*seq, heads*headDim]
	Key, Value *gorgonia.Node // [batch*seq, kvHeads*headDim]
}

// apply adds the projections to the graph.
func (p Projections) apply(g *builder, x *gorgonia.Node) Projected {
	weights := [3]*gorgonia.Node{g.param(p.Query.Weight), g.param(p.Key.Weight), g.param(p.Value.Weight)}
	biases := [3]*gorgonia.Node{g.param(p.Query.Bias), g.param(p.Key.Bias), g.param(p.Value.Bias)}
	projected, err := Project(p.name, x, weights, biases)
	g.must(nil, err)
	return projected
}

// Project adds the operation of [Projections] to the graph of its inputs: weights [in, out] and biases [out] in the order
// query, key, value.
func Project(name string, x *gorgonia.Node, weights, biases [3]*gorgonia.Node) (Projected, error) {
	inputs := gorgonia.Nodes{x}
	var shapes []tensor.Shape
	for i, weight := range weights {
		if weight.Shape()[0] != x.Shape()[1] || biases[i].Shape()[0] != weight.Shape()[1] {
			return Projected{}, fmt.Errorf("%s: a weight %v and a bias %v do not fit vectors %v",
				name, weight.Shape(), biases[i].Shape(), x.Shape())
		}
		inputs = append(inputs, weight, biases[i])
		shapes = append(shapes, tensor.Shape{x.Shape()[0], weight.Shape()[1]}) // [batch*seq, out]
	}
	op := &projections{node.NewSeveral(name+".projections", shapes, inputs...)}
	nodes, err := node.ApplySeveral(op, name+".query", name+".key", name+".value")
	if err != nil {
		return Projected{}, err
	}
	return Projected{nodes[0], nodes[1], nodes[2]}, nil
}

type projections struct{ node.Op }

// Forward multiplies: inputs are x and, for query, key and value, weight and bias.
func (p *projections) Forward(in ...gorgonia.Value) {
	x := rowsOf(&p.Op, in[0])
	for i, result := range p.Results() {
		kernel.MatMulBias(rowsOf(&p.Op, result), x, weightsOf(in[1+2*i]), node.Floats(in[2+2*i]))
	}
}

// Backward computes, with dy the gradient of query, key or value,
//
//	dx = sum of dy weightᵀ over the three,  dWeight = xᵀ dy,  dBias = sum of the rows of dy
func (p *projections) Backward(g *node.Gradient) {
	x := rowsOf(&p.Op, g.In[0])
	for i, d := range g.Dy {
		dy, beta := rowsOf(&p.Op, d), float32(min(i, 1))
		kernel.MatMul(rowsOf(&p.Op, g.D[0]), 1, dy, weightsOf(g.In[1+2*i]).T(), beta)
		kernel.MatMul(weightsOf(g.D[1+2*i]), 1, x.T(), dy, 0)
		kernel.SumRows(node.Floats(g.D[2+2*i]), dy.Data)
	}
}
