package node

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/gorgonia"
)

// failing is an operation for tests that cannot compute.
type failing struct{ Op }

func (f *failing) Forward(...gorgonia.Value) {}

func (f *failing) Do(...gorgonia.Value) (gorgonia.Value, error) { return nil, errors.New("no result") }

func TestMachineRunsTheGraphWhereItIsCalled(t *testing.T) {
	g := gorgonia.NewGraph()
	backing := []float32{1, 2, 3}
	x := Input(g, "x", []int{3}, backing)
	first, err := Apply(&double{New("first", x.Shape(), x)})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Apply(&double{New("second", x.Shape(), first)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMachine(g, second)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if runHere(m.segments[0].vm) == nil {
		t.Error("gorgonia's program has no instructions where they are looked for: runs go by RunAll")
	}
	for range 3 {
		backing[1]++
		if err := m.Run(); err != nil {
			t.Fatal(err)
		}
		_, value, err := Result(second)
		if got := Floats(value); err != nil || got[1] != 4*backing[1] || got[2] != 12 {
			t.Fatalf("got %v of %v", got, backing)
		}
	}
}

func TestMachineReportsWhatFails(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Input(g, "x", []int{3}, []float32{1, 2, 3})
	n, err := Apply(&failing{New("failing", x.Shape(), x)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMachine(g, n)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Run(); err == nil || !strings.Contains(err.Error(), "no result") {
		t.Errorf("error %v", err)
	}
}

func TestMachineRunsALargeGraphInSegments(t *testing.T) {
	g := gorgonia.NewGraph()
	backing := []float32{1, 2, 3}
	x := Input(g, "x", []int{3}, backing)
	last, ops := x, 2*segmentOps+5
	var chain gorgonia.Nodes
	for i := range ops { // x, -x, x...
		var err error
		if last, err = Apply(newScale(fmt.Sprint("scale ", i), -1, last)); err != nil {
			t.Fatal(err)
		}
		chain = append(chain, last)
	}
	m, err := NewMachine(g, last)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if len(m.segments) != 3 {
		t.Errorf("%d operations in %d segments", ops, len(m.segments))
	}
	for range 2 {
		backing[1]++
		if err := m.Run(); err != nil {
			t.Fatal(err)
		}
		for i, n := range chain {
			_, value, _ := Result(n)
			want := backing[1]
			if i%2 == 0 {
				want = -want
			}
			if got := Floats(value)[1]; got != want {
				t.Fatalf("operation %d of %v returned %v", i, backing, got)
			}
		}
	}
}
