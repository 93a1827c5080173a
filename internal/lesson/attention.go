package lesson

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/random"
	"attend/layers"
)

// roles are the three vectors of a word.
var roles = [3]string{"query", "key", "value"}

// attend runs the attention that a model trains with, in a graph of its own, over sentences of vectors for each role,
// [batch*seq, dim].
func attend(vectors [3][]float32, dim, heads, seq int, o layers.AttentionOptions) (*layers.LayerAttention, error) {
	g := gorgonia.NewGraph()
	var in [3]*gorgonia.Node
	for i, role := range roles {
		in[i] = node.Input(g, role, []int{len(vectors[i]) / dim, dim}, vectors[i])
	}
	return attendIn(g, layers.Projected{Query: in[0], Key: in[1], Value: in[2]}, heads, seq, o)
}

// attendIn is attend with vectors that a graph computes.
func attendIn(g *gorgonia.ExprGraph, p layers.Projected, heads, seq int, o layers.AttentionOptions) (*layers.LayerAttention, error) {
	a, err := layers.Attend("attention", p, heads, seq, o)
	if err != nil {
		return nil, err
	}
	m, err := node.NewMachine(g, a.ZNode)
	if err != nil {
		return nil, err
	}
	return a, errors.Join(m.Run(), m.Close())
}

// products returns the dot product of a query with each key, [keys], by the very product of matrices that
// attention is made of.
func products(query numbers, keys []Vector) []float32 {
	dots := make([]float32, len(keys))
	n, dim := len(keys), len(query)
	all := kernel.Dense(stacked(keys, dim), n, dim)
	kernel.MatMul(kernel.Dense(dots, 1, n), 1, kernel.Dense(slices.Clone(query), 1, dim), all.T(), 0)
	return dots
}

// attendTo returns what one query makes of some keys and values: weights [keys], which sum to 1, and an output as long as a value.
// The query is the last of as many as there are keys, so that it sees them all.
//
//	weights = softmax(scale query keys'),  output = weights values
func attendTo(query numbers, keys, values []Vector, scale float64) (weights []float32, output numbers, err error) {
	n, dim := len(keys), max(len(query), len(values[0].Numbers))
	queries := make([]float32, n*dim) // zeros fill up what is shorter: they add nothing to a dot product
	copy(queries[(n-1)*dim:], query)
	a, err := attend([3][]float32{queries, stacked(keys, dim), stacked(values, dim)}, dim, 1, n, layers.AttentionOptions{Scale: scale})
	if err != nil {
		return nil, nil, err
	}
	return a.Row(0, 0, n-1), a.Z(0, 0, n-1)[:len(values[0].Numbers)], nil
}

// stacked puts vectors below one another, each filled up with zeros to a width, [vectors, width].
func stacked(vectors []Vector, width int) []float32 {
	rows := make([]float32, len(vectors)*width)
	for i, v := range vectors {
		copy(rows[i*width:(i+1)*width], v.Numbers)
	}
	return rows
}

// randomVectors returns n random numbers for each role. The name of what they are for has a %s for the role.
func randomVectors(name string, n int) (vectors [3][]float32) {
	const seed = 1
	for i, role := range roles {
		r := random.New(seed, fmt.Sprintf(name, role))
		for range n {
			vectors[i] = append(vectors[i], float32(r.NormFloat64()))
		}
	}
	return vectors
}

// Sizes of the experiment of chapter 4.
const (
	scalingKeys   = 16
	scalingTrials = 50
)

// scaling is chapter 4: what happens to softmax when vectors are long.
func (c *Course) scaling(context.Context) (values, error) {
	var trials []spread
	for _, divided := range []bool{false, true} {
		for _, d := range []int{4, 64, 1024} {
			divisor := 1.0
			if divided {
				divisor = math.Sqrt(float64(d))
			}
			s, err := measureSpread(d, divisor)
			if err != nil {
				return nil, err
			}
			trials = append(trials, s)
		}
	}
	return values{"trials": trials, "even": math.Log(scalingKeys)}, nil
}

// spread is what the weights of random keys of d numbers are like, in the mean over trials.
type spread struct {
	D       int
	Divisor float64 // of the dot products
	Score   float64 // typical size of what softmax receives: the root of the mean square
	Entropy float64 // of the weights, in nats
	Largest float64 // weight
	Slope   float64 // sum over the keys of d weight / d score of its own
}

// measureSpread runs attention on random vectors.
func measureSpread(d int, divisor float64) (spread, error) {
	const rows = scalingTrials * scalingKeys
	vectors := randomVectors(fmt.Sprintf("lesson %%s %d", d), rows*d)
	a, err := attend(vectors, d, 1, scalingKeys, layers.AttentionOptions{Scale: 1 / divisor})
	if err != nil {
		return spread{}, err
	}
	s := spread{D: d, Divisor: divisor}
	scores := make([]float32, scalingKeys)
	for trial := range scalingTrials {
		last := (trial+1)*scalingKeys - 1
		query := kernel.Dense(vectors[0][last*d:], 1, d)
		keys := kernel.Dense(vectors[1][trial*scalingKeys*d:], scalingKeys, d)
		kernel.MatMul(kernel.Dense(scores, 1, scalingKeys), float32(1/divisor), query, keys.T(), 0)
		s.Score += kernel.SumSquares(scores) / rows
		weights := a.Row(trial, 0, scalingKeys-1)
		s.Entropy += entropy(weights) / scalingTrials
		s.Largest += float64(slices.Max(weights)) / scalingTrials
		s.Slope += slope(weights) / scalingTrials
	}
	s.Score = math.Sqrt(s.Score)
	return s, nil
}

// entropy is -sum w ln w.
func entropy(weights []float32) (sum float64) {
	for _, w := range weights {
		if w > 0 {
			sum -= float64(w) * math.Log(float64(w))
		}
	}
	return sum
}

// slope sums d weight_k / d score_k over the keys, by the function with which training goes back through
// softmax.
func slope(weights []float32) (sum float64) {
	n := len(weights)
	for k := range weights {
		gradient := make([]float32, n)
		gradient[k] = 1 // of the loss "weight k"
		kernel.CausalSoftmaxGrad(gradient, slices.Clone(weights), 1, n, n, n, n)
		sum += float64(gradient[k])
	}
	return sum
}
