package layers

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Attention is causal multi-head self-attention: each head computes scores of every query with the keys at and before it,
// attention weights by a softmax over the scores, and z, the sum of the values times their weights. The output projection
// combines the z of all heads:
//
//	query, key, value = projections of x
//	weights = softmax(query keyᵀ / sqrt(headDim)), exactly 0 for keys after the query
//	z       = weights value
//	y       = z outputWeight + outputBias
//
//	x, y [batch*seq, dim], query, z [batch*seq, heads*headDim]; head h is columns h*headDim to (h+1)*headDim
//	key, value [batch*seq, kvHeads*headDim]; query head h uses key and value head h*kvHeads/heads
//	weights [batch, heads, query, key]
//
// Source: Vaswani et al. 2017; with kvHeads < heads, Ainslie et al. 2023 (grouped-query attention).
type Attention struct {
	name        string
	heads       int
	positions   embed.Scheme
	Projections Projections
	Output      Linear // [heads*headDim, dim]
}

func newAttention(s param.Scope, c Config, chosen choices) Attention {
	return Attention{
		s.Name(), c.Heads, chosen.positions,
		newProjections(s, c.Dim, c.Dim, c.Dim, c.Dim, chosen.initial), newAdded(s.In("output"), c.Dim, c.Dim, chosen.initial),
	}
}

// apply adds the attention layer to the graph.
func (a Attention) apply(g *builder, x *gorgonia.Node) *gorgonia.Node {
	p := a.Projections.apply(g, x)
	headDim := p.Query.Shape()[1] / a.heads
	keys := g.rows
	if g.inLastBlock() && g.LastOnly {
		p.Query = g.lastRows(a.name+".query.last", p.Query) // [batch, heads*headDim]
	}
	if rotate := a.positions.Rotate; rotate != nil {
		p.Query = g.must(rotate(a.name+".query.rotated", p.Query, headDim, g.rows.seq))
		p.Key = g.must(rotate(a.name+".key.rotated", p.Key, headDim, keys.seq))
	}
	g.hook("attn.q", p.Query, headDim)
	g.hookRows(keys, "attn.k", p.Key, headDim)
	g.hookRows(keys, "attn.v", p.Value, headDim)
	attention, err := applyAttention(a.name+".heads", p, a.heads, g.rows.seq, g.drop, g.Attention, g.cache(a.name, keys))
	g.must(nil, err)
	attention.hook(g)
	g.hook("attn.z", attention.ZNode, headDim)
	y := a.Output.apply(g, attention.ZNode, nil) // [batch*seq, dim]
	g.hook("attn_out", y, 0)
	return y
}

// memory returns what a graph stores of the attention layer for each token, without the attention weights: for the tokens of the
// keys, and for those of the queries.
func (a Attention) memory() (keys, queries perToken) {
	width := func(l Linear) float64 { return float64(l.Weight.Shape[1]) }
	dim, query, key, value := width(a.Output), width(a.Projections.Query), width(a.Projections.Key), width(a.Projections.Value)
	keys = perToken{query + key + value, dim}
	queries = sum(perToken{query, query + key + value}, a.Output.memory(nil)) // the heads and the output
	if a.positions.Rotate != nil {
		keys, queries = sum(keys, perToken{key, key}), sum(queries, perToken{query, query})
	}
	return keys, queries
}

// AttentionOptions change the attention of a graph, to show the purpose of its parts. The zero value changes nothing.
type AttentionOptions struct {
	Scale  float64 // factor of the scores instead of 1/sqrt(headDim); 0: 1/sqrt(headDim)
	NoMask bool    // each token attends to all tokens of its sentence, later ones too
}

// Attend adds the operation of [Attention], from query, key and value to z, to the graph of its inputs. [LayerAttention] has
// the attention weights after each forward pass. It returns an error if the heads do not divide the shapes.
func Attend(name string, p Projected, heads, seq int, o AttentionOptions) (*LayerAttention, error) {
	return applyAttention(name, p, heads, seq, nil, o, nil)
}

// applyAttention is [Attend] with dropout of the attention weights, and with keys and values of tokens that have no query in the
// graph; nil for none.
func applyAttention(name string, p Projected, heads, seq int, drop *dropout, o AttentionOptions,
	c *keyValueCache) (*LayerAttention, error) {
	rows, width, keys := p.Query.Shape()[0], p.Query.Shape()[1], p.Key.Shape()[1]
	if width%heads != 0 || keys%(width/heads) != 0 || heads%(keys*heads/width) != 0 || !p.Value.Shape().Eq(p.Key.Shape()) {
		return nil, fmt.Errorf("%d heads with queries of width %d: the number of key and value heads must divide the heads, "+
			"but the keys are %v and the values %v",
			heads, width, p.Key.Shape(), p.Value.Shape())
	}
	inputs := gorgonia.Nodes{p.Query, p.Key, p.Value}
	if drop != nil {
		inputs = append(inputs, drop.step)
	}
	longest := seq
	if c != nil {
		longest = c.longest
		inputs = append(inputs, c.base...)
	}
	op := &attention{
		Op: node.New(name, p.Query.Shape(), inputs...), batch: rows / seq, heads: heads, kvHeads: keys * heads / width, seq: seq,
		longest: longest, cache: c,
		scale: float32(1 / math.Sqrt(float64(width/heads))), noMask: o.NoMask, weights: make([]float32, rows*heads*longest),
		drop: drop,
	}
	if o.Scale != 0 {
		op.scale = float32(o.Scale)
	}
	op.mixing = op.weights
	if drop != nil {
		op.dropMask, op.mixing = make([]float32, len(op.weights)), make([]float32, len(op.weights))
	}
	z, err := node.Apply(op)
	if err != nil {
		return nil, err
	}
	return &LayerAttention{ZNode: z, op: op, projected: p}, nil
}

type attention struct {
	node.Op
	batch, heads, kvHeads int
	seq                   int // maximum number of queries of a sentence
	longest               int // maximum number of its keys; seq unless there is a cache

	scale    float32        // 1 / sqrt(headDim), unless an option changes it
	noMask   bool           // each query attends to all keys
	weights  []float32      // [batch, heads, query, key]
	dWeights []float32      // [query, key] gradient of the weights of a tile, reused
	cache    *keyValueCache // keys and values of tokens that have no query, or nil

	drop     *dropout
	dropMask []float32 // [batch, heads, query, key], 0 or 1/(1-p)
	mixing   []float32 // weights * dropMask, the factors of the values; weights itself without dropout

	hooked
}

// headOf returns the columns of one of `heads` heads in rows start to start+length of a [batch*seq, heads*headDim] tensor.
func headOf(v gorgonia.Value, start, length, head, heads int) kernel.Matrix {
	width := v.Shape()[1]
	return kernel.Columns(node.Floats(v)[start*width+head*(width/heads):], length, width/heads, width) // [length, headDim]
}

// query returns one head of a tensor of queries or z.
func (a *attention) query(v gorgonia.Value, sentence, head int) kernel.Matrix {
	start, length := a.Sentence(sentence, a.seq)
	return headOf(v, start, length, head, a.heads)
}

// keyRows returns the rows of a sentence in a tensor of keys or values.
func (a *attention) keyRows(sentence int) (start, length int) {
	if a.cache != nil {
		return a.cache.rows.At(sentence)
	}
	return a.Sentence(sentence, a.seq)
}

// key returns the head of a tensor of keys or values that a query head uses.
func (a *attention) key(v gorgonia.Value, sentence, head int) kernel.Matrix {
	start, length := a.keyRows(sentence)
	return headOf(v, start, length, head*a.kvHeads/a.heads, a.kvHeads)
}

// allKeys returns the keys (input 1) or the values (input 2) of a tile's sentence, with those of the base sentence if there is
// one.
func (a *attention) allKeys(in []gorgonia.Value, input int, t tile) kernel.Matrix {
	if a.cache.hasBase() {
		return a.cache.joined[input-1].head(t.head*a.kvHeads/a.heads, a.kvHeads) // [key, headDim]
	}
	return a.key(in[input], t.sentence, t.head)
}

// tile is a range of queries of one head in one sentence that are computed together: rows from to from+rows of the sentence. They
// attend to keys 0 to visible; keys after that are not computed. The first query is at position first of its sentence.
type tile struct{ sentence, head, from, rows, visible, first int }

// tileRows is the largest number of queries of a tile.
const tileRows = 64

// tileAt returns the tile that begins at row `from` of a sentence. It ends at a position that tileRows divides, or with the
// sentence: the order of summation over the keys depends on the end of the tile, and not on the first row of the sentence.
func (a *attention) tileAt(sentence, head, from int) tile {
	_, length := a.Sentence(sentence, a.seq)
	first := a.First(sentence) + from
	t := tile{sentence, head, from, min(tileRows-first%tileRows, length-from), length, first}
	if !a.noMask {
		t.visible = first + t.rows
	}
	return t
}

// rows returns the rows of a tile in a [batch, heads, query, key] tensor.
func (a *attention) rows(data []float32, t tile) []float32 {
	start := ((t.sentence*a.heads+t.head)*a.seq + t.from) * a.longest
	return data[start : start+t.rows*a.longest]
}

// square returns the visible keys of the rows of a tile.
func (a *attention) square(rows []float32, t tile) kernel.Matrix {
	return kernel.Columns(rows, t.rows, t.visible, a.longest) // [query, key]
}

// Forward computes weights and z. Its inputs are query, key, value and, with dropout, the step, or the keys and values of the
// base sentence. Scores are written into weights, and the softmax works in place.
func (a *attention) Forward(in ...gorgonia.Value) {
	if a.cache.hasBase() {
		a.cache.begin()
	}
	score := func(t tile) {
		query, key := a.query(in[0], t.sentence, t.head), a.allKeys(in, 1, t) // [query, headDim], [key, headDim]
		kernel.MatMul(a.square(a.rows(a.weights, t), t), a.scale, query.Part(t.from, t.rows), key.Part(0, t.visible).T(), 0)
	}
	mix := func(t tile) {
		if a.drop != nil {
			kernel.Mul(a.rows(a.mixing, t), a.rows(a.weights, t), a.rows(a.dropMask, t))
		}
		value, z := a.allKeys(in, 2, t), a.query(a.Result(), t.sentence, t.head) // [key, headDim], [query, headDim]
		kernel.MatMul(z.Part(t.from, t.rows), 1, a.square(a.rows(a.mixing, t), t), value.Part(0, t.visible), 0)
	}
	span := a.heads * a.seq * a.seq
	for sentence := range a.batch {
		if a.drop != nil {
			a.drop.fill(a.dropMask[sentence*span:][:span], a.Name(), node.Ints(in[3])[0], sentence)
		}
		if a.cache.hasBase() {
			a.cache.join(sentence, in)
		}
		if a.hooked.scores == nil && a.hooked.weights == nil {
			a.eachTile(sentence, func(t tile) { score(t); a.softmax(t); mix(t) })
			continue
		}
		a.eachTile(sentence, score)
		a.hookScores(sentence)
		a.eachTile(sentence, a.softmax)
		a.hooked.weights.runOn(sentence)
		a.eachTile(sentence, mix)
	}
}

// eachTile calls f for all tiles of a sentence, head by head.
func (a *attention) eachTile(sentence int, f func(t tile)) {
	_, length := a.Sentence(sentence, a.seq)
	for head := range a.heads {
		for from := 0; from < length; {
			t := a.tileAt(sentence, head, from)
			f(t)
			from += t.rows
		}
	}
}

// softmax replaces the scores of a tile by attention weights; keys after the query get exactly 0, unless there is no mask.
func (a *attention) softmax(t tile) {
	weights := a.rows(a.weights, t)
	if !a.noMask {
		kernel.CausalSoftmax(weights, t.rows, a.longest, a.longest, t.first+1)
		return
	}
	for row := range t.rows {
		kernel.CausalSoftmax(weights[row*a.seq:], 1, a.seq, a.seq, t.visible)
	}
}

// softmaxGrad replaces the gradient of a tile's weights by that of its scores.
func (a *attention) softmaxGrad(t tile) {
	weights := a.rows(a.weights, t)
	if !a.noMask {
		kernel.CausalSoftmaxGrad(a.dWeights, weights, t.rows, t.visible, a.seq, a.seq, t.from+1)
		return
	}
	for row := range t.rows {
		kernel.CausalSoftmaxGrad(a.dWeights[row*a.seq:], weights[row*a.seq:], 1, t.visible, a.seq, a.seq, t.visible)
	}
}

// Backward computes, per sentence and head, with W the weights after dropout:
//
//	dValue = Wᵀ dy
//	dW     = dy valueᵀ
//	dS     = CausalSoftmaxGrad(dW)          gradient of the scaled scores
//	dQuery = dS key / sqrt(headDim),  dKey = dSᵀ query / sqrt(headDim)
//
// The last tile comes first, since its queries attend to all keys. The other tiles add to its dKey and dValue, and so do other
// heads that share the keys and values.
func (a *attention) Backward(g *node.Gradient) {
	if a.dWeights == nil {
		a.dWeights = make([]float32, min(tileRows, a.seq)*a.seq)
	}
	group := a.heads / a.kvHeads // heads that share keys and values
	for sentence := range a.batch {
		_, length := a.Sentence(sentence, a.seq)
		if length == 0 {
			continue
		}
		last := (length - 1) / tileRows * tileRows
		for head := range a.heads {
			query, dQuery := a.query(g.In[0], sentence, head), a.query(g.D[0], sentence, head)
			key, dKey := a.key(g.In[1], sentence, head), a.key(g.D[1], sentence, head)
			value, dValue := a.key(g.In[2], sentence, head), a.key(g.D[2], sentence, head)
			dZ := a.query(g.Dy[0], sentence, head)
			for from := last; from >= 0; from -= tileRows {
				t, beta := a.tileAt(sentence, head, from), float32(1)
				if from == last && head%group == 0 {
					beta = 0
				}
				dy := dZ.Part(t.from, t.rows)
				kernel.MatMul(dValue.Part(0, t.visible), 1, a.square(a.rows(a.mixing, t), t).T(), dy, beta)
				dW := a.square(a.dWeights, t)
				kernel.MatMul(dW, 1, dy, value.Part(0, t.visible).T(), 0)
				if a.drop != nil {
					rows := a.dWeights[:t.rows*a.seq]
					kernel.Mul(rows, rows, a.rows(a.dropMask, t))
				}
				a.softmaxGrad(t)
				kernel.MatMul(dQuery.Part(t.from, t.rows), a.scale, dW, key.Part(0, t.visible), 0)
				kernel.MatMul(dKey.Part(0, t.visible), a.scale, dW.T(), query.Part(t.from, t.rows), beta)
			}
		}
	}
}
