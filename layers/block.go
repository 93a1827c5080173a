package layers

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Block is a transformer block:
//
//	x = x + attention(n)      with n = norm(x)
//	x = x + feedForward(m)    with m = norm(x)
//
//	x [batch*seq, dim]
type Block struct {
	AttentionNorm   Norm
	Attention       Attention
	FeedForwardNorm Norm
	FeedForward     FeedForward
}

func newBlock(s param.Scope, c Config, chosen choices) Block {
	return Block{
		AttentionNorm:   chosen.norm(s.In("ln_1"), c.Dim),
		Attention:       newAttention(s.In("attn"), c, chosen),
		FeedForwardNorm: chosen.norm(s.In("ln_2"), c.Dim),
		FeedForward:     newFeedForward(s.In("mlp"), c, chosen),
	}
}

// apply adds the block to the graph; layer is its index.
func (b Block) apply(g *builder, layer int, x *gorgonia.Node) *gorgonia.Node {
	g.prefix = fmt.Sprintf("blocks.%d.", layer)
	g.hook("resid_pre", x, 0)
	n := b.AttentionNorm.apply(g, x)
	g.hook("ln1", n, 0)
	attention := b.Attention.apply(g, n)
	if attention.Shape()[0] != x.Shape()[0] {
		x = g.lastRows(b.Attention.name+".residual.last", x) // [batch, dim]
	}
	x = g.residual(b.Attention.name, x, attention)
	g.hook("resid_mid", x, 0)
	m := b.FeedForwardNorm.apply(g, x)
	g.hook("ln2", m, 0)
	x = g.residual(b.FeedForward.name, x, b.FeedForward.apply(g, m))
	g.hook("resid_post", x, 0)
	g.prefix = ""
	return x
}

// memory returns what a graph stores of the block for each token, with the two sums of the residual stream: for the tokens of the
// keys, and for those of the queries.
func (b Block) memory() (keys, queries perToken) {
	f := b.FeedForward
	sums := perToken{2 * float64(f.Down.Weight.Shape[1]), 0}
	keys, queries = b.Attention.memory()
	return sum(b.AttentionNorm.memory(), keys), sum(sums, queries, b.FeedForwardNorm.memory(), f.Up.memory(f.f), f.Down.memory(nil))
}

// residual adds the output of a layer, after dropout in training, to the residual stream.
func (g *builder) residual(name string, x, y *gorgonia.Node) *gorgonia.Node {
	return g.must(applyResidual(name+".residual", x, g.dropped(name+".residual.dropout", y)))
}

// applyResidual adds the sum of the residual stream and the output of a layer to the graph (He et al. 2016):
//
//	sum = x + y
//
//	x, y, sum [batch*seq, dim]
func applyResidual(name string, x, y *gorgonia.Node) (*gorgonia.Node, error) {
	op := &residual{node.New(name, x.Shape(), x, y)}
	op.PassGradient(0)
	op.PassGradient(1)
	return node.Apply(op)
}

type residual struct{ node.Op }

// Forward adds: inputs are x, y.
func (r *residual) Forward(in ...gorgonia.Value) {
	kernel.Add(r.Filled(r.Result()), r.Filled(in[0]), r.Filled(in[1]))
}

// Backward does nothing: the gradients of x and y are dy.
func (r *residual) Backward(*node.Gradient) {}

// FeedForward is the feed-forward network:
//
//	y = down(f(up(x)))
//
//	x, y [rows, dim]
type FeedForward struct {
	name string
	f    Activation
	Up   Linear // [dim, hidden]
	Down Linear // [hidden, dim]
}

func newFeedForward(s param.Scope, c Config, chosen choices) FeedForward {
	return FeedForward{
		s.Name(), chosen.activation,
		newLinear(s.In("up"), c.Dim, c.Hidden, chosen.initial), newAdded(s.In("down"), c.Hidden, c.Dim, chosen.initial),
	}
}

// apply adds the network to the graph.
func (n FeedForward) apply(g *builder, x *gorgonia.Node) *gorgonia.Node {
	hidden := n.Up.apply(g, x, n.f) // [rows, hidden]
	g.hookBefore("mlp.pre", hidden)
	g.hook("mlp.post", hidden, 0)
	y := n.Down.apply(g, hidden, nil)
	g.hook("mlp_out", y, 0)
	return y
}
