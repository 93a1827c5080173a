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
// Read in this order: config.go (the sizes), linear.go and activation.go, norm.go, projections.go and
// attention.go (the layers with their parameters and operations), residual.go, dropout.go, unembedding.go, block.go and
// model.go (how layers make a model, and how parameters start), transformer.go (its graph), inference.go (running it), vectors.go and
// hooks.go (what was computed, and editing it), intervention.go (edges and heads ablated), departure.go (no mask, or another
// scale), size.go (its memory).
//
// Each layer is an operation of gorgonia with its gradient through SymDiff. Axis words:
// batch, seq, dim, heads, headDim, vocab; activations are 2-D, [batch*seq, dim], and a head is
// headDim columns of it.
package layers
