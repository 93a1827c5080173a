package layers

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/internal/param"
)

// Options say which graph to build over a model's weights.
type Options struct {
	Batch, Seq int // sentences and tokens of a sentence; Seq <= Context

	// Training graphs apply the model's dropout; their masks are keyed by these.
	Training      bool
	Seed          uint64
	FirstSentence int // place in the whole batch of this graph's first sentence

	Departure Departure // from the model's own attention, in all layers
}

// Transformer is one graph of the model, from ids to logits. Several may share the same
// weights; one is not safe for use by several goroutines at once.
type Transformer struct {
	Graph     *gorgonia.ExprGraph
	IDs       []int           // [batch*seq], written before each run
	Sentences *node.Sentences // of IDs: of the full length unless set before a run
	Step      []int           // [1], the training step, written before each run with dropout
	Logits    *gorgonia.Node  // [batch*seq, vocab]
	Params    gorgonia.Nodes  // what is learned, in the order of the parameter set
	Layers    []*Attended     // the attention of each layer

	hooks     map[string]func() *HookPoint
	hookNames []string              // in the order of the forward pass
	asked     map[string]*HookPoint // those that are in force
}

// New builds the graph of a model over weights made by [NewWeights] or read from a run.
func New(c Config, weights *param.Set, o Options) (*Transformer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Batch < 1 || o.Seq < 1 || o.Seq > c.Context {
		return nil, fmt.Errorf("a graph of %d sentences of %d tokens, but the context is %d", o.Batch, o.Seq, c.Context)
	}
	m, err := newModel(c)
	if err != nil {
		return nil, err
	}
	g := &graph{Config: c, Options: o, params: map[string]*gorgonia.Node{}, t: &Transformer{
		Graph: gorgonia.NewGraph(), Sentences: node.NewSentences(o.Batch, o.Seq), hooks: map[string]func() *HookPoint{}, asked: map[string]*HookPoint{},
	}}
	for _, p := range m.params.All() {
		if g.params[p.Name], err = g.add(p, weights.Get(p.Name)); err != nil {
			return nil, err
		}
	}
	ids, backing := node.Ids(g.t.Graph, "ids", o.Batch*o.Seq) // [batch*seq]
	g.t.IDs = backing
	if o.Training && c.Dropout > 0 {
		step, backing := node.Ids(g.t.Graph, "step", 1)
		g.t.Step = backing
		g.drop = &dropout{probability: c.Dropout, seed: o.Seed, step: step, firstSentence: o.FirstSentence, pcg: &rand.PCG{}}
	}
	g.t.Logits = m.apply(g, ids)
	if g.err != nil {
		return nil, g.err
	}
	return g.t, nil
}

// graph is the graph of a model while it is built. It remembers the first error, so that the layers read like their
// equations.
type graph struct {
	Config
	Options
	t      *Transformer
	params map[string]*gorgonia.Node
	drop   *dropout
	place  string // in the names of hook points, "blocks.0." within a block
	err    error
}

// add adds the numbers of a parameter of the model.
func (g *graph) add(p, numbers *param.Param) (*gorgonia.Node, error) {
	if numbers == nil {
		return nil, fmt.Errorf("the weights lack %q", p.Name)
	}
	n := node.Param(g.t.Graph, numbers)
	g.t.Params = append(g.t.Params, n)
	return n, nil
}

// param returns the node of a parameter.
func (g *graph) param(p *param.Param) *gorgonia.Node { return g.params[p.Name] }

// apply adds an operation, unless one before it failed.
func (g *graph) apply(add func() (*gorgonia.Node, error)) *gorgonia.Node {
	if g.err != nil {
		return nil
	}
	n, err := add()
	g.err = err
	return n
}

// residual adds what a branch computes from x, after dropout in training, to x.
func (g *graph) residual(name string, x *gorgonia.Node, branch func(*node.Branch) *gorgonia.Node) *gorgonia.Node {
	fork := node.NewFork(name + ".fork.grad")
	y := g.dropped(name+".residual.dropout", branch(fork.Branch()))
	return g.apply(func() (*gorgonia.Node, error) { return applyResidual(name+".residual", x, y, fork.Branch()) })
}

func (g *graph) dropped(name string, x *gorgonia.Node) *gorgonia.Node {
	return g.apply(func() (*gorgonia.Node, error) { return g.drop.apply(name, x, g.Batch) })
}
