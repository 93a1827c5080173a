package attention

import (
	"cmp"
	"math"
	"slices"
)

// Why explains one prediction of a model: how much it attends to each word, and the effect of each word on it. The effect of an
// intervention is the fall of the target's log-probability, in nats,
//
//	effect = ln p(target) - ln p(target | intervention)
//
// It is positive if what the intervention removes makes the target more likely, and negative if it makes it less likely.
type Why struct {
	Text        string       `json:"text"`
	Tokens      []string     `json:"tokens"`       // up to the token whose next one is predicted, that one the last
	ContextText string       `json:"context_text"` // the tokens as one text
	Target      string       `json:"target"`       // the word whose probability is explained
	Probability float64      `json:"probability"`  // of the target, without an intervention
	Words       []WordEffect `json:"words"`        // of all tokens, in their order
	Heads       []HeadEffect `json:"heads"`        // mean ablation; empty if the corpus for the means is not available
	Correlation *float64     `json:"correlation"`  // Spearman's, of Attention and AttentionRemoved; nil with fewer than three words
}

// WordEffect is a word that the predicting token can attend to, with its attention weights and its effects on the prediction.
type WordEffect struct {
	Position  int         `json:"position"` // index in Tokens, from 0
	Word      string      `json:"word"`
	Attention float64     `json:"attention"` // of the predicting token, mean over layers and heads
	ByHead    [][]float64 `json:"by_head"`   // [layer][head]

	AttentionRemoved        *float64  `json:"attention_removed"`          // effect of removing the attention to it, in all layers and heads; nil for the only token
	AttentionRemovedByLayer []float64 `json:"attention_removed_by_layer"` // in one layer alone; empty with the former

	Replaced     *float64      `json:"replaced"` // effect of replacing it, mean over the replacements; nil without any
	Kind         string        `json:"kind"`     // of the replacements, such as "animal"; "" if <unk> is the only one
	Replacements []Replacement `json:"replacements"`
}

// Replacement is a word that replaces another, and the effect of the replacement.
type Replacement struct {
	Word   string  `json:"word"`
	Effect float64 `json:"effect"`
}

// HeadEffect is the effect of ablating one head: mean ablation in [Why], zero ablation in [Map.Important].
type HeadEffect struct {
	Layer  int     `json:"layer"` // from 0
	Head   int     `json:"head"`  // from 0
	Effect float64 `json:"effect"`
}

// Ranked returns the words in the order of the effect of removing the attention to them, the largest first. Words without an effect
// come last.
func (y Why) Ranked() []WordEffect {
	words := slices.Clone(y.Words)
	slices.SortStableFunc(words, func(a, b WordEffect) int { return cmp.Compare(b.RemovalEffect(), a.RemovalEffect()) })
	return words
}

// RemovalEffect returns the effect of removing the attention to the word, or -Inf if it was not measured.
func (c WordEffect) RemovalEffect() float64 {
	if c.AttentionRemoved == nil {
		return math.Inf(-1)
	}
	return *c.AttentionRemoved
}

// Explanation is the arithmetic of one attention weight. Every number is the one that the operation computed.
type Explanation struct {
	Text        string    `json:"text"`
	Tokens      []string  `json:"tokens"`
	Layer       int       `json:"layer"` // from 0, as all positions
	Head        int       `json:"head"`
	Query       int       `json:"query"`
	Key         int       `json:"key"`
	QueryVector []float32 `json:"query_vector"` // [headDim]
	KeyVector   []float32 `json:"key_vector"`   // [headDim]
	ValueVector []float32 `json:"value_vector"` // [headDim]

	Scale    float32   `json:"scale"`    // 1 / sqrt(headDim)
	Products []float32 `json:"products"` // dot products of the query and each key up to it, [query+1]
	Scores   []float32 `json:"scores"`   // the products times Scale
	Weights  []float32 `json:"weights"`  // softmax of the scores

	Contribution []float32 `json:"contribution"` // weight times value, [headDim]
	Z            []float32 `json:"output"`       // z: the sum of the contributions of all keys, [headDim]
}
