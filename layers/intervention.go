package layers

import (
	"fmt"
	"math"

	"attend/internal/kernel"
)

// AllHeads, as the head of an edge, means every head of the layer.
const AllHeads = -1

// Edge is a look from one token of a sentence at another, in one head or in all.
type Edge struct {
	Sentence   int // place in the batch
	Head       int // or AllHeads
	Query, Key int // places in the sentence, Key <= Query
}

// intervention is what an attention does otherwise than it has learned. Nothing by default: then
// it computes the same bits as without this type.
type intervention struct {
	edges map[int][]Edge       // by sentence
	fixed map[headOf][]float32 // outputs [headDim]
}

// headOf is one head in one sentence of the batch.
type headOf struct{ sentence, head int }

// Cut takes edges out of the runs that follow. The score of a cut edge is minus infinity, so that
// its weight is exactly 0 and the others of its row share the whole: each is what it was, divided by
// what is left,
//
//	weight_k' = weight_k / (1 - the sum of the weights cut)
//
// It is an error when an edge lies outside of the batch or points into the future, or when
// a query is left with nothing to look at. Then nothing is cut.
func (a *Attended) Cut(edges ...Edge) error {
	op := a.op
	all := map[int][]Edge{}
	for sentence, list := range op.edges {
		all[sentence] = append(all[sentence], list...)
	}
	for _, e := range edges {
		if e.Sentence < 0 || e.Sentence >= op.batch() || e.Head < AllHeads || e.Head >= op.heads || e.Key < 0 || e.Key > e.Query || e.Query >= op.seq {
			return fmt.Errorf("layers: no edge from %d to %d in head %d of sentence %d: the graph has %d heads and %d sentences of %d tokens, and none looks ahead",
				e.Query, e.Key, e.Head, e.Sentence, op.heads, op.batch(), op.seq)
		}
		all[e.Sentence] = append(all[e.Sentence], e)
	}
	for _, e := range edges {
		for head := range op.heads {
			cut := map[int]bool{}
			for _, other := range all[e.Sentence] {
				if other.Query == e.Query && (other.Head == head || other.Head == AllHeads) {
					cut[other.Key] = true
				}
			}
			if len(cut) == e.Query+1 {
				return fmt.Errorf("layers: token %d of sentence %d would have nothing left to attend to in head %d: leave it one edge", e.Query, e.Sentence, head)
			}
		}
	}
	op.edges = all
	return nil
}

// Fix replaces what a head mixes by the same vector [headDim] at every token of a sentence, in the runs that
// follow: the head then says nothing about the sentence. Its weights stay as they are.
func (a *Attended) Fix(sentence, head int, output []float32) error {
	op := a.op
	if dim := op.Result().Shape()[1] / op.heads; sentence < 0 || sentence >= op.batch() || head < 0 || head >= op.heads || len(output) != dim {
		return fmt.Errorf("layers: no head %d with an output of %d numbers in sentence %d: the graph has %d sentences and %d heads of %d numbers",
			head, len(output), sentence, op.batch(), op.heads, dim)
	}
	if op.fixed == nil {
		op.fixed = map[headOf][]float32{}
	}
	op.fixed[headOf{sentence, head}] = output
	return nil
}

// Restore ends all interventions.
func (a *Attended) Restore() { a.op.intervention = intervention{} }

// cut marks the scores of cut edges in one block of a head.
//
//	scores [query, key], rows of the whole seq
func (a *attention) cut(scores []float32, sentence, head int, b block) {
	for _, e := range a.edges[sentence] {
		if (e.Head == head || e.Head == AllHeads) && e.Query >= b.from && e.Query < b.from+b.rows {
			scores[(e.Query-b.from)*a.seq+e.Key] = float32(math.Inf(-1))
		}
	}
}

// fix overwrites the mixed values [query, headDim] of a head that is fixed.
func (a *attention) fix(mixed kernel.Matrix, sentence, head int) {
	if output, ok := a.fixed[headOf{sentence, head}]; ok {
		for place := range mixed.Rows {
			copy(mixed.Data[place*mixed.Stride:][:mixed.Cols], output)
		}
	}
}
