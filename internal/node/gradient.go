package node

import (
	"cmp"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
)

// Differentiable is an operation with a gradient for each of its float32 inputs.
type Differentiable interface {
	Operation
	// Backward computes the gradients of all inputs. Forward has run with the same inputs before.
	Backward(g *Gradient)
}

// Gradient holds the arguments and results of [Differentiable.Backward].
type Gradient struct {
	In []gorgonia.Value // the inputs
	Dy []gorgonia.Value // the gradients of the results
	D  []gorgonia.Value // results: the gradients of the inputs; nil for an input without one

	addends [][]gorgonia.Value // by input
}

// Addend returns the gradient of an input from another operation that reads the same node, or nil. If Backward calls it, Backward
// must add it to D; otherwise it is added after Backward.
func (g *Gradient) Addend(input int) []float32 {
	if len(g.addends[input]) == 0 {
		return nil
	}
	addend := g.addends[input][0]
	g.addends[input] = g.addends[input][1:]
	return Floats(addend)
}

// inputGradient is the state of the gradient of one input of an operation.
//
// Several operations may read one node. gorgonia would add their gradients with operations that allocate the sum on every run.
// Here the last of them that gorgonia differentiates returns the sum of all gradients, and DiffWRT, which gorgonia calls again
// after SymDiff, returns false for the others. This works only if all operations that read the node lead to the loss.
type inputGradient struct {
	passes   bool           // the gradient is that of the output
	node     *gorgonia.Node // nil until SymDiff has added it
	withheld bool           // another operation returns it, in a sum
}

// PassGradient declares that the gradient of an input is equal to that of the output, so that Backward does not compute it.
func (o *Op) PassGradient(input int) { o.gradients[input].passes = true }

// hasGradient reports whether an input has a gradient.
func (o *Op) hasGradient(input int) bool {
	_, ok := o.self.(Differentiable)
	return ok && o.inputs[input].Dtype() == tensor.Float32
}

// DiffWRT returns for which inputs SymDiff returns a gradient.
func (o *Op) DiffWRT(inputs int) []bool {
	all := make([]bool, inputs)
	for i := range all {
		all[i] = o.hasGradient(i) && !o.gradients[i].withheld
	}
	return all
}

// SymDiff adds the operation that computes the gradients of the inputs to the graph, and returns the nodes of the gradients.
func (o *Op) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	n := len(inputs)
	// The inputs of the gradient are the nodes that must run before it, such as the operation itself. The gradient reads their
	// tensors directly.
	g := &gradient{Op: of(o.name+".grad", nil, gorgonia.Nodes{output}), forward: o}
	g.others, g.rows = make([][]gorgonia.Value, n), make([]*Sentences, n)
	g.D, g.addends = make([]gorgonia.Value, n), make([][]gorgonia.Value, n)
	for i, in := range inputs {
		_, value, err := Result(in)
		if err != nil {
			return nil, err
		}
		if g.In = append(g.In, value); !o.hasGradient(i) {
			continue
		}
		others, last := o.otherGradients(i)
		if o.gradients[i].withheld = !last; !last {
			others = nil
		}
		if o.gradients[i].passes && len(others) == 0 {
			o.gradients[i].node = grad
			continue
		}
		g.D[i], g.rows[i] = NewTensor(in.Shape()), sentencesOf(inputs[i:i+1])
		g.results = append(g.results, g.D[i])
		if g.others[i], err = g.read(others); err != nil {
			return nil, err
		}
	}
	if len(g.results) > 0 {
		if err := g.apply(output, grad); err != nil {
			return nil, err
		}
	}
	returned := make(gorgonia.Nodes, n)
	for i, d := range o.gradients {
		if !d.withheld {
			returned[i] = d.node
		}
	}
	return returned, nil
}

// reader is an operation that has a node as one of its inputs.
type reader struct {
	op    *Op
	input int
	id    int64 // of its node
}

// readers returns the operations that read a node and have a gradient for it, in the order in which they were added to the graph.
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

// otherGradients returns the gradients of an input from other operations, and whether all of them exist. If the input is an
// operation with several results, its readers are the results, whose gradients are not added.
func (o *Op) otherGradients(input int) (gradients gorgonia.Nodes, all bool) {
	in := o.inputs[input]
	source, ours := in.Op().(Operation)
	several := ours && len(source.shared().results) > 1
	for _, r := range readers(in) {
		if r.op == o && r.input == input {
			continue
		}
		d := r.op.gradients[r.input].node
		if d == nil {
			return nil, false
		}
		if !several {
			gradients = append(gradients, d)
		}
	}
	return gradients, true
}

// gradient computes the gradients of the inputs of an operation.
type gradient struct {
	Op
	Gradient
	forward *Op
	others  [][]gorgonia.Value // by input, the gradients to add
	rows    []*Sentences       // by input, which rows hold tokens
}

// read makes the gradient run after the nodes, and returns their values.
func (g *gradient) read(nodes gorgonia.Nodes) (values []gorgonia.Value, err error) {
	for _, n := range nodes {
		runs, value, err := Result(n)
		if err != nil {
			return nil, err
		}
		if values = append(values, value); !slices.Contains(g.inputs, runs) {
			g.inputs = append(g.inputs, runs)
		}
	}
	return values, nil
}

// apply adds the gradient to the graph.
func (g *gradient) apply(output, grad *gorgonia.Node) (err error) {
	dys := gorgonia.Nodes{grad}
	if len(g.forward.results) > 1 {
		dys = nil
		for _, part := range readers(output) {
			dys = append(dys, part.op.gradients[0].node)
		}
	}
	if g.Dy, err = g.read(dys); err != nil {
		return err
	}
	var names []string
	for i := range g.results[1:] {
		names = append(names, fmt.Sprintf("%s.%d", g.name, i+1))
	}
	nodes, err := ApplySeveral(g, names...)
	for i, d := range g.D {
		if err == nil && d != nil {
			g.forward.gradients[i].node, nodes = nodes[0], nodes[1:]
		}
	}
	return err
}

// Forward calls Backward of the forward operation, and adds the gradients that Backward did not.
func (g *gradient) Forward(...gorgonia.Value) {
	copy(g.addends, g.others)
	g.forward.self.(Differentiable).Backward(&g.Gradient)
	for i, d := range g.D {
		if len(g.addends[i]) == 0 {
			continue
		}
		sum := g.rows[i].filled(d)
		if g.forward.gradients[i].passes {
			copy(sum, Floats(g.Dy[0]))
		}
		for len(g.addends[i]) > 0 {
			kernel.Add(sum, sum, g.Addend(i)[:len(sum)])
		}
	}
}
