package layers

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/embed"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
	"attend/internal/random"
)

// Model describes a decoder-only transformer: its layers, and the names, shapes and initial distributions of their parameters. It
// has no values of parameters and computes nothing; see [Graph]. The name of a parameter is its path in the model, such as
// "h.0.attn.query.weight".
type Model struct {
	Tokens      *param.Param // [vocab, dim]
	Positions   *param.Param // [context, dim], nil unless they are learned
	Blocks      []Block
	Norm        Norm
	Unembedding Unembedding

	chosen choices
	params param.Set // in the order of the forward pass
}

// Names of the parameters outside of the blocks.
const (
	TokenTable       = "wte"
	PositionTable    = "wpe"
	UnembeddingTable = "lm_head" // when untied
)

// NewModel returns the model of a valid configuration, without the values of its parameters. It panics if a choice has an
// unknown name.
func NewModel(c Config) *Model {
	chosen, err := c.choices()
	if err != nil {
		panic(err)
	}
	m := &Model{chosen: chosen}
	s := m.params.Scope()
	m.Tokens = s.Add(TokenTable, param.Normal(chosen.initial.Table), c.Vocab, c.Dim)
	if chosen.positions.Learned {
		m.Positions = s.Add(PositionTable, param.Normal(chosen.initial.Table), c.Context, c.Dim)
	}
	for layer := range c.Layers {
		m.Blocks = append(m.Blocks, newBlock(s.In(fmt.Sprintf("h.%d", layer)), c, chosen))
	}
	m.Norm = chosen.norm(s.In("ln_f"), c.Dim)
	m.Unembedding.Table = m.Tokens
	if !c.Tied {
		m.Unembedding.Table = s.Add(UnembeddingTable, param.Normal(chosen.initial.Linear(c.Dim)), c.Vocab, c.Dim)
	}
	return m
}

// Params returns the parameters in the order of the forward pass, without their values.
func (m *Model) Params() *param.Set { return &m.params }

// apply adds the whole model to the graph, from ids [batch*seq] to logits [batch*seq, vocab].
func (m *Model) apply(g *builder, ids *gorgonia.Node) *gorgonia.Node {
	x := m.embed(g, ids) // [batch*seq, dim]
	for layer, b := range m.Blocks {
		x = b.apply(g, layer, x)
	}
	x = m.Norm.apply(g, x)
	g.hook("final_norm", x, 0)
	logits := m.Unembedding.apply(g, x) // [batch*seq, vocab]
	g.hook("logits", logits, 0)
	return logits
}

// embed adds the vectors of the tokens and of their positions.
func (m *Model) embed(g *builder, ids *gorgonia.Node) *gorgonia.Node {
	x := g.must(embed.Tokens("embed.tokens", g.param(m.Tokens), ids, g.graph.Sentences)) // [batch*seq, dim]
	g.hook("embed", x, 0)
	if table := m.positionTable(g); table != nil {
		x = g.must(embed.AddPositions("embed.positions", x, table, g.Seq))
	}
	return g.dropped("embed.dropout", x)
}

// positionTable returns the table of positions [context, dim], nil if there is none.
func (m *Model) positionTable(g *builder) *gorgonia.Node {
	if fixed := g.FixedPositions(); fixed != nil {
		return node.Input(g.graph.ExprGraph, PositionTable, []int{g.Context, g.Dim}, fixed)
	}
	return g.param(m.Positions)
}

// FixedPositions returns the position vectors [context, dim] of a valid configuration if they are not learned: those of its
// position encoding times the factor of its initial scale. It returns nil if no such vectors are added to the embedding.
func (c Config) FixedPositions() []float32 {
	chosen, err := c.choices()
	if err != nil || chosen.positions.Fixed == nil {
		return nil
	}
	table := make([]float32, c.Context*c.Dim)
	chosen.positions.Fixed(table, c.Dim)
	for i := range table {
		table[i] *= float32(chosen.initial.Fixed)
	}
	return table
}

// Unembedding scores each token of the vocabulary as the next one:
//
//	logits = x tableᵀ
//
//	x [rows, dim], logits [rows, vocab]
//
// If it is tied, its table is the token embedding (Press and Wolf 2017). Other names are lm_head and W_U.
type Unembedding struct {
	Table *param.Param // [vocab, dim]
}

// apply adds the unembedding to the graph.
func (u Unembedding) apply(g *builder, x *gorgonia.Node) *gorgonia.Node {
	return g.must(applyUnembedding("unembedding", x, g.param(u.Table)))
}

// applyUnembedding adds the operation to the graph of its inputs.
func applyUnembedding(name string, x, table *gorgonia.Node) (*gorgonia.Node, error) {
	shape := tensor.Shape{x.Shape()[0], table.Shape()[0]} // [rows, vocab]
	return node.Apply(&unembedding{node.New(name, shape, x, table)})
}

type unembedding struct{ node.Op }

// Forward multiplies: inputs are x, table.
func (u *unembedding) Forward(in ...gorgonia.Value) {
	kernel.MatMul(rowsOf(&u.Op, u.Result()), 1, rowsOf(&u.Op, in[0]), weightsOf(in[1]).T(), 0)
}

// Backward computes dx = dLogits table and dTable = dLogitsᵀ x.
func (u *unembedding) Backward(g *node.Gradient) {
	dLogits := rowsOf(&u.Op, g.Dy[0])
	kernel.MatMul(rowsOf(&u.Op, g.D[0]), 1, dLogits, weightsOf(g.In[1]), 0)
	kernel.MatMul(weightsOf(g.D[1]), 1, dLogits.T(), rowsOf(&u.Op, g.In[0]), 0)
}

// ZeroParameters returns the parameters of a model, all 0, in the order of the forward pass. It panics unless the configuration
// is valid.
func ZeroParameters(c Config) *param.Set {
	s := NewModel(c).Params()
	s.Allocate()
	return s
}

// NewParameters returns the initial parameters of a model: matrices are normally distributed with the standard deviations of its
// [InitialScale], biases are 0, gains of norms 1. The generator of each tensor is keyed by (seed, name of the tensor).
func NewParameters(c Config, seed uint64) (*param.Set, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := ZeroParameters(c)
	for _, p := range s.All() {
		if p.Init != nil {
			p.Init(random.New(seed, "initial weights "+p.Name), p.Data)
		}
	}
	return s, nil
}
