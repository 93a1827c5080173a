package node

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/param"
)

// double is an operation for tests: y = 2 x.
type double struct{ Op }

func (d *double) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	for i, x := range Floats(in[0]) {
		d.Out()[i] = 2 * x
	}
	return d.Result(), nil
}

func TestCheckUniqueFindsACollision(t *testing.T) {
	for _, second := range []string{"b", "a"} {
		g := gorgonia.NewGraph()
		for i, name := range []string{"a", second} {
			in := Weights(g, []string{"x", "y"}[i], []int{3}, []float32{1, 2, 3})
			if _, err := Apply(&double{New(name, in.Shape(), in)}, in); err != nil {
				t.Fatal(err)
			}
		}
		err := CheckUnique(g)
		if second == "b" && err != nil {
			t.Errorf("different names: %v", err)
		}
		if second == "a" && (err == nil || !strings.Contains(err.Error(), "rename one")) {
			t.Errorf("equal names: error %v", err)
		}
	}
}

func TestRunsShareTheSlicesOfInputsAndOutput(t *testing.T) {
	g := gorgonia.NewGraph()
	p := &param.Param{Name: "x", Shape: []int{3}, Data: []float32{1, 2, 3}}
	x := Param(g, p)
	op := &double{New("double", x.Shape(), x)}
	y, err := Apply(op, x)
	if err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	for range 3 {
		p.Data[1]++
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if got := Floats(y.Value()); got[1] != 2*p.Data[1] || &got[0] != &op.Out()[0] {
			t.Fatalf("got %v of %v", got, p.Data)
		}
	}
	ids, backing := Ids(gorgonia.NewGraph(), "ids", 5)
	backing[4] = 7
	if got := Ints(ids.Value()); len(got) != 5 || got[4] != 7 {
		t.Errorf("ids %v", got)
	}
}

func TestPartHandsOnWhatTheSourceFilled(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Weights(g, "x", []int{3}, []float32{1, 2, 3})
	source, err := Apply(&double{New("source", x.Shape(), x)}, x)
	if err != nil {
		t.Fatal(err)
	}
	result := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{7, 8}))
	p, err := Part("part", source, result)
	if err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g.SubgraphRoots(p))
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := Floats(p.Value()); len(got) != 2 || got[1] != 8 || Floats(source.Value())[2] != 6 {
		t.Errorf("part %v of source %v", got, source.Value())
	}
}
