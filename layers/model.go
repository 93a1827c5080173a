package layers

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/internal/node"
	"attend/internal/param"
	"attend/internal/random"
)

// Model is a transformer as its layers, each with its parameters. Their names follow from where they stand in it, as in
// "h.0.attn.query.weight".
type Model struct {
	Tokens      *param.Param // [vocab, dim]
	Positions   *param.Param // [context, dim], nil unless they are learned
	Blocks      []Block
	Norm        Norm
	Unembedding Unembedding

	scheme embed.Scheme
	params param.Set // in the order of the forward pass
}

// Names of the parameters outside of the blocks.
const (
	TokenTable    = "wte"
	PositionTable = "wpe"
	OutputHead    = "lm_head" // when untied
)

// newModel returns the model of a configuration without the numbers of its parameters.
func newModel(c Config) (*Model, error) {
	m := &Model{}
	var err error
	if m.scheme, err = embed.Schemes.Find("positions", c.Positions); err != nil {
		return nil, err
	}
	norm, err := Norms.Find("norm", c.Norm)
	if err != nil {
		return nil, err
	}
	f, err := Activations.Find("activation", c.Activation)
	if err != nil {
		return nil, err
	}
	s := m.params.Scope()
	m.Tokens = s.Add(TokenTable, param.Normal(initialDeviation), c.Vocab, c.Dim)
	if m.scheme.Learned {
		m.Positions = s.Add(PositionTable, param.Normal(initialDeviation), c.Context, c.Dim)
	}
	for layer := range c.Layers {
		m.Blocks = append(m.Blocks, newBlock(s.In(fmt.Sprintf("h.%d", layer)), c, m.scheme, norm, f))
	}
	m.Norm = norm(s.In("ln_f"), c.Dim)
	m.Unembedding.Table = m.Tokens
	if !c.Tied {
		m.Unembedding.Table = s.Add(OutputHead, param.Normal(initialDeviation), c.Vocab, c.Dim)
	}
	return m, nil
}

// apply adds the whole model to the graph, from ids [batch*seq] to logits [batch*seq, vocab].
func (m *Model) apply(g *graph, ids *gorgonia.Node) *gorgonia.Node {
	var table *node.Fork // of the token table, which a tied unembedding reads too
	if m.Unembedding.Table == m.Tokens {
		table = node.NewFork("wte.grad")
	}
	x := m.embed(g, ids, table.Branch()) // [batch*seq, dim]
	for layer, b := range m.Blocks {
		x = b.apply(g, layer, x)
	}
	x = m.Norm.apply(g, x, nil)
	g.hook("final_norm", x, 0)
	logits := m.Unembedding.apply(g, x, table.Branch()) // [batch*seq, vocab]
	g.hook("logits", logits, 0)
	return logits
}

// embed adds the vectors of the tokens and of their positions.
func (m *Model) embed(g *graph, ids *gorgonia.Node, branch *node.Branch) *gorgonia.Node {
	x := g.apply(func() (*gorgonia.Node, error) {
		return embed.Tokens("embed.tokens", g.param(m.Tokens), ids, g.t.Sentences, branch) // [batch*seq, dim]
	})
	g.hook("embed", x, 0)
	var table func() *gorgonia.Node // [context, dim]
	switch {
	case m.scheme.Learned:
		table = func() *gorgonia.Node { return g.param(m.Positions) }
	case m.scheme.Fixed != nil:
		table = func() *gorgonia.Node {
			fixed := make([]float32, g.Context*g.Dim)
			m.scheme.Fixed(fixed, g.Dim)
			return node.Weights(g.t.Graph, PositionTable, []int{g.Context, g.Dim}, fixed)
		}
	}
	if table != nil {
		sum := x
		x = g.apply(func() (*gorgonia.Node, error) { return embed.AddPositions("embed.positions", sum, table(), g.Seq) })
	}
	return g.dropped("embed.dropout", x)
}

// initialDeviation is the standard deviation of initial weights in GPT-2.
const initialDeviation = 0.02

// residualDeviation is that of weights that write into the residual stream: smaller, since each layer adds two of them.
func (c Config) residualDeviation() float64 {
	return initialDeviation / math.Sqrt(float64(2*c.Layers))
}

// Parameters returns the parameters of a model, all zero, in the order of the forward pass. It panics unless the
// configuration is valid.
func Parameters(c Config) *param.Set {
	s := Shapes(c)
	s.Allocate()
	return s
}

// Shapes returns the parameters of a model without their numbers. It panics unless the configuration is valid.
func Shapes(c Config) *param.Set {
	m, err := newModel(c)
	if err != nil {
		panic(err)
	}
	return &m.params
}

// NewWeights returns the model's parameters before training, as GPT-2 starts: matrices
// normal with standard deviation 0.02, those that write into the residual stream
// (attn.output, mlp.down) smaller by sqrt(2 layers), biases 0, LayerNorm gains 1. Each tensor
// is drawn from a generator keyed by (seed, its name).
func NewWeights(c Config, seed uint64) (*param.Set, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := Parameters(c)
	for _, p := range s.All() {
		if p.Start != nil {
			p.Start(random.New(seed, "initial weights "+p.Name), p.Data)
		}
	}
	return s, nil
}
