package node

import (
	"errors"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
)

// failing is an operation for tests that cannot compute.
type failing struct{ Op }

func (f *failing) Do(...gorgonia.Value) (gorgonia.Value, error) { return nil, errors.New("no result") }

func TestMachineRunsTheGraphWhereItIsCalled(t *testing.T) {
	g := gorgonia.NewGraph()
	backing := []float32{1, 2, 3}
	x := Weights(g, "x", []int{3}, backing)
	first, err := Apply(&double{New("first", x.Shape(), x)}, x)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Apply(&double{New("second", x.Shape(), first)}, first)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMachine(g, second)
	defer m.Close()
	if runHere(m.vm) == nil {
		t.Error("gorgonia's program has no instructions where they are looked for: runs go by RunAll")
	}
	for range 3 {
		backing[1]++
		if err := m.Run(); err != nil {
			t.Fatal(err)
		}
		_, value, ok := Result(second)
		if got := Floats(value); !ok || got[1] != 4*backing[1] || got[2] != 12 {
			t.Fatalf("got %v of %v", got, backing)
		}
	}
}

func TestMachineReportsWhatFails(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Weights(g, "x", []int{3}, []float32{1, 2, 3})
	n, err := Apply(&failing{New("failing", x.Shape(), x)}, x)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMachine(g, n)
	defer m.Close()
	if err := m.Run(); err == nil || !strings.Contains(err.Error(), "no result") {
		t.Errorf("error %v", err)
	}
}
