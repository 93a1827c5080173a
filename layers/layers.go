// Package layers builds the transformer as a gorgonia graph: vectors in, logits out,
// with the attention weights of every layer to be read after each run. The
// mathematics is GPT-2's (Radford et al. 2019): blocks of causal multi-head self-attention and a
// feed-forward network, each behind a norm and added to the residual stream.
//
//	ids     [batch*seq]
//	vectors [batch*seq, dim]                    package embed
//	query [batch*seq, heads*headDim]            learned projections
//	key, value [batch*seq, kvHeads*headDim]
//	weights [batch, heads, query, key]          who attends to whom
//	logits  [batch*seq, vocab]
//
// Each layer is an operation of gorgonia with its gradient through SymDiff. Axis words:
// batch, seq, dim, heads, headDim, kvHeads, vocab; activations are 2-D, [batch*seq, dim], and a head is
// headDim columns of it. Sentences that are shorter than seq follow each other without padding, as with cu_seqlens in
// FlashAttention; only weights [batch, heads, query, key] have a fixed stride.
//
// A [Model] describes: the names, shapes and initial distributions of the parameters, and how layers join. A [param.Set] holds
// the numbers. A [Transformer] is one graph over a set; training and inference build several over the same numbers.
//
// In the words of others: dim is d_model, headDim is d_k, gain is LayerNorm's weight, deviation is std; query, key and value are GPT-2's
// c_attn, output its c_proj, up and down its c_fc and c_proj, the unembedding its lm_head.
package layers
