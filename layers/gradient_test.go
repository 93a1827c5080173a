package layers

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/internal/node"
	"attend/internal/node/nodetest"
)

func TestLinearGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "weight", 5, 3), nodetest.Normal(r, "bias", 3)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return applyLinear("linear", in[0], in[1], in[2], nil)
	})
}

func TestLinearActivatedGradient(t *testing.T) {
	for _, f := range Activations {
		t.Run(f.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(6, 0))
			inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "weight", 5, 13), nodetest.Normal(r, "bias", 13)}
			if f.Name == ReLU { // the kink at 0 has no slope: keep every sum away from it
				for i := range inputs[1].Data {
					inputs[1].Data[i] *= 0.1
				}
				for i := range inputs[2].Data {
					inputs[2].Data[i] = float32(i%2)*4 - 2
				}
			}
			nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				return applyLinear("linear", in[0], in[1], in[2], f.Choice)
			})
		})
	}
}

func TestUnembeddingGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "table", 11, 5)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return applyUnembedding("unembedding", in[0], in[1])
	})
}

// The table is used by the embedding and by the unembedding: its two gradients are added.
func TestTiedUnembeddingGradient(t *testing.T) {
	table := nodetest.Normal(rand.New(rand.NewPCG(3, 1)), "table", 7, 5)
	nodetest.CheckGradients(t, 1e-4, []nodetest.Input{table}, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		ids, backing := node.IntInput(g, "ids", 6)
		copy(backing, []int{3, 0, 3, 6, 1, 3})
		x, err := embed.Tokens("tokens", in[0], ids, nil)
		if err != nil {
			return nil, err
		}
		return applyUnembedding("unembedding", x, in[0])
	})
}

func TestLayerNormGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 5, 11), nodetest.Normal(r, "gain", 11), nodetest.Normal(r, "bias", 11)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return applyLayerNorm("norm", in[0], in[1], in[2])
	})
}

// dropoutFor returns dropout whose masks are keyed by a step of the graph.
func dropoutFor(g *gorgonia.ExprGraph, p float64) *dropout {
	step, backing := node.IntInput(g, "step", 1)
	backing[0] = 17
	return &dropout{probability: p, seed: 3, step: step, pcg: &rand.PCG{}}
}

// projectionInputs are x, wide enough to choose query, key and value from, and the weights and biases of
// the three projections.
func projectionInputs(r *rand.Rand, rows, in, out int) []nodetest.Input {
	inputs := []nodetest.Input{nodetest.Normal(r, "x", rows, in)}
	for _, name := range []string{"query", "key", "value"} {
		inputs = append(inputs, nodetest.Normal(r, name+".weight", in, out))
		if name != "key" { // a bias on all keys moves all scores of a query alike: it has no gradient
			inputs = append(inputs, nodetest.Normal(r, name+".bias", out))
		}
	}
	for i := range inputs { // scores that are not too sharp for a difference to see
		for j := range inputs[i].Data {
			inputs[i].Data[j] *= 0.5
		}
	}
	return inputs
}

// attentionOf builds projections and attention over the inputs of projectionInputs.
func attentionOf(in gorgonia.Nodes, heads, seq int, drop *dropout) (*LayerAttention, error) {
	return attentionWith(in, heads, seq, drop, AttentionOptions{})
}

// attentionWith is attentionOf with options.
func attentionWith(in gorgonia.Nodes, heads, seq int, drop *dropout, o AttentionOptions) (*LayerAttention, error) {
	dim := in[2].Shape()[0]
	keyBias := node.Input(in[0].Graph(), "key.bias", []int{dim}, make([]float32, dim))
	p, err := Project("attn", in[0], [3]*gorgonia.Node{in[1], in[3], in[4]}, [3]*gorgonia.Node{in[2], keyBias, in[5]})
	if err != nil {
		return nil, err
	}
	return applyAttention("attn.heads", p, heads, seq, drop, o, nil)
}

func TestAttentionGradient(t *testing.T) {
	for name, c := range map[string]struct {
		p   float64
		seq int
	}{"plain": {0, 7}, "dropout": {0.3, 7}, "two tiles": {0, tileRows + 3}, "two tiles with dropout": {0.3, tileRows + 3}} {
		t.Run(name, func(t *testing.T) {
			batch, heads, headDim, tolerance := 2, 3, 5, 1e-4
			if c.seq > tileRows { // many terms in the loss, whose rounding shows in a difference
				batch, heads, headDim, tolerance = 1, 1, 2, 5e-4
			}
			inputs := projectionInputs(rand.New(rand.NewPCG(5, 0)), batch*c.seq, 4, heads*headDim)
			nodetest.CheckGradients(t, tolerance, inputs, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
				var drop *dropout
				if c.p > 0 {
					drop = dropoutFor(g, c.p)
				}
				a, err := attentionOf(in, heads, c.seq, drop)
				return a.ZNode, err
			})
		})
	}
}

// groupedInputs are queries of some heads of headDim numbers, and keys and values of fewer.
func groupedInputs(rows, heads, kvHeads, headDim int) []nodetest.Input {
	r := rand.New(rand.NewPCG(13, uint64(kvHeads)))
	return []nodetest.Input{
		nodetest.Normal(r, "query", rows, heads*headDim), nodetest.Normal(r, "key", rows, kvHeads*headDim), nodetest.Normal(r, "value", rows, kvHeads*headDim),
	}
}

// Several heads of queries read one head of keys and values, whose gradient they add up.
func TestGroupedQueriesGradient(t *testing.T) {
	const batch, seq, heads, headDim = 2, 5, 6, 3
	for _, kvHeads := range []int{1, 2, 3, 6} {
		for _, p := range []float64{0, 0.3} {
			t.Run(fmt.Sprintf("%d/dropout %g", kvHeads, p), func(t *testing.T) {
				nodetest.CheckGradients(t, 2e-4, groupedInputs(batch*seq, heads, kvHeads, headDim), func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
					var drop *dropout
					if p > 0 {
						drop = dropoutFor(g, p)
					}
					a, err := applyAttention("heads", Projected{in[0], in[1], in[2]}, heads, seq, drop, AttentionOptions{}, nil)
					return a.ZNode, err
				})
			})
		}
	}
	t.Run("two tiles", func(t *testing.T) {
		inputs := groupedInputs(tileRows+3, 4, 2, 2)
		nodetest.CheckGradients(t, 5e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
			a, err := Attend("heads", Projected{in[0], in[1], in[2]}, 4, tileRows+3, AttentionOptions{})
			return a.ZNode, err
		})
	})
}

// A branch that begins with a LayerNorm and ends in the residual stream: x has two gradients.
func TestResidualBranchGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "gain", 5), nodetest.Normal(r, "bias", 5)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		n, err := applyLayerNorm("norm", in[0], in[1], in[2])
		if err != nil {
			return nil, err
		}
		return applyResidual("residual", in[0], n)
	})
}

func TestDropoutGradient(t *testing.T) {
	x := nodetest.Normal(rand.New(rand.NewPCG(8, 0)), "x", 6, 5)
	nodetest.CheckGradients(t, 1e-4, []nodetest.Input{x}, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return dropoutFor(g, 0.4).apply("drop", in[0], 3)
	})
}

// Three operations read x, none of them a norm: its three gradients are added.
func TestGradientOfThreeReaders(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 0))
	inputs := []nodetest.Input{
		nodetest.Normal(r, "x", 7, 5), nodetest.Normal(r, "weight", 5, 5), nodetest.Normal(r, "bias", 5),
		nodetest.Normal(r, "other weight", 5, 5), nodetest.Normal(r, "other bias", 5),
	}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		a, err := applyLinear("a", in[0], in[1], in[2], nil)
		if err != nil {
			return nil, err
		}
		b, err := applyLinear("b", in[0], in[3], in[4], nil)
		if err != nil {
			return nil, err
		}
		sum, err := applyResidual("sum", in[0], a)
		if err != nil {
			return nil, err
		}
		return applyResidual("y", sum, b)
	})
}

// Attention and feed-forward network in parallel: both read one x, and nothing of it stands between.
func TestParallelBlockGradient(t *testing.T) {
	inputs := append(projectionInputs(rand.New(rand.NewPCG(10, 0)), 2*7, 6, 6),
		nodetest.Normal(rand.New(rand.NewPCG(11, 0)), "up.weight", 6, 6), nodetest.Normal(rand.New(rand.NewPCG(12, 0)), "up.bias", 6))
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		keyBias := node.Input(in[0].Graph(), "key.bias", []int{6}, make([]float32, 6))
		p, err := Project("attn", in[0], [3]*gorgonia.Node{in[1], in[3], in[4]}, [3]*gorgonia.Node{in[2], keyBias, in[5]})
		if err != nil {
			return nil, err
		}
		attended, err := Attend("attn.heads", p, 2, 7, AttentionOptions{})
		if err != nil {
			return nil, err
		}
		up, err := applyLinear("up", in[0], in[6], in[7], nil)
		if err != nil {
			return nil, err
		}
		sum, err := applyResidual("sum", in[0], attended.ZNode)
		if err != nil {
			return nil, err
		}
		return applyResidual("y", sum, up)
	})
}
