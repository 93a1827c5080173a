package node

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// Machine runs the program that gorgonia has compiled from a graph, on the goroutine that calls.
//
// gorgonia's own RunAll locks the goroutine to its thread and lets another goroutine do the work: two
// switches of threads a run, which at toy sizes take as long as the arithmetic. Its
// Run executes instructions where it is called, but gorgonia does not export the instructions of a
// program. They are taken from the program here by reflection, once; should another
// version of gorgonia keep them elsewhere, the Machine runs by RunAll.
//
// After a run, read the results of our operations by [Result], not by the Value of their nodes: those
// that share a register are all bound to what it held last.
//
// gorgonia compiles a graph in a time that grows with the square of its nodes: 400 layers take it 6 s and
// 1,000 take it minutes. So a large graph is compiled in segments, each a graph of its own with the same operations,
// that run one after another. What one segment computes is an input of the next: the tensor that
// the operation owns.
type Machine struct{ segments []segment }

type segment struct {
	vm  gorgonia.VM
	run func() error
}

// segmentOps is how many operations a segment holds: about 6 layers of a training.
const segmentOps = 128

// NewMachine compiles what the roots depend on.
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

// operations returns the operations that the roots depend on, each behind its inputs; none if one of
// them is not ours.
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

// copied returns a graph of some operations of another graph. Their inputs that are not among them are
// inputs of the new graph, with the same values.
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

// valueOf adds the value of a node of another graph to a graph.
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

// Close frees what the machine holds.
func (m *Machine) Close() error {
	var errs []error
	for _, s := range m.segments {
		errs = append(errs, s.vm.Close())
	}
	return errors.Join(errs...)
}

// runHere returns a function that executes all instructions of vm's program in turn, or nil where
// gorgonia is not laid out as expected.
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
	// The field is not exported: a value of the same type at the same address is.
	instructions := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
	arguments := []reflect.Value{instructions}
	return func() error {
		err, _ := run.Call(arguments)[0].Interface().(error)
		return err
	}
}
