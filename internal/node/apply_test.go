package node

import (
	"fmt"
	"hash"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// scale is an operation for tests with a gradient: y = factor x.
type scale struct {
	Op
	factor float32
}

func newScale(name string, factor float32, x *gorgonia.Node) *scale {
	return &scale{New(name, x.Shape(), x), factor}
}

func (s *scale) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	for i, x := range Floats(in[0]) {
		s.Out()[i] = s.factor * x
	}
	return s.Result(), nil
}

func (s *scale) DiffWRT(int) []bool { return Differentiable(true) }

func (s *scale) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := Apply(newScale(s.Name()+".grad", s.factor, grad), grad)
	return gorgonia.Nodes{dx}, err
}

// colliding returns two different names whose hashes are equal, the first with the first
// prefix and the second with the second.
func colliding(t *testing.T, hashes ...func(name string) uint32) [2]string {
	t.Helper()
	seen := [2]map[uint32]string{{}, {}}
	for i := range uint64(1 << 20) {
		name := fmt.Sprintf("%x", i*0x9e3779b97f4a7c15)
		for side, hash := range hashes {
			h := hash(name)
			if other, ok := seen[1-side][h]; ok && other != name {
				if side == 0 {
					return [2]string{name, other}
				}
				return [2]string{other, name}
			}
			seen[side][h] = name
		}
	}
	t.Fatal("no two names collide")
	return [2]string{}
}

func TestApplyForetellsTheHash(t *testing.T) {
	g := gorgonia.NewGraph()
	x := Weights(g, "x", []int{3, 5}, make([]float32, 15))
	op := newScale("scale", 2, x)
	foretold := hashOf(gorgonia.TensorType{Dims: 2, Of: tensor.Float32}, x.Shape(), op.WriteHash, gorgonia.Nodes{x})
	if n, err := Apply(op, x); err != nil || n.Hashcode() != foretold {
		t.Errorf("gorgonia's hash is %#x, foretold %#x, error %v", n.Hashcode(), foretold, err)
	}
	foretold = hashOf(x.Type(), x.Shape(), func(h hash.Hash) { fmt.Fprint(h, "x") }, nil)
	if x.Hashcode() != foretold {
		t.Errorf("gorgonia's hash of an input is %#x, foretold %#x", x.Hashcode(), foretold)
	}
}

func TestOperationsWithOneHashAreComputedBoth(t *testing.T) {
	g := gorgonia.NewGraph()
	a := Weights(g, "a", []int{2}, []float32{1, 10})
	b := Weights(g, "b", []int{2}, []float32{100, 1000})
	hashOn := func(x *gorgonia.Node) func(string) uint32 {
		return func(name string) uint32 {
			o := New(name, x.Shape(), x)
			return hashOf(x.Type(), x.Shape(), o.WriteHash, gorgonia.Nodes{x})
		}
	}
	names := colliding(t, hashOn(a), hashOn(b))
	twice, err := Apply(newScale(names[0], 2, a), a)
	if err != nil {
		t.Fatal(err)
	}
	thrice, err := Apply(newScale(names[1], 3, b), b)
	if err != nil {
		t.Fatal(err)
	}
	loss := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Add(twice, thrice))))
	grads, err := gorgonia.Grad(loss, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckUnique(g); err != nil {
		t.Fatal(err)
	}
	m, err := NewMachine(g, loss, grads[0], grads[1])
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Run(); err != nil {
		t.Fatal(err)
	}
	if got := loss.Value().Data(); got != float32(2*11+3*1100) {
		t.Errorf("the sum of 2a and 3b is %v", got)
	}
	for i, want := range []float32{2, 3} {
		_, value, _ := Result(grads[i])
		if got := Floats(value)[1]; got != want {
			t.Errorf("gradient %v, want %v", got, want)
		}
	}
}

func TestInputsWithOneHashAreReadBoth(t *testing.T) {
	g := gorgonia.NewGraph()
	hashOfName := func(name string) uint32 {
		return hashOf(gorgonia.TensorType{Dims: 1, Of: tensor.Float32}, tensor.Shape{1}, func(h hash.Hash) { fmt.Fprint(h, name) }, nil)
	}
	names := colliding(t, hashOfName, hashOfName)
	a := Weights(g, names[0], []int{1}, []float32{1})
	b := Weights(g, names[1], []int{1}, []float32{10})
	sum, err := gorgonia.Add(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckUnique(g); err != nil {
		t.Fatal(err)
	}
	var value gorgonia.Value
	gorgonia.Read(sum, &value)
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if got := Floats(value)[0]; got != 11 {
		t.Errorf("1 + 10 is %v", got)
	}
}
