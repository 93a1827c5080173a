package attention

import (
	"cmp"
	"math"
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
		return cmp.Compare(math.Abs(b.Logit), math.Abs(a.Logit))
	})
	return components
}

// Norms returns the sizes of what attention adds to the residual stream in one layer or [All], and one head or All, [query][key]:
// the norm of the key's value, times the attention weight, times the output projection,
//
//	|| weight(query, key) (value(key) outputWeight) ||
//
// For all heads of a layer it is the norm of the sum over the heads, for all layers the mean over the layers. It follows from
// [Map.Products], which must be set:
//
//	norm of the sum = sqrt(sum over two heads a, b of weight_a weight_b product_ab)
//
// The bias of the value counts, and that of the output projection does not. Large attention to a vector of a small norm adds
// little.
//
// Source: Kobayashi et al. 2020, "Attention is not only a weight: analyzing transformers with vector norms".
func (m Map) Norms(layer, head int) [][]float64 {
	norms := make([][]float64, len(m.Tokens))
	for query := range norms {
		norms[query] = make([]float64, len(m.Tokens))
		for key := range query + 1 {
			for l := range m.Attention {
				if layer == l {
					norms[query][key] = m.norm(l, head, query, key)
				} else if layer == All {
					norms[query][key] += m.norm(l, head, query, key) / float64(len(m.Attention))
				}
			}
		}
	}
	return norms
}

// norm returns one of the norms of [Map.Norms] of a layer.
func (m Map) norm(layer, head, query, key int) float64 {
	products, weight := m.Products[layer][key], func(head int) float64 { return float64(m.Attention[layer][head][query][key]) }
	if head != All {
		return weight(head) * math.Sqrt(products[head][head])
	}
	square := 0.0
	for a := range products {
		for b, product := range products[a] {
			square += weight(a) * weight(b) * product
		}
	}
	return math.Sqrt(max(0, square))
}

// NormShares returns [Map.Norms], each divided by the sum of its row. A row of zeros stays one.
func (m Map) NormShares(layer, head int) [][]float64 {
	shares := m.Norms(layer, head)
	for _, row := range shares {
		sum := 0.0
		for _, norm := range row {
			sum += norm
		}
		for key := range row {
			if sum > 0 {
				row[key] /= sum
			}
		}
	}
	return shares
}
