package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Projections are the three learned projections of what an attention reads: the query, key and value of each token.
//
//	query = x queryWeight + queryBias     and key and value alike
//
//	x [batch*seq, dim]
//
// One pass computes all three, so that x has one gradient in place of three to be added.
type Projections struct {
	name              string
	Query, Key, Value Linear // [dim, dim]
}

func newProjections(s param.Scope, dim int, deviation float64) Projections {
	return Projections{
		s.Name(),
		newLinear(s.In("query"), dim, dim, deviation), newLinear(s.In("key"), dim, dim, deviation), newLinear(s.In("value"), dim, dim, deviation),
	}
}

// Projected holds the nodes of the query, key and value of each token.
type Projected struct {
	Query, Key, Value *gorgonia.Node // [batch*seq, dim]
}

// apply adds the projections to the graph. The branch is that of x, nil if nothing else reads it.
func (p Projections) apply(g *graph, x *gorgonia.Node, branch *node.Branch) Projected {
	var projected Projected
	g.apply(func() (_ *gorgonia.Node, err error) {
		weights := [3]*gorgonia.Node{g.param(p.Query.Weight), g.param(p.Key.Weight), g.param(p.Value.Weight)}
		biases := [3]*gorgonia.Node{g.param(p.Query.Bias), g.param(p.Key.Bias), g.param(p.Value.Bias)}
		projected, err = Project(p.name, x, weights, biases, branch)
		return nil, err
	})
	return projected
}

// Project adds the operation of [Projections] to the graph of its inputs: weights [in, out] and biases [out] in the order
// query, key, value.
func Project(name string, x *gorgonia.Node, weights, biases [3]*gorgonia.Node, branch *node.Branch) (Projected, error) {
	inputs := gorgonia.Nodes{x}
	for i := range weights {
		inputs = append(inputs, weights[i], biases[i])
	}
	op := &projections{branch: branch}
	for i, weight := range weights {
		op.results[i] = newTensor(tensor.Shape{x.Shape()[0], weight.Shape()[1]}) // [batch*seq, out]
	}
	op.Op = node.Of(name+".projections", op.results[0], inputs...)
	source, err := node.Apply(op, inputs...)
	if err != nil {
		return Projected{}, err
	}
	var nodes [3]*gorgonia.Node
	split := node.NewSplit(name + ".projections.grad")
	for i, part := range []string{".query", ".key", ".value"} {
		one := &projection{node.Of(name+part, op.results[i], source), split.Branch()}
		if nodes[i], err = node.Apply(one, source); err != nil {
			return Projected{}, err
		}
	}
	return Projected{nodes[0], nodes[1], nodes[2]}, nil
}

type projections struct {
	node.Op
	results [3]*tensor.Dense // query (the output), key, value [batch*seq, out]
	branch  *node.Branch     // of x
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
	return node.Differentiable(p.branch.Returns(), true, true, true, true, true, true)
}

// projection returns the query, the key or the value.
type projection struct {
	node.Op
	branch *node.Branch // of the projections
}

// Do returns the tensor that the projections have filled.
func (p *projection) Do(...gorgonia.Value) (gorgonia.Value, error) { return p.Done(), nil }

// DiffWRT: the projections have a gradient.
func (p *projection) DiffWRT(int) []bool { return node.Differentiable(p.branch.Returns()) }

// SymDiff passes the gradient to the projections.
func (p *projection) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	all, err := p.branch.Pass(grad)
	return gorgonia.Nodes{all}, err
}

// SymDiff returns the seven gradients, computed in one pass from those of query, key and value.
func (p *projections) SymDiff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	x := in[0]
	inputs, dys, err := node.Gathered(grad)
	if err != nil {
		return nil, err
	}
	op := &projectionsGrad{dys: dys, first: len(inputs)}
	inputs = append(inputs, x, in[1], in[3], in[5])
	op.Op = node.New(p.Name()+".grad.x", x.Shape(), inputs...)
	own, err := node.Apply(op, inputs...)
	if err != nil {
		return nil, err
	}
	dx, err := p.branch.Pass(own)
	if err != nil {
		return nil, err
	}
	grads := gorgonia.Nodes{dx}
	for i, name := range []string{".query", ".key", ".value"} {
		op.dWeights[i], op.dBiases[i] = newTensor(in[1+2*i].Shape()), newTensor(in[2+2*i].Shape())
		dWeight, err := node.Part(p.Name()+".grad"+name+".weight", own, op.dWeights[i])
		if err != nil {
			return nil, err
		}
		dBias, err := node.Part(p.Name()+".grad"+name+".bias", own, op.dBiases[i])
		if err != nil {
			return nil, err
		}
		grads = append(grads, dWeight, dBias)
	}
	return grads, nil
}

type projectionsGrad struct {
	node.Op
	dys               []gorgonia.Value // of query, key and value [batch*seq, out]
	first             int              // the place of x among the inputs
	dWeights, dBiases [3]*tensor.Dense // [dim, out], [out]
}

// Do computes, with dy the gradients of query, key and value and each its weight,
//
//	dx = sum dy weight',  dWeight = x' dy,  dBias = the sum of dy's rows
//
// Inputs are what computes dy, x and the three weights.
func (g *projectionsGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	x, weights := rowsOf(&g.Op, in[g.first]), in[g.first+1:]
	for i, d := range g.dys {
		dy, beta := rowsOf(&g.Op, d), float32(min(i, 1))
		kernel.MatMul(rowsOf(&g.Op, g.Result()), 1, dy, weightsOf(weights[i]).T(), beta)
		kernel.MatMul(weightsOf(g.dWeights[i]), 1, x.T(), dy, 0)
		kernel.SumRows(node.Floats(g.dBiases[i]), dy.Data)
	}
	return g.Result(), nil
}
