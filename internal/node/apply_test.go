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

func (s *scale) Forward(in ...gorgonia.Value) {
	for i, x := range Floats(in[0]) {
		s.Out()[i] = s.factor * x
	}
}

func (s *scale) Backward(g *Gradient) {
	for i, dy := range Floats(g.Dy[0]) {
		Floats(g.D[0])[i] = s.factor * dy
	}
}

// total is a loss for tests: the sum of its inputs.
type total struct{ Op }

func (s *total) Forward(in ...gorgonia.Value) {
	*s.Scalar() = 0
	for _, v := range in {
		for _, x := range Floats(v) {
			*s.Scalar() += gorgonia.F32(x)
		}
	}
}

func (s *total) Backward(g *Gradient) {
	for _, d := range g.D {
		for i := range Floats(d) {
			Floats(d)[i] = float32(*g.Dy[0].(*gorgonia.F32))
		}
	}
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
	x := Input(g, "x", []int{3, 5}, make([]float32, 15))
	op := newScale("scale", 2, x)
	foretold := hashOf(gorgonia.TensorType{Dims: 2, Of: tensor.Float32}, x.Shape(), op.WriteHash, gorgonia.Nodes{x})
	if n, err := Apply(op); err != nil || n.Hashcode() != foretold {
		t.Errorf("gorgonia's hash is %#x, foretold %#x, error %v", n.Hashcode(), foretold, err)
	}
	foretold = hashOf(x.Type(), x.Shape(), func(h hash.Hash) { fmt.Fprint(h, "x") }, nil)
	if x.Hashcode() != foretold {
		t.Errorf("gorgonia's hash of an input is %#x, foretold %#x", x.Hashcode(), foretold)
	}
}

func TestOperationsWithOneHashAreComputedBoth(t *testing.T) {
	g := gorgonia.NewGraph()
	a := Input(g, "a", []int{2}, []float32{1, 10})
	b := Input(g, "b", []int{2}, []float32{100, 1000})
	hashOn := func(x *gorgonia.Node) func(string) uint32 {
		return func(name string) uint32 {
			o := New(name, x.Shape(), x)
			return hashOf(x.Type(), x.Shape(), o.WriteHash, gorgonia.Nodes{x})
		}
	}
	names := colliding(t, hashOn(a), hashOn(b))
	twice, err := Apply(newScale(names[0], 2, a))
	if err != nil {
		t.Fatal(err)
	}
	thrice, err := Apply(newScale(names[1], 3, b))
	if err != nil {
		t.Fatal(err)
	}
	loss, err := Apply(&total{NewScalar("loss", twice, thrice)})
	if err != nil {
		t.Fatal(err)
	}
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
	if _, got, _ := Result(loss); got.Data() != float32(2*11+3*1100) {
		t.Errorf("the sum of 2a and 3b is %v", got.Data())
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
	a := Input(g, names[0], []int{1}, []float32{1})
	b := Input(g, names[1], []int{1}, []float32{10})
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
