package layers

import (
	"math"

	"attend/embed"
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

// GraphBytes returns the memory in bytes that a graph takes beside the weights: what its operations
// keep, with those of the gradients if it is differentiated, and its nodes.
func (c Config) GraphBytes(o Options, gradients bool, l Lengths) float64 {
	tokens := l.Mean
	dim, hidden, vocab := float64(c.Dim), float64(c.Hidden), float64(c.Vocab)
	batch, seq, layers := float64(o.Batch), float64(o.Seq), float64(c.Layers)
	rows := batch * tokens
	squares := batch * float64(c.Heads) // of [batch, heads, query, key]
	square := min(seq*seq, wholePages(l.Longest*seq))
	dropped := 0.0
	if o.Training && c.Dropout > 0 {
		dropped = 1
	}

	vectors := 1.0 // [rows, dim]: the embedding
	once := 0.0    // everything else, in numbers
	positions, _ := embed.Schemes.Find("positions", c.Positions)
	fixed := 0.0 // numbers of a fixed table of positions
	if positions.Fixed != nil {
		fixed = float64(c.Context) * dim
	}
	if positions.Learned || positions.Fixed != nil {
		vectors++
		once += fixed
	}
	vectors += 2 * dropped                          // mask and product
	vectors += layers * (2 + 3 + 1 + 1 + 1 + 1 + 1) // LayerNorms, projections, heads, output, residual, down, residual
	vectors += layers * 4 * dropped
	vectors++                          // the last LayerNorm
	once += (2*layers + 1) * 2 * rows  // means and deviations of LayerNorms
	once += layers * 2 * rows * hidden // up and its slope
	once += layers * squares * square  // attention weights
	once += layers * squares * (seq*seq + square) * dropped
	once += rows * vocab

	if gradients {
		vectors++                                   // the last LayerNorm
		vectors++                                   // the output head
		vectors += dropped                          // the embedding
		vectors += layers * (1 + 1 + 1 + 3 + 1 + 1) // up, LayerNorm, output, heads, projections, LayerNorm
		vectors += layers * 2 * dropped
		once += layers * rows * hidden                  // down
		once += layers * min(tileRows, l.Longest) * seq // gradients of some rows of attention weights
		once += c.ParameterCount()                      // one gradient for each parameter
		if c.Tied {
			once += vocab * dim // and one from the output head
		}
		once += fixed
	}
	return number*(vectors*rows*dim+once) + whole*(batch*seq) + nodeBytes*c.nodes(gradients)
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
		return 51 * float64(c.Layers)
	}
	return 28 * float64(c.Layers)
}
