package node

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// Machine runs the program that gorgonia compiles from a graph, on the calling goroutine.
//
// RunAll of gorgonia locks the goroutine to its thread and runs the program on another goroutine: two thread switches per run,
// which take as long as the arithmetic of a small model. Run of gorgonia executes instructions on the calling goroutine, but the
// instructions of a program are not exported. They are read from the program by reflection, once. If a version of gorgonia stores
// them in another field, the Machine uses RunAll.
//
// After a run, read the results of operations with [Result], not with Value of their nodes: nodes that share a register all have
// the last value of the register.
//
// The time to compile a graph in gorgonia is quadratic in its nodes: 6 s for 400 layers, minutes for 1,000. So a large graph is
// compiled as segments that run one after another. Each segment is a graph with some of the operations. The results of one
// segment are inputs of the next: the tensors that the operations own.
type Machine struct{ segments []segment }

type segment struct {
	vm  gorgonia.VM
	run func() error
}

// segmentOps is the number of operations of a segment: about 6 blocks of a graph with gradients.
const segmentOps = 128

// NewMachine compiles the part of the graph that the roots depend on.
func NewMachine(g *gorgonia.ExprGraph, roots ...*gorgonia.Node) (*Machine, error) {
	m := &Machine{}
	ops := operations(roots)
	if len(ops) <= segmentOps {
		m.add(g.SubgraphRoots(roots...))
		return m, nil
	}
	for part := range slices.Chunk(ops, segmentOps) {
		graph, err := copied(part)
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		m.add(graph)
	}
	return m, nil
}

func (m *Machine) add(g *gorgonia.ExprGraph) {
	vm := gorgonia.NewTapeMachine(g)
	run := runHere(vm)
	if run == nil {
		run = vm.RunAll
	}
	m.segments = append(m.segments, segment{vm, run})
}

// operations returns the operations that the roots depend on, each after its inputs. It returns none if one of them is not of
// this package.
func operations(roots gorgonia.Nodes) gorgonia.Nodes {
	var ops gorgonia.Nodes
	seen, ours := map[*gorgonia.Node]bool{}, true
	var visit func(n *gorgonia.Node)
	visit = func(n *gorgonia.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		switch op := n.Op().(type) {
		case nil, constant:
		case Operation:
			for _, in := range op.shared().inputs {
				visit(in)
			}
			ops = append(ops, n)
		default:
			ours = false
		}
	}
	for _, n := range roots {
		visit(n)
	}
	if !ours {
		return nil
	}
	return ops
}

// copied returns a new graph with some operations of another graph. Results of other operations become inputs of the new graph,
// with the same values.
func copied(ops gorgonia.Nodes) (*gorgonia.ExprGraph, error) {
	g := gorgonia.NewGraph()
	copies := map[*gorgonia.Node]*gorgonia.Node{}
	for _, n := range ops {
		op := n.Op().(Operation)
		var inputs gorgonia.Nodes
		for _, in := range op.shared().inputs {
			if copies[in] == nil {
				copies[in] = valueOf(g, in)
			}
			inputs = append(inputs, copies[in])
		}
		op.shared().inputs = inputs
		c, err := Apply(op)
		if err != nil {
			return nil, err
		}
		copies[n] = c
	}
	return g, CheckUnique(g)
}

// valueOf adds the value of a node of another graph to a graph, as an input.
func valueOf(g *gorgonia.ExprGraph, n *gorgonia.Node) *gorgonia.Node {
	if c, ok := n.Op().(constant); ok {
		return g.Constant(c.Value())
	}
	_, value, _ := Result(n)
	name := inputName(g, fmt.Sprint(n.ID()), n.Type(), value.Shape())
	return gorgonia.NewUniqueNode(gorgonia.In(g), gorgonia.WithType(n.Type()), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// Run computes the whole graph.
func (m *Machine) Run() error {
	for _, s := range m.segments {
		s.vm.Reset()
		if err := s.run(); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the memory of the compiled program.
func (m *Machine) Close() error {
	var errs []error
	for _, s := range m.segments {
		errs = append(errs, s.vm.Close())
	}
	return errors.Join(errs...)
}

// runHere returns a function that executes all instructions of the program of vm, in order, or nil if vm has other fields than expected.
func runHere(vm gorgonia.VM) func() error {
	machine := reflect.ValueOf(vm)
	program, run := machine.MethodByName("Prog"), machine.MethodByName("Run")
	if !program.IsValid() || !run.IsValid() || run.Type().NumIn() != 1 || run.Type().NumOut() != 1 {
		return nil
	}
	field := program.Call(nil)[0].Elem().FieldByName("instructions")
	if !field.IsValid() || field.Type() != run.Type().In(0) {
		return nil
	}
	// Reflection cannot read an unexported field, but it can read a new value of the same type at the same address.
	instructions := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
	arguments := []reflect.Value{instructions}
	return func() error {
		err, _ := run.Call(arguments)[0].Interface().(error)
		return err
	}
}
