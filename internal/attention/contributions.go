package attention

import (
	"cmp"
	"slices"
)

// DirectLogits is direct logit attribution: one logit difference as a sum over what was added to the residual stream. The final
// norm is linear once its scale is fixed as computed, so that each component has a share of its own:
//
//	logit(target) - logit(against) = sum of the components
//
// Without a word to compare with, the mean logit over the vocabulary stands in its place: a constant that is added to all logits
// changes no probability. A component has other effects too, through the layers after it, which this does not show.
//
// Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; nostalgebraist 2020, "interpreting GPT: the
// logit lens".
type DirectLogits struct {
	Target     string           `json:"target"`
	Against    string           `json:"against"` // "": the mean over the vocabulary
	Difference float64          `json:"logit_difference"`
	Components []LogitComponent `json:"components"` // in the order of the forward pass
}

// LogitComponent is what a part of the model adds to a logit difference.
type LogitComponent struct {
	Kind  string  `json:"kind"`  // one of the constants below
	Layer *int    `json:"layer"` // from 0; nil for the embeddings and the final norm
	Head  *int    `json:"head"`  // from 0; nil unless it is a head
	Logit float64 `json:"logit"`
}

// Kinds of components.
const (
	TokenComponent    = "token embedding"
	PositionComponent = "position embedding"
	HeadComponent     = "head"
	BiasComponent     = "attention bias" // of the output projection of an attention layer
	MLPComponent      = "mlp"            // the output of a feed-forward network
	NormComponent     = "norm bias"      // of the final norm
)

// Ranked returns the components with the largest first, by size.
func (d DirectLogits) Ranked() []LogitComponent {
	components := slices.Clone(d.Components)
	slices.SortStableFunc(components, func(a, b LogitComponent) int {
		return cmp.Compare(max(b.Logit, -b.Logit), max(a.Logit,
			-a.Logit))
	})
	return components
}

// ValueNorms are the sizes of what attention adds to the residual stream: for each query and key, the norm of the key's value,
// times the attention weight, times the output projection,
//
//	|| weight(query, key) (value(key) outputWeight) ||
//
// The bias of the value counts, and that of the output projection does not. Large attention to a vector of a small norm adds
// little.
//
// Source: Kobayashi et al. 2020, "Attention is not only a weight: analyzing transformers with vector norms".
type ValueNorms struct {
	Heads  [][][][]float64 // [layers][heads][query][key]
	Layers [][][]float64   // [layers][query][key] norm of the sum over the heads

	// Products are the dot products of what two heads of a layer would add with a weight of 1, [layers][key][head][head]. With
	// them the norms follow from the weights:
	//
	//	norm of the sum = sqrt(sum over two heads a, b of weight_a weight_b product_ab)
	Products [][][][]float32
}

// Shares returns the norms of one layer or [All], and one head or All, each divided by the sum of its row, [query][key]. For all
// heads of a layer they are the norms of the sum over the heads, for all layers the mean over the layers. A row of zeros stays
// one.
func (n ValueNorms) Shares(layer, head int) [][]float64 {
	var chosen [][][]float64
	for l := range n.Layers {
		switch {
		case layer != All && layer != l:
		case head == All:
			chosen = append(chosen, n.Layers[l])
		default:
			chosen = append(chosen, n.Heads[l][head])
		}
	}
	shares := make([][]float64, len(chosen[0]))
	for query := range shares {
		shares[query] = make([]float64, len(chosen[0]))
		sum := 0.0
		for key := range shares[query] {
			for _, norms := range chosen {
				shares[query][key] += norms[query][key] / float64(len(chosen))
			}
			sum += shares[query][key]
		}
		for key := range shares[query] {
			if sum > 0 {
				shares[query][key] /= sum
			}
		}
	}
	return shares
}
