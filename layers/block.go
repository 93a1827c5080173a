package layers

import (
	"fmt"

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

// apply adds the block of a layer to the graph.
func (b Block) apply(g *graph, layer int, x *gorgonia.Node) *gorgonia.Node {
	g.place = fmt.Sprintf("blocks.%d.", layer)
	g.hook("resid_pre", x, 0)
	x = g.residual(b.Attention.name, x, func(branch *node.Branch) *gorgonia.Node {
		return b.Attention.apply(g, b.AttentionNorm.apply(g, x, branch), nil)
	})
	x = g.residual(b.FeedForward.name, x, func(branch *node.Branch) *gorgonia.Node {
		return b.FeedForward.apply(g, b.FeedForwardNorm.apply(g, x, branch), nil)
	})
	g.hook("resid_post", x, 0)
	g.place = ""
	return x
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
	g.hookBefore("mlp.pre", hidden)
	g.hook("mlp.post", hidden, 0)
	y := n.Down.apply(g, hidden, nil, nil)
	g.hook("mlp_out", y, 0)
	return y
}
