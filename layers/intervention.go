package layers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"attend/internal/kernel"
)

// AllHeads, as the head of an edge, means every head of the layer.
const AllHeads = -1

// Edge is the attention of one token of a sentence to another, in one head or in all.
type Edge struct {
	Sentence   int // index in the batch
	Head       int // or AllHeads
	Query, Key int // positions in the sentence, Key <= Query
}

// Cut takes edges out of the runs that follow. The score of a cut edge is minus infinity, so that
// its weight is exactly 0 and its row is renormalised: each other weight is what it was, divided by
// what is left,
//
//	new weight_k = weight_k / (1 - the sum of the weights cut)
//
// Source: Geva et al. 2023, "attention knockout".
//
// It is an error when an edge lies outside of the batch or points into the future, or when
// a query is left with nothing to attend to. Then nothing is cut.
func (a *Attended) RemoveAttention(edges ...Edge) error {
	op := a.op
	for _, e := range edges {
		if e.Sentence < 0 || e.Sentence >= op.batch || e.Head < AllHeads || e.Head >= op.heads || e.Key < 0 || e.Key > e.Query || e.Query >= op.seq {
			return fmt.Errorf("no edge from %d to %d in head %d of sentence %d: the graph has %d heads and %d sentences of %d tokens, and none attends to the future",
				e.Query, e.Key, e.Head, e.Sentence, op.heads, op.batch, op.seq)
		}
	}
	scores, err := a.graph.HookPoint(a.prefix + "attn.scores")
	if err != nil {
		return err
	}
	cut := map[int][]Edge{}
	for _, e := range edges {
		if cut[e.Sentence] == nil {
			cut[e.Sentence] = slices.Clone(a.cut[e.Sentence])
		}
		cut[e.Sentence] = append(cut[e.Sentence], e)
		if head, starved := starved(cut[e.Sentence], e); starved {
			return fmt.Errorf("token %d of sentence %d would have nothing left to attend to in head %d: leave it one edge", e.Query, e.Sentence, head)
		}
	}
	if a.cut == nil {
		a.cut = map[int][]Edge{}
	}
	maps.Copy(a.cut, cut)
	for _, e := range edges {
		scores.Edit(e.Sentence, func(heads []kernel.Matrix) {
			for head, of := range heads {
				if (e.Head == head || e.Head == AllHeads) && e.Query < of.Rows {
					of.Row(e.Query)[e.Key] = float32(math.Inf(-1))
				}
			}
		})
	}
	return nil
}

// starved reports whether the query of an edge has no key left in some head when all edges of a sentence are cut.
func starved(edges []Edge, e Edge) (head int, starved bool) {
	if len(edges) <= e.Query { // fewer edges than keys
		return 0, false
	}
	cut := map[int]map[int]bool{} // by head, the keys
	for _, other := range edges {
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
// follow: its output is then the same for every token. Its weights stay as they are. With the
// mean over a text as the vector it is Wang et al.'s mean ablation, 2022.
func (a *Attended) SetZ(sentence, head int, output []float32) error {
	op := a.op
	if dim := op.Result().Shape()[1] / op.heads; sentence < 0 || sentence >= op.batch || head < 0 || head >= op.heads || len(output) != dim {
		return fmt.Errorf("no head %d with an output of %d numbers in sentence %d: the graph has %d sentences and %d heads of %d numbers",
			head, len(output), sentence, op.batch, op.heads, dim)
	}
	mixed, err := a.graph.HookPoint(a.prefix + "attn.z")
	if err != nil {
		return err
	}
	mixed.Edit(sentence, func(heads []kernel.Matrix) {
		for position := range heads[head].Rows {
			copy(heads[head].Row(position), output)
		}
	})
	return nil
}
