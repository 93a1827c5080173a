package embed

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/node"
)

// Scheme is a position encoding: how the model knows the position of a token in its sentence. It may act on the embedding, on
// queries and keys (not on scores), on both, or on nothing. With nothing, only the causal mask distinguishes early positions from
// late ones.
type Scheme struct {
	Learned bool                           // a vector for each position is learned and added to the embedding (GPT-2)
	Fixed   func(table []float32, dim int) // fills a table [context, dim] of fixed vectors that are added to the embedding

	// Rotate adds the rotation of queries, and likewise of keys, to the graph:
	//
	//	y[start(b) + t] = R(first(b) + t) x[start(b) + t]    for each headDim columns of x, with R [headDim, headDim] orthogonal
	//
	//	x, y [batch*seq, heads*headDim]; start(b) is the first row of sentence b and first(b) its position, see node.Sentences
	//
	// It returns an error if headDim does not fit the scheme or the shape of x.
	Rotate func(name string, x *gorgonia.Node, headDim, seq int) (*gorgonia.Node, error)
}

// Names of position encodings that other packages use.
const (
	Learned    = "learned"
	Sinusoidal = "sinusoidal"
	None       = "none"
)

// Schemes is the table that --positions selects from.
var Schemes = choice.Table[Scheme]{
	{Name: Learned, Choice: Scheme{Learned: true}},
	{Name: Sinusoidal, Choice: Scheme{Fixed: SinusoidalTable}},
	{Name: None},
}

// AddPositions adds the vector of each token's position in its sentence to the graph.
//
//	y[start(b) + t] = x[start(b) + t] + table[first(b) + t]
//
//	x, y [batch*seq, dim], table [context, dim] with seq <= context; start(b) is the first row of sentence b and first(b) its
//	position in the sentence, 0 for a whole sentence
//
// The table's gradient sums dy over the batch; positions beyond seq get 0.
func AddPositions(name string, x, table *gorgonia.Node, seq int) (*gorgonia.Node, error) {
	if table.Shape()[1] != x.Shape()[1] || table.Shape()[0] < seq {
		return nil, fmt.Errorf("%s: a table of positions %v for vectors %v of %d positions", name, table.Shape(), x.Shape(), seq)
	}
	op := &addPositions{node.New(name, x.Shape(), x, table), seq} // [batch*seq, dim]
	op.PassGradient(0)
	return node.Apply(op)
}

type addPositions struct {
	node.Op
	seq int
}

// Forward adds: inputs are x, table.
func (a *addPositions) Forward(in ...gorgonia.Value) {
	x, table := node.Floats(in[0]), node.Floats(in[1])
	a.eachSentence(in[0], func(from, to, first int) {
		kernel.Add(a.Out()[from:to], x[from:to], table[first:][:to-from])
	})
}

// Backward sums over the batch for the table.
func (a *addPositions) Backward(g *node.Gradient) {
	dy, dTable := node.Floats(g.Dy[0]), node.Floats(g.D[1])
	clear(dTable)
	a.eachSentence(g.Dy[0], func(from, to, first int) {
		d := dTable[first:][:to-from]
		kernel.Add(d, d, dy[from:to])
	})
}

// eachSentence calls f with the first element of each sentence in a [batch*seq, dim] tensor, the one after its last, and the
// first element of the position of its first row in a table [context, dim].
func (a *addPositions) eachSentence(v gorgonia.Value, f func(from, to, first int)) {
	rows, dim := v.Shape()[0], v.Shape()[1]
	for i := range rows / a.seq {
		start, length := a.Sentence(i, a.seq)
		f(start*dim, (start+length)*dim, a.First(i)*dim)
	}
}

// SinusoidalTable fills a table of fixed position vectors:
//
//	table[t, 2i] = sin(t / 10000^(2i/dim)),  table[t, 2i+1] = cos(t / 10000^(2i/dim))
//
//	table [context, dim]
//
// Source: Vaswani et al. 2017, section 3.5.
func SinusoidalTable(table []float32, dim int) {
	for i := range table {
		t, column := i/dim, i%dim
		angle := float64(t) / math.Pow(10000, float64(column-column%2)/float64(dim))
		if column%2 == 0 {
			table[i] = float32(math.Sin(angle))
		} else {
			table[i] = float32(math.Cos(angle))
		}
	}
}
