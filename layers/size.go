package layers

import (
	"math"

	"attend/internal/kernel"
)

// Sizes are in floating point, since those of settings that nobody has checked yet overflow an int.

// number is the size of a float32, whole that of an int, in bytes.
const (
	number = 4
	whole  = 8
)

// ParameterCount returns how many numbers [Parameters] holds, without making them.
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

// WeightBytes returns the memory of the parameters in bytes.
func (c Config) WeightBytes() float64 { return number * c.ParameterCount() }

// Lengths are those of the sentences that a graph will compute. What is reserved behind them is never touched, and
// a system gives no memory for that.
type Lengths struct{ Mean, Longest float64 }

// Full returns the lengths of sentences of the whole seq: with them all that is reserved is counted.
func Full(seq int) Lengths { return Lengths{float64(seq), float64(seq)} }

// wholePages rounds a count of numbers up to whole pages of memory.
func wholePages(n float64) float64 {
	const page = 4096 / number
	return math.Ceil(n/page) * page
}

// perToken counts the float32 numbers that a graph stores for each token, to estimate its size: in the forward pass, and as gradients of what it computed there.
type perToken struct{ forward, backward float64 }

func (k perToken) times(n float64) perToken { return perToken{n * k.forward, n * k.backward} }

func sum(all ...perToken) (k perToken) {
	for _, o := range all {
		k.forward += o.forward
		k.backward += o.backward
	}
	return k
}

// GraphBytes returns the memory in bytes that a graph takes beside the weights: what its operations
// keep, with those of the gradients if it is differentiated, and its nodes.
func (c Config) GraphBytes(o Options, gradients bool, l Lengths) float64 {
	dim, vocab, batch, seq, layers := float64(c.Dim), float64(c.Vocab), float64(o.Batch), float64(o.Seq), float64(c.Layers)
	one := c
	one.Layers = 1
	m := NewModel(one)
	table := 0.0 // of fixed positions
	if m.scheme.Fixed != nil {
		table = float64(c.Context) * dim
	}
	squares := batch * float64(c.Heads) // of [batch, heads, query, key]
	square := min(seq*seq, wholePages(l.Longest*seq))

	token := sum(perToken{dim + vocab, dim}, m.Blocks[0].memory().times(layers), m.Norm.memory()) // with the tokens' vectors and the logits
	if m.scheme.Learned || m.scheme.Fixed != nil {
		token.forward += dim
	}
	n := table + layers*squares*square // with the attention weights
	if o.Training && c.Dropout > 0 {
		token = sum(token, perToken{2 * dim, dim}.times(1+2*layers)) // masks and products
		n += layers * squares * (seq*seq + square)
	}
	n += batch * l.Mean * token.forward
	if gradients {
		n += batch*l.Mean*token.backward + table + c.ParameterCount()
		n += layers * min(tileRows, l.Longest) * seq // gradients of some rows of attention weights
		if c.Tied {
			n += vocab * dim // the table has a gradient of the unembedding too
		}
	}
	return number*n + whole*batch*seq + nodeBytes*c.nodes(gradients)
}

// ScratchBytes returns the memory that the products of one graph of the model need while they run.
func (c Config) ScratchBytes(seq int) float64 {
	return max(kernel.ScratchBytes(c.Vocab, c.Dim), kernel.ScratchBytes(c.Hidden, c.Dim), kernel.ScratchBytes(c.Dim, c.Hidden), kernel.ScratchBytes(seq, c.Dim))
}

// BuildSeconds returns about how long a graph of the model takes to be built and compiled: gorgonia looks through all
// nodes for each new one. Measured on one core with 250, 500 and 1,000 layers.
func (c Config) BuildSeconds(gradients bool) float64 {
	n := c.nodes(gradients)
	return 37e-6*n + 1.55e-9*n*n
}

// nodeBytes is what gorgonia keeps of a node, its place in a compiled program included, and as much garbage that
// building it leaves until the next collection; measured on models of 50 to 1,000 layers.
const nodeBytes = 2 * 2100

// nodes returns the number of nodes in a graph but for some beside the blocks.
func (c Config) nodes(gradients bool) float64 {
	if gradients {
		return 55 * float64(c.Layers)
	}
	return 30 * float64(c.Layers)
}
