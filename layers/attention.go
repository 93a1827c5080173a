package layers

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/embed"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Attention is causal multi-head self-attention. Each head compares every query with the keys at and before it, turns the scores
// into weights that sum to 1, and mixes the values by them; a last map brings the mixed values of all heads together:
//
//	query, key, value = projections of x
//	weights = softmax(query key' / sqrt(headDim)), the future exactly 0
//	mixed   = weights value
//	y       = mixed outputWeight + outputBias
//
//	x, y, query, key, value, mixed [batch*seq, dim]; head h is columns h*headDim to (h+1)*headDim
//	weights [batch, heads, query, key]
//
// Source: Vaswani et al. 2017.
type Attention struct {
	name        string
	heads       int
	positions   embed.Scheme
	Projections Projections
	Output      Linear // [dim, dim]
}

// newAttention returns an attention whose output starts with its own deviation.
func newAttention(s param.Scope, c Config, positions embed.Scheme) Attention {
	return Attention{
		s.Name(), c.Heads, positions,
		newProjections(s, c.Dim, initialDeviation), newLinear(s.In("output"), c.Dim, c.Dim, c.residualDeviation()),
	}
}

// apply adds the attention to the graph. The branch is that of x, nil if nothing else reads it.
func (a Attention) apply(g *graph, x *gorgonia.Node, branch *node.Branch) *gorgonia.Node {
	projected := a.Projections.apply(g, x, branch) // query, key, value [batch*seq, dim]
	g.hook("attn.q", projected.Query, a.heads)
	g.hook("attn.k", projected.Key, a.heads)
	g.hook("attn.v", projected.Value, a.heads)
	projected.Query = a.rotate(g, ".query.rotated", projected.Query)
	projected.Key = a.rotate(g, ".key.rotated", projected.Key)
	mixed := g.apply(func() (*gorgonia.Node, error) { // weights [batch, heads, query, key]
		attended, err := attendWith(a.name+".heads", projected, a.heads, g.Seq, g.drop, g.Departure)
		if err != nil {
			return nil, err
		}
		attended.hook(g)
		g.t.Layers = append(g.t.Layers, attended)
		return attended.Mixed, nil
	})
	g.hook("attn.z", mixed, a.heads)
	y := a.Output.apply(g, mixed, nil, nil) // [batch*seq, dim]
	g.hook("attn_out", y, 0)
	return y
}

// rotate adds what the position scheme does to queries or keys [batch*seq, dim], if anything.
func (a Attention) rotate(g *graph, name string, x *gorgonia.Node) *gorgonia.Node {
	if a.positions.Rotate == nil {
		return x
	}
	return g.apply(func() (*gorgonia.Node, error) { return a.positions.Rotate(a.name+name, x, x.Shape()[1]/a.heads, g.Seq) })
}

// Attend adds the operation of [Attention], from query, key and value to the mixed values, to the graph of its inputs. The
// weights stay readable after each run, from [Attended]. A departure other than the zero one changes the scale or lifts the mask.
func Attend(name string, p Projected, heads, seq int, departure Departure) (*Attended, error) {
	return attendWith(name, p, heads, seq, nil, departure)
}

// attendWith is [Attend] with dropout of the weights, nil for none.
func attendWith(name string, p Projected, heads, seq int, drop *dropout, departure Departure) (*Attended, error) {
	rows, dim := p.Query.Shape()[0], p.Query.Shape()[1]
	batch := rows / seq
	inputs := gorgonia.Nodes{p.Query, p.Key, p.Value}
	if drop != nil {
		inputs = append(inputs, drop.step)
	}
	op := &attention{
		Op:      node.New(name, p.Query.Shape(), inputs...),
		heads:   heads,
		seq:     seq,
		scale:   departure.scale(dim / heads),
		ahead:   departure.LooksAhead,
		weights: make([]float32, batch*heads*seq*seq),
		drop:    drop,
	}
	if drop != nil {
		op.mask = make([]float32, len(op.weights))
		op.dropped = make([]float32, len(op.weights))
	}
	mixed, err := node.Apply(op, inputs...)
	if err != nil {
		return nil, err
	}
	return &Attended{Mixed: mixed, op: op, projected: p}, nil
}

// hook adds the hook points of scores and weights.
func (a *Attended) hook(g *graph) {
	op := a.op
	a.graph, a.place = g.t, g.place
	g.hookAt("attn.scores", func() *HookPoint {
		op.hooked.data = make([]float32, len(op.weights))
		op.hooked.scores = &HookPoint{view: func(sentence int) []kernel.Matrix { return op.squares(op.hooked.data, sentence) }}
		return op.hooked.scores
	})
	g.hookAt("attn.weights", func() *HookPoint {
		op.hooked.weights = &HookPoint{view: func(sentence int) []kernel.Matrix { return op.squares(op.weights, sentence) }}
		return op.hooked.weights
	})
}

// Attended is the attention of one layer in a graph.
type Attended struct {
	Mixed     *gorgonia.Node // the mixed values [batch*seq, dim]
	op        *attention
	projected Projected // what it attends with, see vectors.go

	graph *Transformer   // nil outside of a model
	place string         // of the layer, in the names of hook points
	cut   map[int][]Edge // by sentence
}

// Row returns the weights that a query pays in one head to the tokens from the first to itself in
// the last run, [query+1], or to all of its sentence where the mask is lifted. The slice belongs to the operation.
func (a *Attended) Row(sentence, head, query int) []float32 {
	seen := query + 1
	if a.op.ahead {
		_, seen = a.op.sentence(sentence)
	}
	return a.op.weights[((sentence*a.op.heads+head)*a.op.seq+query)*a.op.seq:][:seen]
}

// Output returns what a head mixed for the token at a place of a sentence in the last run,
// [headDim]. The slice belongs to the operation.
func (a *Attended) Output(sentence, head, place int) []float32 {
	mixed := a.op.head(a.op.Result(), sentence, head)
	return mixed.Data[place*mixed.Stride:][:mixed.Cols]
}

// Weights returns the attention weights of the last run, [batch, heads, query, key]:
// the very numbers that the values were mixed by (before dropout, where a training graph
// has any). The slice belongs to the operation and changes with the next run. Rows behind the end of
// a sentence hold nothing of this run.
func (a *Attended) Weights() []float32 { return a.op.weights }

type attention struct {
	node.Op
	heads, seq int
	scale      float32   // 1 / sqrt(headDim), unless a departure changes it
	ahead      bool      // the mask is lifted
	weights    []float32 // [batch, heads, query, key]

	drop    *dropout
	mask    []float32 // [batch, heads, query, key], 0 or 1/(1-p)
	dropped []float32 // weights * mask

	hooked
}

// sentence returns the first row and the length of a sentence of the batch.
func (a *attention) sentence(i int) (start, length int) {
	if s := a.Sentences(); s != nil {
		return s.At(i)
	}
	return i * a.seq, a.seq
}

// head views the columns of one head in one sentence of a [batch*seq, dim] tensor.
func (a *attention) head(v gorgonia.Value, sentence, head int) kernel.Matrix {
	dim := v.Shape()[1]
	headDim := dim / a.heads
	start, length := a.sentence(sentence)
	return kernel.Columns(node.Floats(v)[start*dim+head*headDim:], length, headDim, dim) // [length, headDim]
}

// block is the rows of one head in one sentence that are computed together: queries from to
// from+rows, which see the keys before visible. What lies in their future is never computed.
type block struct{ from, rows, visible int }

// blockRows is how many queries a block holds.
const blockRows = 64

// blockAt returns the block that begins at query `from` of a sentence.
func (a *attention) blockAt(from, length int) block {
	rows := min(blockRows, length-from)
	if a.ahead {
		return block{from, rows, length}
	}
	return block{from, rows, from + rows}
}

// square returns the start of a block's rows in a [batch, heads, query, key] tensor.
func (a *attention) square(data []float32, sentence, head int, b block) []float32 {
	start := ((sentence*a.heads+head)*a.seq + b.from) * a.seq
	return data[start : start+b.rows*a.seq]
}

// mixing returns the weights that the values were mixed by: after dropout, if any.
func (a *attention) mixing() []float32 {
	if a.drop != nil {
		return a.dropped
	}
	return a.weights
}

func (a *attention) batch() int { return a.Result().Shape()[0] / a.seq }

// Do attends: inputs are query, key, value and, with dropout, the step.
func (a *attention) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	if a.drop != nil {
		span := a.heads * a.seq * a.seq
		for sentence := range a.batch() {
			a.drop.fill(a.mask[sentence*span:][:span], a.Name(), node.Ints(in[3])[0], sentence)
		}
	}
	for sentence := range a.batch() {
		if a.hooked.scores == nil && a.hooked.weights == nil {
			a.eachBlock(sentence, func(head int, b block) {
				a.score(in, sentence, head, b)
				a.softmax(a.square(a.weights, sentence, head, b), b)
				a.mix(in, sentence, head, b)
			})
			continue
		}
		a.eachBlock(sentence, func(head int, b block) { a.score(in, sentence, head, b) })
		a.hookScores(sentence)
		a.eachBlock(sentence, func(head int, b block) { a.softmax(a.square(a.weights, sentence, head, b), b) })
		a.hooked.weights.runOn(sentence)
		a.eachBlock(sentence, func(head int, b block) { a.mix(in, sentence, head, b) })
	}
	return a.Done(), nil
}

// eachBlock calls f for all blocks of a sentence, head by head.
func (a *attention) eachBlock(sentence int, f func(head int, b block)) {
	_, length := a.sentence(sentence)
	for head := range a.heads {
		for from := 0; from < length; from += blockRows {
			f(head, a.blockAt(from, length))
		}
	}
}

// score writes the scores of a block where its weights will be.
func (a *attention) score(in []gorgonia.Value, sentence, head int, b block) {
	query, key := a.head(in[0], sentence, head), a.head(in[1], sentence, head)                 // [query, headDim], [key, headDim]
	scores := kernel.Columns(a.square(a.weights, sentence, head, b), b.rows, b.visible, a.seq) // [query, key]
	kernel.MatMul(scores, a.scale, query.Part(b.from, b.rows), key.Part(0, b.visible).T(), 0)
}

// mix applies dropout to the weights of a block and mixes the values by them.
func (a *attention) mix(in []gorgonia.Value, sentence, head int, b block) {
	if a.drop != nil {
		kernel.Mul(a.square(a.dropped, sentence, head, b), a.square(a.weights, sentence, head, b), a.square(a.mask, sentence, head, b))
	}
	value, mixed := a.head(in[2], sentence, head), a.head(a.Result(), sentence, head) // [key, headDim], [query, headDim]
	mixing := kernel.Columns(a.square(a.mixing(), sentence, head, b), b.rows, b.visible, a.seq)
	kernel.MatMul(mixed.Part(b.from, b.rows), 1, mixing, value.Part(0, b.visible), 0)
}

// DiffWRT: query, key and value have gradients, the step of dropout has none.
func (a *attention) DiffWRT(inputs int) []bool {
	return node.Differentiable(true, true, true, false)[:inputs]
}

// SymDiff returns the three gradients, computed in one pass. The output is among its inputs so
// that it runs after the forward pass, whose weights it reads.
func (a *attention) SymDiff(in gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	query, key, value := in[0], in[1], in[2]
	op := &attentionGrad{
		Op:       node.New(a.Name()+".grad", query.Shape(), grad, query, key, value, output),
		forward:  a,
		dWeights: make([]float32, min(blockRows, a.seq)*a.seq),
	}
	op.gradients = [3]*tensor.Dense{op.Dense(), newTensor(key.Shape()), newTensor(value.Shape())}
	dQuery, err := node.Apply(op, grad, query, key, value, output)
	if err != nil {
		return nil, err
	}
	dKey, err := node.Part(a.Name()+".grad.key", dQuery, op.gradients[1])
	if err != nil {
		return nil, err
	}
	dValue, err := node.Part(a.Name()+".grad.value", dQuery, op.gradients[2])
	return gorgonia.Nodes{dQuery, dKey, dValue, nil}[:len(in)], err
}

type attentionGrad struct {
	node.Op
	forward   *attention
	gradients [3]*tensor.Dense // of query (the output), key, value [batch*seq, dim]
	dWeights  []float32        // [query, key] of one block, reused
}

// Do computes, per sentence and head, with W the weights as mixed:
//
//	dValue = W' dy
//	dW     = dy value'
//	dS     = CausalSoftmaxGrad(dW)          gradient of the scaled scores
//	dQuery = dS key / sqrt(headDim),  dKey = dS' query / sqrt(headDim)
//
// The last block goes first, since it reaches every key: the others add to its dKey and dValue.
// Inputs are dy, query, key, value and, for the order, y.
func (g *attentionGrad) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	a := g.forward
	for sentence := range a.batch() {
		_, length := a.sentence(sentence)
		if length == 0 {
			continue
		}
		for head := range a.heads {
			dMixed := a.head(in[0], sentence, head)
			query := a.head(in[1], sentence, head)
			key := a.head(in[2], sentence, head)
			value := a.head(in[3], sentence, head)
			dQuery := a.head(g.gradients[0], sentence, head)
			dKey := a.head(g.gradients[1], sentence, head)
			dValue := a.head(g.gradients[2], sentence, head)
			last := (length - 1) / blockRows * blockRows
			for from := last; from >= 0; from -= blockRows {
				b, beta := a.blockAt(from, length), float32(1)
				if from == last {
					beta = 0
				}
				dy := dMixed.Part(b.from, b.rows)
				mixing := kernel.Columns(a.square(a.mixing(), sentence, head, b), b.rows, b.visible, a.seq)
				kernel.MatMul(dValue.Part(0, b.visible), 1, mixing.T(), dy, beta)
				dW := kernel.Columns(g.dWeights, b.rows, b.visible, a.seq) // [query, key]
				kernel.MatMul(dW, 1, dy, value.Part(0, b.visible).T(), 0)
				if a.drop != nil {
					rows := g.dWeights[:b.rows*a.seq]
					kernel.Mul(rows, rows, a.square(a.mask, sentence, head, b))
				}
				a.softmaxGrad(g.dWeights, a.square(a.weights, sentence, head, b), b)
				kernel.MatMul(dQuery.Part(b.from, b.rows), a.scale, dW, key.Part(0, b.visible), 0)
				kernel.MatMul(dKey.Part(0, b.visible), a.scale, dW.T(), query.Part(b.from, b.rows), beta)
			}
		}
	}
	return g.Result(), nil
}
