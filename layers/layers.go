// Package layers builds the transformer as a gorgonia graph: vectors in, logits out,
// with the attention weights of every layer to be read after each run. The
// mathematics is GPT-2's (Radford et al. 2019): pre-LayerNorm blocks of causal multi-head
// self-attention and a feed-forward network, each added to the residual stream.
//
//	ids     [batch*seq]
//	vectors [batch*seq, dim]                    package embed
//	query, key, value [batch*seq, dim]          three learned projections
//	weights [batch, heads, query, key]          who attends to whom
//	logits  [batch*seq, vocab]
//
// Read in this order: config.go (the sizes), weights.go (what is learned), linear.go and
// activation.go, layernorm.go, projections.go and attention.go (the heart), vectors.go (what
// the heart saw), residual.go, dropout.go, head.go, block.go and transformer.go (how they are put together),
// inference.go (running it), intervention.go (what if an edge or a head were not there?), departure.go (what if there
// were no mask, or another scale?).
//
// Each layer is an operation of gorgonia with its gradient through SymDiff. Axis words:
// batch, seq, dim, heads, headDim, vocab; activations are 2-D, [batch*seq, dim], and a head is
// headDim columns of it.
package layers
