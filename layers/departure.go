package layers

import (
	"math"

	"attend/internal/kernel"
)

// Departure is how the attention of a graph departs from the model's own, to show what its parts are good
// for. The zero value departs in nothing: then the same bits are computed as without this type.
type Departure struct {
	Scale      float64 // of the scores, in place of 1/sqrt(headDim); 0 keeps that
	LooksAhead bool    // no mask: each token sees the whole of its sentence, later words too
}

// scale returns the factor of the scores.
func (d Departure) scale(headDim int) float32 {
	if d.Scale != 0 {
		return float32(d.Scale)
	}
	return float32(1 / math.Sqrt(float64(headDim)))
}

// softmax turns the scores of a block into weights, the future exactly 0 unless the mask is lifted.
//
//	weights [query, key], rows of the whole seq
func (a *attention) softmax(weights []float32, b block) {
	if !a.ahead {
		kernel.CausalSoftmax(weights, b.rows, a.seq, a.seq, b.from+1)
		return
	}
	for row := range b.rows {
		kernel.CausalSoftmax(weights[row*a.seq:], 1, a.seq, a.seq, b.visible)
	}
}

// softmaxGrad replaces the gradient of a block's weights by that of its scores.
//
//	dWeights [query, key], weights alike, rows of the whole seq
func (a *attention) softmaxGrad(dWeights, weights []float32, b block) {
	if !a.ahead {
		kernel.CausalSoftmaxGrad(dWeights, weights, b.rows, b.visible, a.seq, a.seq, b.from+1)
		return
	}
	for row := range b.rows {
		kernel.CausalSoftmaxGrad(dWeights[row*a.seq:], weights[row*a.seq:], 1, b.visible, a.seq, a.seq, b.visible)
	}
}
