package node

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// twoResults is an operation for tests: x + 1 and 3 x.
type twoResults struct{ Op }

func (d *twoResults) Forward(in ...gorgonia.Value) {
	for i, x := range Floats(in[0]) {
		Floats(d.Results()[0])[i], Floats(d.Results()[1])[i] = x+1, 3*x
	}
}

func (d *twoResults) Backward(g *Gradient) {
	for i := range Floats(g.D[0]) {
		Floats(g.D[0])[i] = Floats(g.Dy[0])[i] + 3*Floats(g.Dy[1])[i]
	}
}

// results runs a graph and returns copies of what nodes hold.
func results(t *testing.T, g *gorgonia.ExprGraph, nodes ...*gorgonia.Node) (all [][]float32) {
	t.Helper()
	if err := CheckUnique(g); err != nil {
		t.Fatal(err)
	}
	m, err := NewMachine(g, nodes...)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for range 2 { // the second run is like the first
		if err := m.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range nodes {
		_, value, err := Result(n)
		if err != nil {
			t.Fatal(err)
		}
		if scalar, ok := value.(*gorgonia.F32); ok {
			all = append(all, []float32{float32(*scalar)})
			continue
		}
		all = append(all, slices.Clone(Floats(value)))
	}
	return all
}

func apply(t *testing.T, op Operation) *gorgonia.Node {
	t.Helper()
	n, err := Apply(op)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSeveralResults(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Input(g, "x", []int{3}, []float32{1, 2, 3})
	nodes, err := ApplySeveral(&twoResults{NewSeveral("two", []tensor.Shape{{3}, {3}}, x)}, "first", "second")
	if err != nil {
		t.Fatal(err)
	}
	scaled := apply(t, newScale("scale", 5, nodes[1]))
	loss := apply(t, &total{NewScalar("loss", nodes[0], scaled)})
	grads, err := gorgonia.Grad(loss, x)
	if err != nil {
		t.Fatal(err)
	}
	got := results(t, g, loss, grads[0], nodes[0])
	for i, want := range [][]float32{{2 + 3 + 4 + 15 + 30 + 45}, {16, 16, 16}, {2, 3, 4}} {
		if !slices.Equal(got[i], want) {
			t.Errorf("result %d is %v, want %v", i, got[i], want)
		}
	}
}

// All operations that read a node have their part in its gradient, whether they compute it or pass it.
func TestGradientOfANodeWithSeveralReaders(t *testing.T) {
	for _, leaf := range []bool{true, false} {
		g := gorgonia.NewGraph()
		in := Input(g, "x", []int{3}, []float32{1, 2, 3})
		x, factor := in, float32(1)
		if !leaf {
			x, factor = apply(t, newScale("source", 10, in)), 10
		}
		a, b, c := apply(t, newScale("a", 2, x)), apply(t, newScale("b", 3, x)), apply(t, newScale("c", 5, x))
		passing := newScale("passing", 1, x)
		passing.PassGradient(0)
		d := apply(t, passing)
		loss := apply(t, &total{NewScalar("loss", a, b, c, d)})
		grads, err := gorgonia.Grad(loss, in)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := results(t, g, grads[0])[0], []float32{11 * factor, 11 * factor, 11 * factor}; !slices.Equal(got, want) {
			t.Errorf("leaf %t: gradient %v, want %v", leaf, got, want)
		}
	}
}

func TestGradientsThatGorgoniaAddsAreRefused(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Input(g, "x", []int{3}, []float32{1, 2, 3})
	scaled := apply(t, newScale("scale", 2, x))
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(scaled))))
	if _, err := gorgonia.Grad(loss, x); err == nil {
		t.Error("no error")
	}
}
