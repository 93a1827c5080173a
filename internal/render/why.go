package render

import (
	"cmp"
	"math"
	"slices"
)

// Why is one prediction of a model: what its words were attended to, and what each did to it. An effect is
// the loss of log-probability of the target, in nats, when something is taken away: above 0 it
// spoke for the target, below 0 against it.
type Why struct {
	Text        string       `json:"text"`
	Tokens      []string     `json:"tokens"`      // those that the predicting one sees, itself the last
	Seen        string       `json:"seen"`        // the same as one text
	Target      string       `json:"target"`      // the word whose probability is explained
	Probability float64      `json:"probability"` // of the target, with nothing taken away
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

	Replaced     *float64      `json:"replaced"` // effect of the word, mean over the replacements; nil for the boundary token
	Kind         string        `json:"kind"`     // of the replacements, "" where <unk> is the only one
	Replacements []Replacement `json:"replacements"`
}

// Replacement is a word put in another's place, and the effect of that.
type Replacement struct {
	Word   string  `json:"word"`
	Effect float64 `json:"effect"`
}

// HeadEffect is the effect of one head: its output is replaced by its mean over the corpus.
type HeadEffect struct {
	Layer  int     `json:"layer"` // from 0
	Head   int     `json:"head"`  // from 0
	Effect float64 `json:"effect"`
}

// Ranked returns the words by the effect of cutting their edge, the largest first; words without
// that effect come last.
func (y Why) Ranked() []Cause {
	words := slices.Clone(y.Words)
	slices.SortStableFunc(words, func(a, b Cause) int { return cmp.Compare(effect(b.Cut), effect(a.Cut)) })
	return words
}

// effect reads an effect that may be missing.
func effect(x *float64) float64 {
	if x == nil {
		return math.Inf(-1)
	}
	return *x
}

// RankCorrelation returns Spearman's coefficient: the correlation of the ranks of x and y, equals
// sharing the mean of their ranks; 1 where both rise together, -1 where one falls as the other
// rises (Spearman 1904). ok is false for fewer than three pairs and where all of x or all of y are equal.
func RankCorrelation(x, y []float64) (rho float64, ok bool) {
	if len(x) < 3 || len(x) != len(y) {
		return 0, false
	}
	a, b := ranks(x), ranks(y)
	mean := float64(len(x)-1) / 2
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - mean) * (b[i] - mean)
		aa += (a[i] - mean) * (a[i] - mean)
		bb += (b[i] - mean) * (b[i] - mean)
	}
	if aa == 0 || bb == 0 {
		return 0, false
	}
	return ab / math.Sqrt(aa*bb), true
}

// ranks returns the place of each number among all, from 0.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	r := make([]float64, len(x))
	for from := 0; from < len(x); {
		to := from + 1
		for to < len(x) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return r
}
