package layers

import "gorgonia.org/gorgonia"

// block adds one transformer block to the graph:
//
//	x = x + output(attention(query(n), key(n), value(n)))   with n = LayerNorm(x)
//	x = x + down(activation(up(m)))                         with m = LayerNorm(x)
//
//	x [batch*seq, dim]
func (b *builder) block(x *gorgonia.Node, layer int) *gorgonia.Node {
	name := blockName(layer)

	n := b.norm(name+".ln_1", x)
	query := b.linear(name+".attn.query", n)                    // [batch*seq, dim]
	key := b.linear(name+".attn.key", n)                        // [batch*seq, dim]
	value := b.linear(name+".attn.value", n)                    // [batch*seq, dim]
	mixed := b.attention(name+".attn.heads", query, key, value) // weights [batch, heads, query, key]
	branch := b.linear(name+".attn.output", mixed)              // [batch*seq, dim]
	x = b.residual(name+".attn.residual", x, branch)

	n = b.norm(name+".ln_2", x)
	hidden := b.activate(name+".mlp.activation", b.linear(name+".mlp.up", n)) // [batch*seq, hidden]
	branch = b.linear(name+".mlp.down", hidden)                               // [batch*seq, dim]
	return b.residual(name+".mlp.residual", x, branch)
}
