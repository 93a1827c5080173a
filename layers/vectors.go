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

// notFinite returns the first number of the last run that is NaN or infinite, if there is one, and what it belongs to: the
// queries, keys and values of the filled rows, or the attention weights.
func (a *Attended) notFinite(rows int) (name string, x float32, found bool) {
	for _, of := range []struct {
		name       string
		projection *gorgonia.Node
	}{{"the queries", a.projected.Query}, {"the keys", a.projected.Key}, {"the values", a.projected.Value}} {
		_, value, _ := node.Result(of.projection)
		if x, found := notFinite(node.Floats(value)[:rows*value.Shape()[1]]); found {
			return of.name, x, true
		}
	}
	for sentence := range a.op.batch() {
		_, length := a.op.sentence(sentence)
		for head := range a.op.heads {
			for query := range length {
				if x, found := notFinite(a.Row(sentence, head, query)); found {
					return "the attention weights", x, true
				}
			}
		}
	}
	return "", 0, false
}
