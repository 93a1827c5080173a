// Package layers builds a transformer as a gorgonia graph: token ids in, logits out. The attention weights of every layer can be
// read after each forward pass. To compute a sentence:
//
//	params, err := layers.NewParameters(config, seed)
//	f, err := layers.NewInference(config, params, 1, config.Context) // a batch of one sentence
//	defer f.Close()
//	err = f.Run([]int{0, 4, 7, 2})
//	logits := f.LogitsAt(0, 3)              // [vocab] of the token after position 3
//	row := f.Attention[0].Row(0, head, 3)   // [4] attention weights of position 3 in the first block
//
// Sentences that begin alike need not be computed as a whole. A graph with a base sentence computes each from a position on, with
// the keys and values of the base sentence before (a KV cache), and gives the same bits:
//
//	err = f.Run([]int{0, 4, 7, 2}) // the base sentence
//	c, err := layers.NewInferenceOf(config, params, layers.Options{Batch: 8, Seq: 2, Base: f.Graph})
//	err = c.RunFrom([][]int{{0, 4, 7, 5}, {0, 4, 1, 2}}, []int{3, 2})
//
// The mathematics is GPT-2's (Radford et al. 2019): each block has causal multi-head self-attention and a feed-forward network,
// each after a norm and added to the residual stream.
//
//	ids     [batch*seq]
//	vectors [batch*seq, dim]                    package embed
//	query [batch*seq, heads*headDim]            learned projections
//	key, value [batch*seq, kvHeads*headDim]
//	weights [batch, heads, query, key]          attention weights
//	logits  [batch*seq, vocab]
//
// Each layer is a gorgonia operation that implements SymDiff, which returns its gradient. Axis words: batch, seq, dim, heads,
// headDim, kvHeads, vocab. Activations are 2-D, [batch*seq, dim], and a head is headDim columns of them. Sentences shorter than
// seq follow each other without padding, as with cu_seqlens in FlashAttention; only weights [batch, heads, query, key] have a
// fixed stride.
//
// A [Model] describes the names, shapes and initial distributions of the parameters, and how the layers are connected. A
// [param.Set] holds the values of the parameters. A [Graph] computes the forward pass with them; training and inference build
// several graphs over the same values.
//
// Other names for the same: dim is d_model, headDim is d_k, gain is LayerNorm's weight; query, key and value are GPT-2's
// c_attn, output its c_proj, up and down its c_fc and c_proj, the unembedding its lm_head.
package layers
