package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/node"
)

// block adds one transformer block to the graph:
//
//	x = x + output(attention(query(n), key(n), value(n)))   with n = LayerNorm(x)
//	x = x + down(activation(up(m)))                         with m = LayerNorm(x)
//
//	x [batch*seq, dim]
func (b *builder) block(x *gorgonia.Node, layer int) *gorgonia.Node {
	name := blockName(layer)

	var aroundAttention, aroundFeedForward node.Bypass
	n := b.norm(name+".ln_1", x, &aroundAttention)
	projected := b.projections(name+".attn", n)         // query, key, value [batch*seq, dim]
	mixed := b.attention(name+".attn.heads", projected) // weights [batch, heads, query, key]
	branch := b.linear(name+".attn.output", mixed)      // [batch*seq, dim]
	x = b.residual(name+".attn.residual", x, branch, &aroundAttention)

	n = b.norm(name+".ln_2", x, &aroundFeedForward)
	hidden := b.linearActivated(name+".mlp.up", n) // [batch*seq, hidden]
	branch = b.linear(name+".mlp.down", hidden)    // [batch*seq, dim]
	return b.residual(name+".mlp.residual", x, branch, &aroundFeedForward)
}
