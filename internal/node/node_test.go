package node

import (
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
)

// double is an operation for tests: y = 2 x.
type double struct{ Op }

func (d *double) Forward(in ...gorgonia.Value) {
	for i, x := range Floats(in[0]) {
		d.Out()[i] = 2 * x
	}
}

func TestCheckUniqueFindsACollision(t *testing.T) {
	for _, second := range []string{"b", "a"} {
		g := gorgonia.NewGraph()
		for i, name := range []string{"a", second} {
			in := Input(g, []string{"x", "y"}[i], []int{3}, []float32{1, 2, 3})
			if _, err := Apply(&double{New(name, in.Shape(), in)}); err != nil {
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
	backing := []float32{1, 2, 3}
	x := Input(g, "x", []int{3}, backing)
	op := &double{New("double", x.Shape(), x)}
	y, err := Apply(op)
	if err != nil {
		t.Fatal(err)
	}
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	for range 3 {
		backing[1]++
		vm.Reset()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		if got := Floats(y.Value()); got[1] != 2*backing[1] || &got[0] != &op.Out()[0] {
			t.Fatalf("got %v of %v", got, backing)
		}
	}
	ids, numbers := IntInput(gorgonia.NewGraph(), "ids", 5)
	numbers[4] = 7
	if got := Ints(ids.Value()); len(got) != 5 || got[4] != 7 {
		t.Errorf("ids %v", got)
	}
}
