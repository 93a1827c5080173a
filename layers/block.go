package layers

import (
	"gorgonia.org/gorgonia"

	"attend/embed"
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

func newBlock(s param.Scope, c Config, positions embed.Scheme, norm func(param.Scope, int) Norm, f Activation) Block {
	return Block{
		AttentionNorm:   norm(s.In("ln_1"), c.Dim),
		Attention:       newAttention(s.In("attn"), c, positions),
		FeedForwardNorm: norm(s.In("ln_2"), c.Dim),
		FeedForward:     newFeedForward(s.In("mlp"), c, f),
	}
}

func (b Block) apply(g *graph, x *gorgonia.Node) *gorgonia.Node {
	x = g.residual(b.Attention.name, x, func(branch *node.Branch) *gorgonia.Node {
		return b.Attention.apply(g, b.AttentionNorm.apply(g, x, branch), nil)
	})
	return g.residual(b.FeedForward.name, x, func(branch *node.Branch) *gorgonia.Node {
		return b.FeedForward.apply(g, b.FeedForwardNorm.apply(g, x, branch), nil)
	})
}

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

func newFeedForward(s param.Scope, c Config, f Activation) FeedForward {
	return FeedForward{s.Name(), f, newLinear(s.In("up"), c.Dim, c.Hidden, initialDeviation), newLinear(s.In("down"), c.Hidden, c.Dim, c.residualDeviation())}
}

// apply adds the network to the graph. The branch is that of x, nil if nothing else reads it.
func (n FeedForward) apply(g *graph, x *gorgonia.Node, branch *node.Branch) *gorgonia.Node {
	hidden := n.Up.apply(g, x, n.f, branch) // [rows, hidden]
	return n.Down.apply(g, hidden, nil, nil)
}
