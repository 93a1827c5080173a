package node

import (
	"reflect"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// Machine runs the program that gorgonia has compiled from a graph, on the goroutine that calls.
//
// gorgonia's own RunAll locks the goroutine to its thread and lets another goroutine do the work: two
// switches of threads a run, which at toy sizes take as long as the arithmetic. Its
// Run executes instructions where it is called, but gorgonia hands the instructions of a
// program to nobody. They are taken from the program here by reflection, once; should another
// version of gorgonia keep them elsewhere, the Machine runs by RunAll.
//
// After a run, read the results of our operations by [Result], not by the Value of their nodes: those
// that share a register are all bound to what it held last.
type Machine struct {
	vm  gorgonia.VM
	run func() error
}

// NewMachine compiles what the roots depend on.
func NewMachine(g *gorgonia.ExprGraph, roots ...*gorgonia.Node) *Machine {
	vm := gorgonia.NewTapeMachine(g.SubgraphRoots(roots...))
	run := runHere(vm)
	if run == nil {
		run = vm.RunAll
	}
	return &Machine{vm, run}
}

// Run computes the whole graph.
func (m *Machine) Run() error {
	m.vm.Reset()
	return m.run()
}

// Close frees what the machine holds.
func (m *Machine) Close() error { return m.vm.Close() }

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
