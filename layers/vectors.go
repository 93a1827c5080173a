package layers

import (
	"gorgonia.org/gorgonia"

	"attend/internal/node"
)

// Query returns what a token looked for in one head of the last run, [headDim]: the very numbers
// whose products with the keys became the weights. Sentence is the place in the batch, place that of the token
// in the sentence. The slice belongs to the operation and changes with the next run.
func (a *Attended) Query(sentence, head, place int) []float32 {
	return a.vector(a.projected.Query, sentence, head, place)
}

// Key returns what a token offered to be found by, [headDim], as [Attended.Query] does.
func (a *Attended) Key(sentence, head, place int) []float32 {
	return a.vector(a.projected.Key, sentence, head, place)
}

// Value returns what a token handed over where it was attended to, [headDim], as
// [Attended.Query] does.
func (a *Attended) Value(sentence, head, place int) []float32 {
	return a.vector(a.projected.Value, sentence, head, place)
}

// vector is the row of a token in what a projection computed, and the columns of a head.
func (a *Attended) vector(projection *gorgonia.Node, sentence, head, place int) []float32 {
	_, value, _ := node.Result(projection)
	rows := a.op.head(value, sentence, head) // [length, headDim]
	return rows.Data[place*rows.Stride:][:rows.Cols]
}
