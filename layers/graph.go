package layers

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/internal/param"
)

// Options say how large a graph is and whether it is for training.
type Options struct {
	Batch, Seq int // number of sentences, maximum number of tokens of a sentence; Seq <= Context

	Training      bool // apply dropout, with masks keyed by Seed and FirstSentence
	Seed          uint64
	FirstSentence int // index of the first sentence of this graph in the whole batch

	Attention AttentionOptions // of all layers

	// Base is the graph of a base sentence, its first one, or nil. The sentences of the new graph begin with tokens of the base
	// sentence, and the graph computes only their other tokens, at most Seq: attention reads the keys and values of the first
	// tokens from the last forward pass of Base. See [Inference.RunFrom].
	Base *Graph

	// LastOnly computes only the last token of each sentence from the queries of the last block on. The logits, and the
	// activations of the last block after its first norm, are then those of the last token alone, but for its keys and values.
	LastOnly bool
}

// Graph computes the forward pass of a [Model] for batches of one shape: a gorgonia graph from ids to logits, with the memory of
// its inputs and results. Several graphs may share parameters. A graph is not safe for concurrent use.
type Graph struct {
	ExprGraph *gorgonia.ExprGraph
	IDs       []int             // [batch*seq], set before each forward pass; sentence i starts at Sentences.At(i)
	Sentences *node.Sentences   // where the sentences are in IDs; all of length seq unless set before a forward pass
	Step      []int             // [1], the training step, set before each forward pass; nil without dropout
	Logits    *gorgonia.Node    // [batch*seq, vocab], or [batch, vocab] with Options.LastOnly
	Params    gorgonia.Nodes    // in the order of the parameter set
	Attention []*LayerAttention // of each layer

	seq       int             // maximum number of tokens of a sentence, those of the base sentence included
	base      *Graph          // see Options
	last      *node.Sentences // the last token of each sentence, with Options.LastOnly; otherwise Sentences
	hooks     map[string]*HookPoint
	hookNames []string // in the order of the forward pass
}

// New builds a graph of a model over parameters of [NewParameters] or of a run. It returns an error if the configuration is not
// valid, the shape is not possible, or a parameter is missing.
func New(c Config, params *param.Set, o Options) (t *Graph, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Batch < 1 || o.Seq < 1 || o.Seq > c.Context {
		return nil, fmt.Errorf("a graph of %d sentences of %d tokens: want at least 1 of each, and at most %d tokens",
			o.Batch, o.Seq, c.Context)
	}
	if err := o.checkBase(c); err != nil {
		return nil, err
	}
	m := NewModel(c)
	g := &builder{Config: c, Options: o, params: map[string]*gorgonia.Node{}, graph: &Graph{
		ExprGraph: gorgonia.NewGraph(), Sentences: node.NewSentences(o.Batch, o.Seq), hooks: map[string]*HookPoint{},
		seq: o.Seq, base: o.Base,
	}}
	g.rows = rows{g.graph.Sentences, o.Seq}
	g.graph.last = g.graph.Sentences
	if o.Base != nil {
		g.graph.seq = o.Base.seq
	}
	if o.LastOnly {
		g.graph.last = node.NewSentences(o.Batch, 1)
	}
	for _, p := range m.params.All() {
		given := params.Get(p.Name)
		if given == nil {
			return nil, fmt.Errorf("there is no parameter %q", p.Name)
		}
		n := node.Input(g.graph.ExprGraph, p.Name, p.Shape, given.Data)
		g.params[p.Name], g.graph.Params = n, append(g.graph.Params, n)
	}
	ids, backing := node.IntInput(g.graph.ExprGraph, "ids", o.Batch*o.Seq) // [batch*seq]
	g.graph.IDs = backing
	if o.Training && c.Dropout > 0 {
		step, backing := node.IntInput(g.graph.ExprGraph, "step", 1)
		g.graph.Step = backing
		g.drop = &dropout{probability: c.Dropout, seed: o.Seed, step: step, firstSentence: o.FirstSentence, pcg: &rand.PCG{}}
	}
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case buildError:
			t, err = nil, failed.error
		default:
			panic(failed)
		}
	}()
	g.graph.Logits = m.apply(g, ids)
	return g.graph, nil
}

// builder is the state while the graph of a model is built.
type builder struct {
	Config
	Options
	graph  *Graph
	params map[string]*gorgonia.Node
	drop   *dropout
	prefix string // of the names of hook points, "blocks.0." within a block
	rows   rows   // of what is added next
}

// inLastBlock reports whether the last block is being added.
func (g *builder) inLastBlock() bool { return len(g.graph.Attention) == g.Layers-1 }

// buildError is the panic of [builder.must]. It lets the layers be written without error checks, like their equations.
type buildError struct{ error }

// must returns n, or panics with a buildError, which New returns as its error.
func (g *builder) must(n *gorgonia.Node, err error) *gorgonia.Node {
	if err != nil {
		panic(buildError{err})
	}
	return n
}

// param returns the node of a parameter; nil for nil.
func (g *builder) param(p *param.Param) *gorgonia.Node {
	if p == nil {
		return nil
	}
	return g.params[p.Name]
}

// dropped adds dropout to x if the graph is for training with dropout.
func (g *builder) dropped(name string, x *gorgonia.Node) *gorgonia.Node {
	return g.must(g.drop.apply(name, x, g.Batch))
}
