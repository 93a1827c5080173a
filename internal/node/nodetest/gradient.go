// Package nodetest has helpers for tests of operations: [CheckGradients] compares their gradients with finite differences, and
// [Bytes] measures their memory. Only tests import it.
package nodetest

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
)

// Input is one float32 input of an operation under test.
type Input struct {
	Name  string
	Shape []int
	Data  []float32 // row-major
}

// Normal returns an input drawn from the standard normal distribution.
func Normal(r *rand.Rand, name string, shape ...int) Input {
	n := 1
	for _, size := range shape {
		n *= size
	}
	x := Input{name, shape, make([]float32, n)}
	for i := range x.Data {
		x.Data[i] = float32(r.NormFloat64())
	}
	return x
}

// dot is a loss for tests: the dot product of its input with fixed weights.
type dot struct {
	node.Op
	weights []float32
	sum     float64 // result of the last run, in double precision
}

func (d *dot) Forward(in ...gorgonia.Value) {
	d.sum = 0
	for i, y := range node.Floats(in[0]) {
		d.sum += float64(y) * float64(d.weights[i])
	}
}

func (d *dot) Backward(g *node.Gradient) { copy(node.Floats(g.D[0]), d.weights) }

// CheckGradients compares the gradient of every number of every input with central differences of fourth order, with a random
// weighted sum of the result of build as the loss. The tolerance is relative to the largest gradient of the input.
func CheckGradients(t *testing.T, tolerance float64, inputs []Input,
	build func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error)) {
	t.Helper()
	g := gorgonia.NewGraph()
	var in gorgonia.Nodes
	for _, x := range inputs {
		in = append(in, node.Input(g, x.Name, x.Shape, x.Data))
	}
	y, err := build(g, in)
	if err != nil {
		t.Fatal(err)
	}
	w := Normal(rand.New(rand.NewPCG(99, 99)), "weights of the output", y.Shape()...)
	op := &dot{Op: node.NewScalar("dot", y), weights: w.Data}
	loss, err := node.Apply(op)
	if err != nil {
		t.Fatal(err)
	}
	grads, err := gorgonia.Grad(loss, in...)
	if err != nil {
		t.Fatal(err)
	}
	if err := node.CheckUnique(g); err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g.SubgraphRoots(append(gorgonia.Nodes{loss}, grads...)...))
	defer vm.Close()
	run := func() float64 {
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		return op.sum
	}
	run()
	var got [][]float32
	for _, n := range grads {
		got = append(got, append([]float32{}, node.Floats(n.Value())...))
	}
	const h = 1.0 / 32
	for i, x := range inputs {
		var largest, worst float64
		for j, old := range x.Data {
			at := func(step float32) float64 {
				x.Data[j] = old + step
				return run()
			}
			slope := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
			x.Data[j] = old
			largest = max(largest, math.Abs(slope))
			if d := math.Abs(slope - float64(got[i][j])); !(d <= worst) {
				worst = d
			}
		}
		t.Logf("%s: worst error %.1e of the largest gradient %.3g", x.Name, worst/largest, largest)
		if largest == 0 || !(worst <= tolerance*largest) {
			t.Errorf("gradient of %s is off by %.2g, the largest is %.2g", x.Name, worst, largest)
		}
	}
}
