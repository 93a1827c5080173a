package layers

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/node"
)

// input is one float32 input of an operation under test.
type input struct {
	name  string
	shape []int
	data  []float32
}

// normalInput draws an input from a normal distribution of deviation 1.
func normalInput(r *rand.Rand, name string, shape ...int) input {
	n := 1
	for _, size := range shape {
		n *= size
	}
	x := input{name, shape, make([]float32, n)}
	for i := range x.data {
		x.data[i] = float32(r.NormFloat64())
	}
	return x
}

// dot is a loss for tests: the sum of its first input weighted by its second.
type dot struct {
	node.Op
	sum float64 // of the last run, in double precision
}

func (d *dot) Type() hm.Type {
	of := gorgonia.TensorType{Dims: 2, Of: tensor.Float32}
	return hm.NewFnType(of, of, tensor.Float32)
}

func (d *dot) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (d *dot) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	d.sum = 0
	weights := node.Floats(in[1])
	for i, y := range node.Floats(in[0]) {
		d.sum += float64(y) * float64(weights[i])
	}
	return gorgonia.NewF32(float32(d.sum)), nil
}

func (d *dot) DiffWRT(int) []bool { return node.Differentiable(true, false) }

func (d *dot) SymDiff(in gorgonia.Nodes, _, _ *gorgonia.Node) (gorgonia.Nodes, error) {
	return gorgonia.Nodes{in[1], nil}, nil
}

// checkGradients compares the gradient of every number of every input with central
// differences of fourth order. The tolerance is relative to the largest of a tensor.
func checkGradients(t *testing.T, tolerance float64, inputs []input, build func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error)) {
	t.Helper()
	g := gorgonia.NewGraph()
	var in gorgonia.Nodes
	for _, x := range inputs {
		in = append(in, node.Weights(g, x.name, x.shape, x.data))
	}
	y, err := build(g, in)
	if err != nil {
		t.Fatal(err)
	}
	w := normalInput(rand.New(rand.NewPCG(99, 99)), "weights of the output", y.Shape()...)
	weights := node.Weights(g, w.name, w.shape, w.data)
	op := &dot{Op: node.New("dot", tensor.Shape{1}, y, weights)}
	loss, err := gorgonia.ApplyOp(op, y, weights)
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
		for j, old := range x.data {
			at := func(step float32) float64 {
				x.data[j] = old + step
				return run()
			}
			slope := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
			x.data[j] = old
			largest = max(largest, math.Abs(slope))
			if d := math.Abs(slope - float64(got[i][j])); !(d <= worst) {
				worst = d
			}
		}
		t.Logf("%s: worst error %.1e of the largest gradient %.3g", x.name, worst/largest, largest)
		if largest == 0 || !(worst <= tolerance*largest) {
			t.Errorf("gradient of %s is off by %.2g, the largest is %.2g", x.name, worst, largest)
		}
	}
}

func TestLinearGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	inputs := []input{normalInput(r, "x", 7, 5), normalInput(r, "weight", 5, 3), normalInput(r, "bias", 3)}
	checkGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Linear("linear", in[0], in[1], in[2])
	})
}

func TestProductGradientWithAllTransposes(t *testing.T) {
	for flags := range 4 {
		transA, transB := flags&1 != 0, flags&2 != 0
		r := rand.New(rand.NewPCG(2, 0))
		a, b := normalInput(r, "a", 7, 5), normalInput(r, "b", 5, 3)
		if transA {
			a.shape = []int{5, 7}
		}
		if transB {
			b.shape = []int{3, 5}
		}
		checkGradients(t, 1e-4, []input{a, b}, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
			return product("product", in[0], in[1], transA, transB)
		})
	}
}

func TestHeadGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	inputs := []input{normalInput(r, "x", 7, 5), normalInput(r, "table", 11, 5)}
	checkGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Head("head", in[0], in[1])
	})
}

func TestLayerNormGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	inputs := []input{normalInput(r, "x", 5, 11), normalInput(r, "gain", 11), normalInput(r, "bias", 11)}
	checkGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return LayerNorm("norm", in[0], in[1], in[2])
	})
}

// dropoutFor returns dropout whose masks are keyed by a step of the graph.
func dropoutFor(g *gorgonia.ExprGraph, p float64) *dropout {
	step, backing := node.Ids(g, "step", 1)
	backing[0] = 17
	return &dropout{probability: p, seed: 3, step: step, pcg: &rand.PCG{}}
}

func TestAttentionGradient(t *testing.T) {
	for name, p := range map[string]float64{"plain": 0, "dropout": 0.3} {
		t.Run(name, func(t *testing.T) {
			const batch, seq, heads, headDim = 2, 7, 3, 5
			r := rand.New(rand.NewPCG(5, 0))
			var inputs []input
			for _, name := range []string{"query", "key", "value"} {
				inputs = append(inputs, normalInput(r, name, batch*seq, heads*headDim))
			}
			checkGradients(t, 1e-4, inputs, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				var drop *dropout
				if p > 0 {
					drop = dropoutFor(g, p)
				}
				a, err := Attention("attention", in[0], in[1], in[2], heads, seq, drop)
				return a.Mixed, err
			})
		})
	}
}

func TestActivationGradient(t *testing.T) {
	for _, kind := range []Activation{GELU, ReLU} {
		t.Run(string(kind), func(t *testing.T) {
			x := normalInput(rand.New(rand.NewPCG(6, 0)), "x", 7, 13)
			for i, v := range x.data {
				if kind == ReLU && math.Abs(float64(v)) < 0.1 { // the kink at 0 has no slope
					x.data[i] = 0.1
				}
			}
			checkGradients(t, 1e-4, []input{x}, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				return Activate("activation", in[0], kind)
			})
		})
	}
}

func TestResidualGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	inputs := []input{normalInput(r, "x", 7, 5), normalInput(r, "branch", 7, 5)}
	checkGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Residual("residual", in[0], in[1])
	})
}

func TestDropoutGradient(t *testing.T) {
	x := normalInput(rand.New(rand.NewPCG(8, 0)), "x", 6, 5)
	checkGradients(t, 1e-4, []input{x}, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return dropoutFor(g, 0.4).apply("drop", in[0], 3)
	})
}
