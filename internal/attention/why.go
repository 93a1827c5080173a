package attention

import (
	"cmp"
	"math"
	"slices"
)

// Why is one prediction of a model: what its words were attended to, and what each did to it. An effect is
// the loss of log-probability of the target, in nats, by an intervention: above 0 what it ablates
// spoke for the target, below 0 against it.
type Why struct {
	Text        string       `json:"text"`
	Tokens      []string     `json:"tokens"`      // those that the predicting one sees, itself the last
	Seen        string       `json:"seen"`        // the same as one text
	Target      string       `json:"target"`      // the word whose probability is explained
	Probability float64      `json:"probability"` // of the target, without an intervention
	Words       []Cause      `json:"words"`       // of all tokens, in their order
	Heads       []HeadEffect `json:"heads"`       // empty where the corpus for their means is not at hand
	Correlation *float64     `json:"correlation"` // Spearman's, between attention and the effect of the cut; nil with fewer than three words
}

// Cause is one word that the predicting one sees.
type Cause struct {
	Place     int         `json:"place"` // from 0
	Word      string      `json:"word"`
	Attention float64     `json:"attention"` // of the predicting token, mean over layers and heads
	ByHead    [][]float64 `json:"by_head"`   // [layer][head]

	Cut      *float64  `json:"cut"`       // effect of the edge to it, in all layers and heads; nil for the only edge there is
	CutLayer []float64 `json:"cut_layer"` // in one layer alone; empty with the former

	Replaced     *float64      `json:"replaced"` // effect of the word, mean over the replacements; nil without any
	Kind         string        `json:"kind"`     // of the replacements, "" where <unk> is the only one
	Replacements []Replacement `json:"replacements"`
}

// Replacement is a word that replaces another, and the effect of that.
type Replacement struct {
	Word   string  `json:"word"`
	Effect float64 `json:"effect"`
}

// HeadEffect is the effect of the ablation of one head: in [Why], of the mean ablation, in [Map.Important], of the zero ablation.
type HeadEffect struct {
	Layer  int     `json:"layer"` // from 0
	Head   int     `json:"head"`  // from 0
	Effect float64 `json:"effect"`
}

// Ranked returns the words by the effect of cutting their edge, the largest first; words without
// that effect come last.
func (y Why) Ranked() []Cause {
	words := slices.Clone(y.Words)
	slices.SortStableFunc(words, func(a, b Cause) int { return cmp.Compare(b.CutEffect(), a.CutEffect()) })
	return words
}

// CutEffect returns the effect of cutting the edge, below all others where there is none.
func (c Cause) CutEffect() float64 {
	if c.Cut == nil {
		return math.Inf(-1)
	}
	return *c.Cut
}

// Cell names one cell of a map.
type Cell struct {
	Text        string
	Layer, Head int    // from 0
	Query, Key  string // words of the sentence: by itself, as the:2, or a position from 0
}

// Explanation is the arithmetic of one cell of a map. Every number is the operation's.
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
	Products []float32 `json:"products"` // of the query with each key that it sees, [query+1]
	Scores   []float32 `json:"scores"`   // the products scaled
	Weights  []float32 `json:"weights"`  // softmax of the scores

	Contribution []float32 `json:"contribution"` // weight times value, [headDim]
	Output       []float32 `json:"output"`       // the sum of all contributions to the query
}
