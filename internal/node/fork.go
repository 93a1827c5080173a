package node

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
)

// Fork gathers the gradients of a node that several operations read. gorgonia would add them by operations that
// allocate their sums on every run. With a Fork each reader passes its gradient on, and the last of them that gorgonia
// differentiates, in whatever order, returns the sum of all:
//
//	x --> reader, reader, ...
//	x <-- sum <-- their gradients
//
// A reader holds its [Branch] and
//
//   - returns Branch.Returns() from DiffWRT for the input x,
//   - returns what Branch.Pass returns from SymDiff as the gradient of x.
type Fork struct {
	name      string         // of the sum
	gradients gorgonia.Nodes // by branch, nil until they are passed
	passed    int
	added     bool // the last reader adds the others' gradients itself
	kept      bool // the gradients are handed on one by one, see Split
}

// NewFork returns a fork; the name is that of the sum of its gradients and must be unique in the graph.
func NewFork(name string) *Fork { return &Fork{name: name} }

// NewSplit returns the fork of an operation with several results, which a reader each hands on. The operation's
// SymDiff finds their gradients by [Gathered].
func NewSplit(name string) *Fork { return &Fork{name: name, kept: true} }

// Branch adds a reader. That of a nil Fork is nil.
func (f *Fork) Branch() *Branch {
	if f == nil {
		return nil
	}
	f.gradients = append(f.gradients, nil)
	return &Branch{fork: f, index: len(f.gradients) - 1}
}

// Branch is the part of a [Fork] that belongs to one reader. A nil Branch is that of a node's only reader.
type Branch struct {
	fork   *Fork
	index  int
	passed bool // another reader returns the gradient
}

// Returns reports whether the reader's SymDiff returns a gradient of the forked input. It turns false when another
// reader is to return it: gorgonia asks once more after SymDiff.
func (b *Branch) Returns() bool { return b == nil || !b.passed }

// Pass takes the reader's gradient of the forked input and returns what its SymDiff is to return: the sum of all for the last
// reader, nil before.
func (b *Branch) Pass(gradient *gorgonia.Node) (*gorgonia.Node, error) {
	if b == nil {
		return gradient, nil
	}
	f := b.fork
	f.gradients[b.index], f.passed = gradient, f.passed+1
	switch {
	case f.passed < len(f.gradients):
		b.passed = true
		return nil, nil
	case f.kept:
		_, value, ok := Result(gradient)
		if !ok {
			return nil, notOurs(gradient)
		}
		return Apply(&gathered{Of(f.name, value.(*tensor.Dense), f.gradients...), f.gradients}, f.gradients...)
	case f.added:
		return gradient, nil
	}
	sum := f.gradients[0]
	for i, other := range f.gradients[1:] {
		name := f.name
		if i > 0 {
			name = fmt.Sprintf("%s.%d", f.name, i+1)
		}
		var err error
		if sum, err = Apply(&add{New(name, sum.Shape(), sum, other)}, sum, other); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// Other returns the gradient of the other of two readers if that has passed it, else nil. It is for a reader that adds it in
// a pass that it makes anyway, before it calls Pass with the sum.
func (b *Branch) Other() *gorgonia.Node {
	if b == nil || len(b.fork.gradients) != 2 || b.fork.passed != 1 {
		return nil
	}
	b.fork.added = true
	return b.fork.gradients[1-b.index]
}

// add is the sum of two gradients of one shape.
type add struct{ Op }

// Do adds.
func (a *add) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	kernel.Add(a.Out(), Floats(in[0]), Floats(in[1]))
	return a.Result(), nil
}

// Gathered returns the gradients of the results of an operation, by branch of its [NewSplit], from the gradient that its
// SymDiff is called with: for each the node that must run, once where they have it in common, and where its value is read.
func Gathered(gradient *gorgonia.Node) (runs gorgonia.Nodes, values []gorgonia.Value, err error) {
	g, ok := gradient.Op().(*gathered)
	if !ok {
		return nil, nil, fmt.Errorf("%v does not gather the gradients of several results", gradient)
	}
	for _, one := range g.gradients {
		run, value, ok := Result(one)
		if !ok {
			return nil, nil, notOurs(one)
		}
		if !slices.Contains(runs, run) {
			runs = append(runs, run)
		}
		values = append(values, value)
	}
	return runs, values, nil
}

func notOurs(gradient *gorgonia.Node) error {
	return fmt.Errorf("%v is a sum of gradients by gorgonia, which allocates on every run: read the node through a Fork", gradient)
}

// gathered stands for the gradients of all results of an operation. It is never run.
type gathered struct {
	Op
	gradients gorgonia.Nodes
}

// Do is never called.
func (g *gathered) Do(...gorgonia.Value) (gorgonia.Value, error) { return g.Result(), nil }
