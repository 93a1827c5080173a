package layers

import (
	"math"

	"attend/internal/kernel"
)

// Sizes are floating-point numbers, since settings that were not validated may give sizes that overflow an int.

// Sizes in bytes of a float32 and of an int.
const (
	floatBytes = 4
	intBytes   = 8
)

// ParameterCount returns the number of parameters of a model, without allocating them.
func (c Config) ParameterCount() float64 {
	count := func(layers int) (n float64) {
		c.Layers = layers
		for _, p := range NewModel(c).Params().All() {
			n += p.Count()
		}
		return n
	}
	layers := c.Layers
	one := count(1)
	return one + float64(layers-1)*(count(2)-one)
}

// ParameterBytes returns the memory of the parameters, in bytes.
func (c Config) ParameterBytes() float64 { return floatBytes * c.ParameterCount() }

// Lengths describes the lengths of the sentences that a graph will compute, in tokens. Memory after the end of a sentence is
// allocated but never written, so the system does not provide it.
type Lengths struct{ Mean, Longest float64 }

// Full returns the lengths of sentences of seq tokens, for which all allocated memory is written.
func Full(seq int) Lengths { return Lengths{float64(seq), float64(seq)} }

// wholePages rounds a count of float32 values up to whole pages of memory.
func wholePages(n float64) float64 {
	const page = 4096 / floatBytes
	return math.Ceil(n/page) * page
}

// perToken counts the float32 values that a graph stores for each token: results of the forward pass, and their gradients.
type perToken struct{ forward, backward float64 }

func (k perToken) times(n float64) perToken { return perToken{n * k.forward, n * k.backward} }

func sum(all ...perToken) (k perToken) {
	for _, o := range all {
		k.forward += o.forward
		k.backward += o.backward
	}
	return k
}

// GraphBytes returns the memory in bytes that a graph takes in addition to the parameters: the results of its operations, the
// gradients if gradients is set, and its nodes.
func (c Config) GraphBytes(o Options, gradients bool, l Lengths) float64 {
	dim, vocab, batch, seq, layers := float64(c.Dim), float64(c.Vocab), float64(o.Batch), float64(o.Seq), float64(c.Layers)
	one := c
	one.Layers = 1
	m := NewModel(one)
	table := 0.0 // of fixed positions
	if m.chosen.positions.Fixed != nil {
		table = float64(c.Context) * dim
	}
	squares := batch * float64(c.Heads) // number of squares in [batch, heads, query, key]
	longest := seq
	if o.Base != nil {
		longest = float64(o.Base.seq)
	}
	square := min(seq*longest, wholePages(l.Longest*longest))

	keys, queries := m.Blocks[0].memory()
	token := sum(perToken{dim, dim}, keys.times(layers), queries.times(layers-1)) // with the embeddings
	if m.chosen.positions.Learned || m.chosen.positions.Fixed != nil {
		token.forward += dim
	}
	n := table + layers*squares*square // with the attention weights
	predicting := sum(queries, m.Norm.memory(), perToken{vocab, 0})
	if o.LastOnly {
		n += squares*(longest-square) + batch*(predicting.forward+2*dim) // with the rows of queries and residual stream
	} else {
		token = sum(token, predicting)
	}
	if o.Base != nil {
		n += layers * longest * 2 * dim // keys and values of one sentence
	}
	if o.Training && c.Dropout > 0 {
		token = sum(token, perToken{2 * dim, dim}.times(1+2*layers)) // masks and products
		n += layers * squares * (seq*seq + square)
	}
	n += batch * l.Mean * token.forward
	if gradients {
		n += batch*l.Mean*token.backward + table + c.ParameterCount()
		n += layers * min(tileRows, l.Longest) * seq // gradients of some rows of attention weights
		if c.Tied {
			n += vocab * dim // the token embedding has two gradients
		}
	}
	return floatBytes*n + intBytes*batch*seq + nodeBytes*c.nodes(gradients)
}

// ScratchBytes returns the temporary memory in bytes of the matrix products of one graph of the model.
func (c Config) ScratchBytes(seq int) float64 {
	return max(kernel.ScratchBytes(c.Vocab, c.Dim), kernel.ScratchBytes(c.Hidden, c.Dim),
		kernel.ScratchBytes(c.Dim, c.Hidden), kernel.ScratchBytes(seq, c.Dim))
}

// BuildSeconds estimates the seconds that gorgonia needs to build and compile a graph of the model. They are quadratic in the
// number of nodes, since gorgonia searches all nodes for each new one. The coefficients were measured on one core with 250, 500
// and 1,000 layers.
func (c Config) BuildSeconds(gradients bool) float64 {
	n := c.nodes(gradients)
	return 37e-6*n + 1.55e-9*n*n
}

// nodeBytes is the memory of a node in gorgonia, with its instructions in the compiled program, times 2 for the garbage that
// building leaves until the next collection. It was measured on models of 50 to 1,000 layers.
const nodeBytes = 2 * 2100

// nodes estimates the number of nodes of a graph by those of its blocks.
func (c Config) nodes(gradients bool) float64 {
	if gradients {
		return 55 * float64(c.Layers)
	}
	return 30 * float64(c.Layers)
}
