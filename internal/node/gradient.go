package node

import (
	"cmp"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
)

// Differentiable is an operation with a gradient: that of each input of float32 numbers.
type Differentiable interface {
	Operation
	// Backward computes the gradients of the inputs in one pass, after Forward has run with the same inputs.
	Backward(g *Gradient)
}

// Gradient is what [Differentiable.Backward] reads and writes.
type Gradient struct {
	In []gorgonia.Value // the inputs
	Dy []gorgonia.Value // the gradients of the results: one, unless there are several
	D  []gorgonia.Value // to be written: the gradients of the inputs, nil where there is none

	addends []gorgonia.Value // by input
}

// Addend returns the gradient of an input that reaches it through other operations, nil if there is none. Who asks for
// it adds it to D; otherwise it is added after Backward.
func (g *Gradient) Addend(input int) []float32 {
	if g.addends[input] == nil {
		return nil
	}
	addend := Floats(g.addends[input])
	g.addends[input] = nil
	return addend
}

// backward is what an operation knows of its gradient.
//
// Several operations may read one node. gorgonia would add their gradients of it by operations that allocate the
// sums on every run. Here the last of them that gorgonia differentiates, in whatever order, returns the sum of all; DiffWRT,
// which gorgonia asks again after SymDiff, is false for the others. So all operations that read a node of a graph with gradients
// must lead to the loss.
type backward struct {
	passes    []bool         // by input: its gradient is that of the output
	gradients gorgonia.Nodes // by input, once differentiated
	withheld  []bool         // by input: another operation returns the gradient
}

// PassGradient says of an input that its gradient is that of the output, so that nothing is computed.
func (o *Op) PassGradient(input int) {
	if o.passes == nil {
		o.passes = make([]bool, len(o.inputs))
	}
	o.passes[input] = true
}

// hasGradient reports whether an input has a gradient.
func (o *Op) hasGradient(input int) bool {
	_, ok := o.self.(Differentiable)
	return ok && o.inputs[input].Dtype() == tensor.Float32
}

// DiffWRT tells gorgonia for which inputs SymDiff returns a gradient.
func (o *Op) DiffWRT(inputs int) []bool {
	all := make([]bool, inputs)
	for i := range all {
		all[i] = o.hasGradient(i) && (o.withheld == nil || !o.withheld[i])
	}
	return all
}

// SymDiff adds the operation that computes the gradients of the inputs and returns its nodes.
func (o *Op) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	n := len(inputs)
	g := &gradient{of: o.self.(Differentiable), sums: make([]gorgonia.Value, n), Gradient: Gradient{D: make([]gorgonia.Value, n)}}
	gradients, returned := make(gorgonia.Nodes, n), make(gorgonia.Nodes, n)
	o.withheld = make([]bool, n)
	dys, others := gorgonia.Nodes{grad}, gorgonia.Nodes{} // what the gradient is computed from beside the inputs
	if len(o.results) > 1 {
		dys = ofResults(output)
	}
	var results []gorgonia.Value
	var names []string
	var computed []int
	for i, in := range inputs {
		if !o.hasGradient(i) {
			continue
		}
		addends, last := o.otherGradients(i)
		o.withheld[i] = !last
		passed := o.passes != nil && o.passes[i]
		if passed {
			gradients[i] = grad
			addends = append(addends, grad)
		} else {
			g.D[i] = NewTensor(in.Shape())
			results, computed = append(results, g.D[i]), append(computed, i)
			if len(results) > 1 {
				names = append(names, fmt.Sprintf("%s.grad.%d", o.name, i))
			}
		}
		if !last || len(addends) == 0 {
			continue
		}
		sum, err := added(fmt.Sprintf("%s.sum.%d", o.name, i), addends)
		if err != nil {
			return nil, err
		}
		if passed {
			returned[i] = sum
		} else if others, g.sums[i], err = running(others, sum); err != nil {
			return nil, err
		}
	}
	if len(results) > 0 {
		for _, dy := range dys {
			var value gorgonia.Value
			var err error
			if others, value, err = running(others, dy); err != nil {
				return nil, err
			}
			g.Dy = append(g.Dy, value)
		}
		// With the output among its inputs the gradient runs after the forward pass, whose numbers it may read.
		g.Op = of(o.name+".grad", results, slices.Concat(inputs, others, gorgonia.Nodes{output}))
		first, err := Apply(g)
		if err != nil {
			return nil, err
		}
		rest, err := parts(first, results[1:], names)
		if err != nil {
			return nil, err
		}
		nodes := append(gorgonia.Nodes{first}, rest...)
		for k, i := range computed {
			gradients[i] = nodes[k]
			if !o.withheld[i] {
				returned[i] = nodes[k]
			}
		}
	}
	o.gradients = gradients
	return returned, nil
}

// ofResults returns the gradients of an operation with several results.
func ofResults(n *gorgonia.Node) (dys gorgonia.Nodes) {
	for _, part := range readers(n) {
		dys = append(dys, part.op.gradients[0])
	}
	return dys
}

// running adds the node that must run for another to the nodes, unless it is among them, and returns where the value is read.
func running(nodes gorgonia.Nodes, n *gorgonia.Node) (gorgonia.Nodes, gorgonia.Value, error) {
	runs, value, ok := Result(n)
	if !ok {
		return nil, nil, fmt.Errorf("%v is a sum of gradients by gorgonia, which allocates on every run: read the node by operations of package node alone", n)
	}
	if !slices.Contains(nodes, runs) {
		nodes = append(nodes, runs)
	}
	return nodes, value, nil
}

// reader is an operation that reads a node as one of its inputs.
type reader struct {
	op    *Op
	input int
	id    int64 // of its node
}

// readers returns those that have a gradient of a node, in the order in which they were added to the graph.
func readers(n *gorgonia.Node) (all []reader) {
	for to := n.Graph().To(n.ID()); to.Next(); {
		op, ours := to.Node().(*gorgonia.Node).Op().(Operation)
		if !ours {
			continue
		}
		for i, in := range op.shared().inputs {
			if in == n && op.shared().hasGradient(i) {
				all = append(all, reader{op.shared(), i, to.Node().ID()})
			}
		}
	}
	slices.SortFunc(all, func(a, b reader) int { return cmp.Compare(a.id, b.id) }) // gorgonia sorts by address
	return all
}

// otherGradients returns the gradients of an input that other operations have, and whether all of them are there. Those of several
// results of one operation are not to be added.
func (o *Op) otherGradients(input int) (gradients gorgonia.Nodes, all bool) {
	in := o.inputs[input]
	source, ours := in.Op().(Operation)
	all = true
	for _, r := range readers(in) {
		switch {
		case r.op == o && r.input == input:
		case r.op.gradients == nil:
			all = false
		case !ours || len(source.shared().results) == 1:
			gradients = append(gradients, r.op.gradients[r.input])
		}
	}
	return gradients, all
}

// gradient computes the gradients of the inputs of an operation.
type gradient struct {
	Op
	Gradient
	of   Differentiable
	sums []gorgonia.Value // by input, what its other readers add up to
}

// Forward calls Backward: inputs are those of the operation, and what must have run before.
func (g *gradient) Forward(in ...gorgonia.Value) {
	g.In, g.addends = in[:len(g.D)], append(g.addends[:0], g.sums...)
	g.of.Backward(&g.Gradient)
	for i := range g.addends {
		if addend := g.Addend(i); addend != nil {
			d := g.D[i]
			if s := sentencesOf(g.inputs[i : i+1]); s != nil { // rows behind the sentences hold nothing
				addend = addend[:len(addend)/d.Shape()[0]*s.Rows()]
			}
			sum := Floats(d)[:len(addend)]
			kernel.Add(sum, sum, addend)
		}
	}
}

// added returns the sum of nodes of one shape.
func added(name string, nodes gorgonia.Nodes) (sum *gorgonia.Node, err error) {
	for i, n := range nodes {
		if sum == nil {
			sum = n
		} else if sum, err = Apply(&add{New(fmt.Sprintf("%s.%d", name, i), n.Shape(), sum, n)}); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// add is the sum of two gradients.
type add struct{ Op }

// Forward adds.
func (a *add) Forward(in ...gorgonia.Value) { kernel.Add(a.Out(), Floats(in[0]), Floats(in[1])) }
