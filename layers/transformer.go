package layers

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"attend/embed"
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
}

// New builds the graph of a model over weights made by [NewWeights] or read from a run.
func New(c Config, weights *param.Set, o Options) (*Transformer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Batch < 1 || o.Seq < 1 || o.Seq > c.Context {
		return nil, fmt.Errorf("a graph of %d sentences of %d tokens, but the context is %d", o.Batch, o.Seq, c.Context)
	}
	b := &builder{Config: c, Options: o, t: &Transformer{Graph: gorgonia.NewGraph(), Sentences: node.NewSentences(o.Batch, o.Seq)}, params: map[string]*gorgonia.Node{}}
	for _, p := range weights.All() {
		n := node.Param(b.t.Graph, p)
		b.params[p.Name] = n
		b.t.Params = append(b.t.Params, n)
	}
	ids, backing := node.Ids(b.t.Graph, "ids", o.Batch*o.Seq) // [batch*seq]
	b.t.IDs = backing
	if o.Training && c.Dropout > 0 {
		step, backing := node.Ids(b.t.Graph, "step", 1)
		b.t.Step = backing
		b.drop = &dropout{probability: c.Dropout, seed: o.Seed, step: step, firstSentence: o.FirstSentence, pcg: &rand.PCG{}}
	}
	b.t.Logits = b.forward(ids)
	if b.err != nil {
		return nil, fmt.Errorf("%w", b.err)
	}
	return b.t, nil
}

// forward adds the whole model to the graph.
func (b *builder) forward(ids *gorgonia.Node) *gorgonia.Node {
	x := b.embed(ids) // [batch*seq, dim]
	for layer := range b.Layers {
		x = b.block(x, layer)
	}
	x = b.norm(finalNorm, x, nil)
	return b.head(x) // [batch*seq, vocab]
}

// builder puts the graph of one transformer together. It remembers the first error, so that the
// methods above read like the equations.
type builder struct {
	Config
	Options
	t      *Transformer
	params map[string]*gorgonia.Node
	drop   *dropout
	tied   *node.Bypass // of the token table's gradient around the whole model
	err    error
}

// must keeps the first error and hands the node on.
func (b *builder) must(n *gorgonia.Node, err error) *gorgonia.Node {
	if err != nil && b.err == nil {
		b.err = err
	}
	return n
}

// param returns the node of a parameter.
func (b *builder) param(name string) *gorgonia.Node {
	n := b.params[name]
	if n == nil && b.err == nil {
		b.err = fmt.Errorf("the weights lack %q", name)
	}
	return n
}

func (b *builder) embed(ids *gorgonia.Node) *gorgonia.Node {
	table := b.param(TokenTable)
	if b.err != nil {
		return nil
	}
	if b.Tied {
		b.tied = &node.Bypass{}
	}
	x := b.must(embed.Tokens("embed.tokens", table, ids, b.t.Sentences, b.tied)) // [batch*seq, dim]
	switch b.Positions {
	case embed.Learned:
		positions := b.param(PositionTable)
		if b.err == nil {
			x = b.must(embed.AddPositions("embed.positions", x, positions, b.Seq))
		}
	case embed.Sinusoidal:
		table := make([]float32, b.Context*b.Dim)
		embed.SinusoidalTable(table, b.Dim)
		positions := node.Weights(b.t.Graph, PositionTable, []int{b.Context, b.Dim}, table)
		x = b.must(embed.AddPositions("embed.positions", x, positions, b.Seq))
	}
	return b.dropped("embed.dropout", x)
}

func (b *builder) linear(name string, x *gorgonia.Node) *gorgonia.Node {
	weight, bias := b.param(name+".weight"), b.param(name+".bias")
	if b.err != nil {
		return nil
	}
	return b.must(Linear(name, x, weight, bias))
}

func (b *builder) linearActivated(name string, x *gorgonia.Node) *gorgonia.Node {
	weight, bias := b.param(name+".weight"), b.param(name+".bias")
	if b.err != nil {
		return nil
	}
	return b.must(LinearActivated(name, x, weight, bias, b.Activation))
}

func (b *builder) norm(name string, x *gorgonia.Node, bypass *node.Bypass) *gorgonia.Node {
	gain, bias := b.param(name+".gain"), b.param(name+".bias")
	if b.err != nil {
		return nil
	}
	return b.must(LayerNorm(name, x, gain, bias, bypass))
}

func (b *builder) projections(name string, x *gorgonia.Node) Projected {
	var weights, biases [3]*gorgonia.Node
	for i, projection := range []string{".query", ".key", ".value"} {
		weights[i], biases[i] = b.param(name+projection+".weight"), b.param(name+projection+".bias")
	}
	if b.err != nil {
		return Projected{}
	}
	p, err := Projections(name, x, weights, biases)
	b.must(nil, err)
	return p
}

func (b *builder) attention(name string, p Projected) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	attended, err := Attention(name, p, b.Heads, b.Seq, b.drop, b.Departure)
	if err != nil {
		return b.must(nil, err)
	}
	b.t.Layers = append(b.t.Layers, attended)
	return attended.Mixed
}

// residual adds a branch, after dropout in training, to the stream.
func (b *builder) residual(name string, x, branch *gorgonia.Node, bypass *node.Bypass) *gorgonia.Node {
	branch = b.dropped(name+".dropout", branch)
	if b.err != nil {
		return nil
	}
	return b.must(Residual(name, x, branch, bypass))
}

func (b *builder) dropped(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.must(b.drop.apply(name, x, b.Batch))
}

func (b *builder) head(x *gorgonia.Node) *gorgonia.Node {
	table := TokenTable
	if !b.Tied {
		table = OutputHead
	}
	weight := b.param(table)
	if b.err != nil {
		return nil
	}
	return b.must(Head("head", x, weight, b.tied))
}
