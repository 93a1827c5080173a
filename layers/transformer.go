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
	FirstSentence int // index in the whole batch of this graph's first sentence

	Attention AttentionOptions // of all layers
}

// Transformer is one graph of the model, from ids to logits. Several may share the same
// weights; one is not safe for use by several goroutines at once.
type Transformer struct {
	Graph     *gorgonia.ExprGraph
	IDs       []int           // [batch*seq], written before each run; those of sentence i begin at Sentences.At(i)
	Sentences *node.Sentences // of IDs: of the full length unless set before a run
	Step      []int           // [1], the training step, written before each run with dropout
	Logits    *gorgonia.Node  // [batch*seq, vocab]
	Params    gorgonia.Nodes  // what is learned, in the order of the parameter set
	Layers    []*Attended     // the attention of each layer

	hooks     map[string]*HookPoint
	hookNames []string // in the order of the forward pass
}

// New builds the graph of a model over weights made by [NewWeights] or read from a run.
func New(c Config, weights *param.Set, o Options) (t *Transformer, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Batch < 1 || o.Seq < 1 || o.Seq > c.Context {
		return nil, fmt.Errorf("a graph of %d sentences of %d tokens, but the context is %d", o.Batch, o.Seq, c.Context)
	}
	m := NewModel(c)
	g := &graph{Config: c, Options: o, params: map[string]*gorgonia.Node{}, t: &Transformer{
		Graph: gorgonia.NewGraph(), Sentences: node.NewSentences(o.Batch, o.Seq), hooks: map[string]*HookPoint{},
	}}
	for _, p := range m.params.All() {
		numbers := weights.Get(p.Name)
		if numbers == nil {
			return nil, fmt.Errorf("the weights lack %q", p.Name)
		}
		n := node.Input(g.t.Graph, p.Name, p.Shape, numbers.Data)
		g.params[p.Name], g.t.Params = n, append(g.t.Params, n)
	}
	ids, backing := node.IntInput(g.t.Graph, "ids", o.Batch*o.Seq) // [batch*seq]
	g.t.IDs = backing
	if o.Training && c.Dropout > 0 {
		step, backing := node.IntInput(g.t.Graph, "step", 1)
		g.t.Step = backing
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
	g.t.Logits = m.apply(g, ids)
	return g.t, nil
}

// graph is the graph of a model while it is built.
type graph struct {
	Config
	Options
	t      *Transformer
	params map[string]*gorgonia.Node
	drop   *dropout
	prefix string // of the names of hook points, "blocks.0." within a block
}

// buildError is what [graph.must] panics with, so that the layers read like their equations.
type buildError struct{ error }

// must returns the node of an operation that was added. New returns the error, if there is one.
func (g *graph) must(n *gorgonia.Node, err error) *gorgonia.Node {
	if err != nil {
		panic(buildError{err})
	}
	return n
}

// param returns the node of a parameter, nil of none.
func (g *graph) param(p *param.Param) *gorgonia.Node {
	if p == nil {
		return nil
	}
	return g.params[p.Name]
}

// dropped adds dropout, in training.
func (g *graph) dropped(name string, x *gorgonia.Node) *gorgonia.Node {
	return g.must(g.drop.apply(name, x, g.Batch))
}
