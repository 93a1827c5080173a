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
	edges [][]Edge             // by sentence; nil: none
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
// Source: Geva et al. 2023, "attention knockout".
//
// It is an error when an edge lies outside of the batch or points into the future, or when
// a query is left with nothing to look at. Then nothing is cut.
func (a *Attended) Cut(edges ...Edge) error {
	op := a.op
	for _, e := range edges {
		if e.Sentence < 0 || e.Sentence >= op.batch() || e.Head < AllHeads || e.Head >= op.heads || e.Key < 0 || e.Key > e.Query || e.Query >= op.seq {
			return fmt.Errorf("no edge from %d to %d in head %d of sentence %d: the graph has %d heads and %d sentences of %d tokens, and none looks ahead",
				e.Query, e.Key, e.Head, e.Sentence, op.heads, op.batch(), op.seq)
		}
	}
	if op.edges == nil {
		op.edges = make([][]Edge, op.batch())
	}
	for i, e := range edges {
		op.edges[e.Sentence] = append(op.edges[e.Sentence], e)
		if head, starved := op.starved(e); starved {
			for _, e := range edges[:i+1] {
				op.edges[e.Sentence] = op.edges[e.Sentence][:len(op.edges[e.Sentence])-1]
			}
			return fmt.Errorf("token %d of sentence %d would have nothing left to attend to in head %d: leave it one edge", e.Query, e.Sentence, head)
		}
	}
	return nil
}

// starved tells whether the query of an edge has no key left in some head.
func (v intervention) starved(e Edge) (head int, starved bool) {
	if len(v.edges[e.Sentence]) <= e.Query { // fewer edges than keys
		return 0, false
	}
	cut := map[int]map[int]bool{} // by head, the keys
	for _, other := range v.edges[e.Sentence] {
		if other.Query == e.Query {
			if cut[other.Head] == nil {
				cut[other.Head] = map[int]bool{}
			}
			cut[other.Head][other.Key] = true
		}
	}
	for head, keys := range cut {
		left := e.Query + 1
		for key := range e.Query + 1 {
			if keys[key] || cut[AllHeads][key] {
				left--
			}
		}
		if left == 0 {
			return max(head, 0), true
		}
	}
	return 0, false
}

// Fix replaces what a head mixes by the same vector [headDim] at every token of a sentence, in the runs that
// follow: the head then says nothing about the sentence. Its weights stay as they are. With the
// mean over a text as the vector it is Wang et al.'s mean ablation, 2022.
func (a *Attended) Fix(sentence, head int, output []float32) error {
	op := a.op
	if dim := op.Result().Shape()[1] / op.heads; sentence < 0 || sentence >= op.batch() || head < 0 || head >= op.heads || len(output) != dim {
		return fmt.Errorf("no head %d with an output of %d numbers in sentence %d: the graph has %d sentences and %d heads of %d numbers",
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
	if a.edges == nil {
		return
	}
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
