package run

import (
	"slices"

	"attend/internal/render"
)

// MapWithVectors is [Reader.Map] together with the queries, keys and values that the weights were
// computed from, read from the projections of the same pass.
func (r *Reader) MapWithVectors(text string, most int) (render.Map, error) {
	return r.read(text, most, true)
}

// vectors copies the queries, keys and values of the first seq tokens out of the operations.
func (r Reading) vectors(seq int) *render.Vectors {
	var v render.Vectors
	for _, layer := range r.inference.Layers {
		v.Query = append(v.Query, r.perHead(layer.Query, seq))
		v.Key = append(v.Key, r.perHead(layer.Key, seq))
		v.Value = append(v.Value, r.perHead(layer.Value, seq))
	}
	return &v
}

// perHead copies the vectors of one layer, [head][place][headDim].
func (r Reading) perHead(at func(sentence, head, place int) []float32, seq int) [][][]float32 {
	heads := make([][][]float32, r.config.Heads)
	for head := range heads {
		for place := range seq {
			heads[head] = append(heads[head], slices.Clone(at(r.row, head, place)))
		}
	}
	return heads
}
