package layers

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/kernel"
	"attend/internal/node"
)

// checkBase returns an error if a graph with these options cannot read the keys and values of its base sentence, or cannot compute the
// last tokens alone.
func (o Options) checkBase(c Config) error {
	base := o.Base
	switch {
	case base == nil && !o.LastOnly:
		return nil
	case o.Training:
		return errors.New("a graph for training computes all tokens of its sentences: Base and LastOnly are for inference")
	case o.Attention.NoMask:
		return errors.New("without a mask all activations of a sentence depend on all of its tokens: Base and LastOnly need the mask")
	case base == nil:
		return nil
	case base.base != nil:
		return errors.New("the graph of the base sentence has a base sentence itself: it must compute the whole sentence")
	case len(base.Attention) != c.Layers || base.seq > c.Context || o.Seq > base.seq:
		return fmt.Errorf("a graph of %d layers, %d tokens and context %d cannot continue a base sentence "+
			"in a graph of %d layers and %d tokens", c.Layers, o.Seq, c.Context, len(base.Attention), base.seq)
	}
	for _, a := range base.Attention {
		if a.op.heads != c.Heads || a.op.Result().Shape()[1] != c.Dim {
			return fmt.Errorf("a graph with %d heads in %d dimensions cannot continue a base sentence "+
				"in a graph with %d heads in %d dimensions", c.Heads, c.Dim, a.op.heads, a.op.Result().Shape()[1])
		}
	}
	return nil
}

// keyValueCache describes the keys and values of an attention layer if they are those of more tokens than the queries: with a base
// sentence or with [Options.LastOnly].
//
//	keys of a sentence = keys of the base sentence at positions before first, keys of the rows of the sentence
//
// first is the position of the first row of the sentence, see [node.Sentences].
type keyValueCache struct {
	rows    *node.Sentences // of the keys and values that the graph computes
	longest int             // maximum number of keys of a sentence
	base    gorgonia.Nodes  // key and value of the base sentence [longest, kvHeads*headDim]; none without one
	joined  [2]joined       // keys and values of one sentence; only with a base sentence
}

// cache returns the description of the keys and values of a layer, nil if they are those of the tokens of the queries. keys are
// the rows of the keys.
func (g *builder) cache(name string, keys rows) *keyValueCache {
	if keys == g.rows && g.Base == nil {
		return nil
	}
	c := &keyValueCache{rows: keys.sentences, longest: g.graph.seq}
	if g.Base != nil {
		base := g.Base.Attention[len(g.graph.Attention)].projected
		c.addBase(g, name+".base.key", base.Key)
		c.addBase(g, name+".base.value", base.Value)
	}
	return c
}

// addBase adds the keys or the values of the base sentence as an input of the graph. It shares the memory of the other graph.
func (c *keyValueCache) addBase(g *builder, name string, of *gorgonia.Node) {
	count, width := c.longest*of.Shape()[1], of.Shape()[1]
	c.joined[len(c.base)] = joined{data: make([]float32, count), width: width}
	c.base = append(c.base, node.Input(g.graph.ExprGraph, name, []int{c.longest, width}, node.Floats(valueOf(of))[:count]))
}

// hasBase reports whether sentences begin with tokens of a base sentence.
func (c *keyValueCache) hasBase() bool { return c != nil && c.base != nil }

// begin begins a forward pass: the keys and values of the base sentence may be new.
func (c *keyValueCache) begin() { c.joined[0].valid, c.joined[1].valid = 0, 0 }

// join joins the keys and values of the base sentence, inputs 3 and 4 of the attention operation, and those of a sentence.
func (c *keyValueCache) join(sentence int, in []gorgonia.Value) {
	start, length := c.rows.At(sentence)
	first := c.rows.First(sentence)
	for i := range c.joined {
		c.joined[i].join(node.Floats(in[3+i]), node.Floats(in[1+i]), start, length, first)
	}
}

// joined holds the keys or the values of one sentence in consecutive memory, so that they are multiplied as those of a whole
// sentence are. Rows of the base sentence that are there already are not copied again: a sentence of which only the last token is
// computed costs a copy of one row.
type joined struct {
	data  []float32 // [longest, kvHeads*headDim]
	width int       // kvHeads*headDim
	valid int       // rows before it are those of the base sentence
	count int       // number of keys of the sentence
}

// join sets the rows before first to those of the base sentence, and the others to rows start to start+length of own.
func (j *joined) join(base, own []float32, start, length, first int) {
	if j.valid < first {
		copy(j.data[j.valid*j.width:first*j.width], base[j.valid*j.width:])
	}
	copy(j.data[first*j.width:], own[start*j.width:][:length*j.width])
	j.valid, j.count = first, first+length
}

// head returns one of `heads` heads of the joined keys or values, [key, headDim].
func (j *joined) head(head, heads int) kernel.Matrix {
	headDim := j.width / heads
	return kernel.Columns(j.data[head*headDim:], j.count, headDim, j.width)
}

// rows are the sentences whose tokens are the rows of a part of the graph, and the maximum number of rows of one.
type rows struct {
	sentences *node.Sentences
	seq       int
}

// lastRows adds the rows of the last token of each sentence to the graph. The rows of what is added after it are these.
//
//	y[s] = x[start(s) + length(s) - 1]
//
//	x [batch*seq, n], y [batch, n]
func (g *builder) lastRows(name string, x *gorgonia.Node) *gorgonia.Node {
	op := &lastRows{node.New(name, tensor.Shape{g.Batch, x.Shape()[1]}, x), g.graph.Sentences}
	op.SetSentences(g.graph.last)
	g.rows = rows{g.graph.last, 1}
	return g.must(node.Apply(op))
}

type lastRows struct {
	node.Op
	all *node.Sentences // of the input
}

// Forward copies the rows.
func (l *lastRows) Forward(in ...gorgonia.Value) {
	width := in[0].Shape()[1]
	for i := range l.Rows(l.Result()) {
		start, length := l.all.At(i)
		copy(l.Out()[i*width:][:width], node.Floats(in[0])[(start+length-1)*width:])
	}
}
