package layers

import (
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/internal/node/nodetest"
)

func TestLinearGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "weight", 5, 3), nodetest.Normal(r, "bias", 3)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Linear("linear", in[0], in[1], in[2])
	})
}

func TestProductGradientWithAllTransposes(t *testing.T) {
	for flags := range 4 {
		transA, transB := flags&1 != 0, flags&2 != 0
		r := rand.New(rand.NewPCG(2, 0))
		a, b := nodetest.Normal(r, "a", 7, 5), nodetest.Normal(r, "b", 5, 3)
		if transA {
			a.Shape = []int{5, 7}
		}
		if transB {
			b.Shape = []int{3, 5}
		}
		nodetest.CheckGradients(t, 1e-4, []nodetest.Input{a, b}, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
			return product("product", in[0], in[1], transA, transB)
		})
	}
}

func TestHeadGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "table", 11, 5)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Head("head", in[0], in[1])
	})
}

func TestLayerNormGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 5, 11), nodetest.Normal(r, "gain", 11), nodetest.Normal(r, "bias", 11)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
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
			var inputs []nodetest.Input
			for _, name := range []string{"query", "key", "value"} {
				inputs = append(inputs, nodetest.Normal(r, name, batch*seq, heads*headDim))
			}
			nodetest.CheckGradients(t, 1e-4, inputs, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
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
			x := nodetest.Normal(rand.New(rand.NewPCG(6, 0)), "x", 7, 13)
			for i, v := range x.Data {
				if kind == ReLU && math.Abs(float64(v)) < 0.1 { // the kink at 0 has no slope
					x.Data[i] = 0.1
				}
			}
			nodetest.CheckGradients(t, 1e-4, []nodetest.Input{x}, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				return Activate("activation", in[0], kind)
			})
		})
	}
}

func TestResidualGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "branch", 7, 5)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Residual("residual", in[0], in[1])
	})
}

func TestDropoutGradient(t *testing.T) {
	x := nodetest.Normal(rand.New(rand.NewPCG(8, 0)), "x", 6, 5)
	nodetest.CheckGradients(t, 1e-4, []nodetest.Input{x}, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return dropoutFor(g, 0.4).apply("drop", in[0], 3)
	})
}
