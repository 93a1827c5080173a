package layers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"attend/internal/kernel"
)

// AllHeads, as the head of a link, means all heads of the layer.
const AllHeads = -1

// Link is the attention of one query of a sentence to one key, in one head or in all heads.
type Link struct {
	Sentence   int // index in the batch
	Head       int // or AllHeads
	Query, Key int // positions in the sentence; Key <= Query, in a graph without a mask too
}

// RemoveAttention removes links from all later forward passes. The score of a link becomes -Inf, so that its attention weight is
// exactly 0 and the row is renormalised:
//
//	new weight_k = weight_k / (1 - sum of the removed weights)
//
// Source: Geva et al. 2023, "attention knockout".
//
// A link of a query that the graph does not compute, since it comes before the position from which its sentence is computed,
// changes nothing. RemoveAttention returns an error, and removes nothing, if a link is outside of the batch, if its key comes
// after its query, or if a query would have no key left.
func (a *LayerAttention) RemoveAttention(links ...Link) error {
	op := a.op
	for _, link := range links {
		if link.Sentence < 0 || link.Sentence >= op.batch || link.Head < AllHeads || link.Head >= op.heads ||
			link.Key < 0 || link.Key > link.Query || link.Query >= op.longest {
			return fmt.Errorf("no link from query %d to key %d in head %d of sentence %d: "+
				"the graph has %d heads and %d sentences of %d tokens, and the key must not come after the query",
				link.Query, link.Key, link.Head, link.Sentence, op.heads, op.batch, op.longest)
		}
	}
	scores, err := a.graph.HookPoint(a.prefix + "attn.scores")
	if err != nil {
		return err
	}
	removed := map[int][]Link{}
	for _, link := range links {
		if removed[link.Sentence] == nil {
			removed[link.Sentence] = slices.Clone(a.removed[link.Sentence])
		}
		removed[link.Sentence] = append(removed[link.Sentence], link)
		if head, none := noKeyLeft(removed[link.Sentence], link); none {
			return fmt.Errorf("query %d of sentence %d would have no key left in head %d: keep one of its links",
				link.Query, link.Sentence, head)
		}
	}
	if a.removed == nil {
		a.removed = map[int][]Link{}
	}
	maps.Copy(a.removed, removed)
	for _, link := range links {
		scores.Edit(link.Sentence, func(heads []kernel.Matrix) {
			row := link.Query - op.First(link.Sentence)
			for head, of := range heads {
				if (link.Head == head || link.Head == AllHeads) && row >= 0 && row < of.Rows {
					of.Row(row)[link.Key] = float32(math.Inf(-1))
				}
			}
		})
	}
	return nil
}

// noKeyLeft reports whether the query of a link has no key left in some head if these links of its sentence are removed, and
// which head.
func noKeyLeft(links []Link, link Link) (head int, none bool) {
	if len(links) <= link.Query { // fewer links than keys
		return 0, false
	}
	removed := map[int]map[int]bool{} // keys, by head
	for _, other := range links {
		if other.Query == link.Query {
			if removed[other.Head] == nil {
				removed[other.Head] = map[int]bool{}
			}
			removed[other.Head][other.Key] = true
		}
	}
	for head, keys := range removed {
		left := link.Query + 1
		for key := range link.Query + 1 {
			if keys[key] || removed[AllHeads][key] {
				left--
			}
		}
		if left == 0 {
			return max(head, 0), true
		}
	}
	return 0, false
}

// SetZ replaces z of a head by one vector [headDim] at every token of a sentence that the graph computes, in all later forward
// passes. The attention weights do not change. With a vector of zeros this is zero ablation, with the mean of z over a text it is
// mean ablation (Wang et al. 2022). It returns an error if the graph has no such sentence or head, or if the vector has another length.
func (a *LayerAttention) SetZ(sentence, head int, z []float32) error {
	op := a.op
	dim := op.Result().Shape()[1] / op.heads
	if sentence < 0 || sentence >= op.batch || head < 0 || head >= op.heads || len(z) != dim {
		return fmt.Errorf("no head %d with a z of %d values in sentence %d: "+
			"the graph has %d sentences and %d heads with a z of %d values", head, len(z), sentence, op.batch, op.heads, dim)
	}
	hook, err := a.graph.HookPoint(a.prefix + "attn.z")
	if err != nil {
		return err
	}
	hook.Edit(sentence, func(heads []kernel.Matrix) {
		for position := range heads[head].Rows {
			copy(heads[head].Row(position), z)
		}
	})
	return nil
}
