package render

import "fmt"

// Comparison is two maps side by side: of two sentences in one run, or of one sentence in two runs.
type Comparison struct {
	A, B     Map           // with all their predictions
	Of, With Source        // of A and of B
	Matches  []HeadMatch   // heads that belong together; nil: each with that of its number
	Settings []SettingPair // those in which two runs differ
	Losses   []float64     // of two runs, on a sample of held-out text at their last evaluations; empty where one has none
}

// HeadMatch says which head of B does what a head of A does.
type HeadMatch struct {
	Layer    int     `json:"layer"` // from 0, as the heads
	A        int     `json:"a"`
	B        int     `json:"b"`
	Distance float64 `json:"distance"` // mean absolute difference of their weights over the sentences that were compared
}

// SettingPair is a setting that two runs do not share.
type SettingPair struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// Comparable tells whether the maps can be subtracted: they must have as many tokens and, unless heads are matched, as
// many heads. The error says what came.
func (c Comparison) Comparable() error {
	if a, b := len(c.A.Tokens), len(c.B.Tokens); a != b {
		return fmt.Errorf("the sentences have %d and %d tokens: only maps of the same size can be subtracted", a, b)
	}
	if a, b := len(c.A.Attention[0]), len(c.B.Attention[0]); a != b && c.Matches == nil {
		return fmt.Errorf("the maps have %d and %d heads: match them to subtract them", a, b)
	}
	return nil
}

// Aligned returns both maps with the layers that they share, and of these only the heads that have a match: those
// of B in the order of those of A.
func (c Comparison) Aligned() (a, b Map) {
	a, b = c.A, c.B
	shared := min(len(a.Attention), len(b.Attention))
	if c.Matches == nil {
		a.Attention, b.Attention = a.Attention[:shared], b.Attention[:shared]
		return a, b
	}
	ofA, ofB := make([][][][]float32, shared), make([][][][]float32, shared)
	for _, m := range c.Matches {
		ofA[m.Layer] = append(ofA[m.Layer], c.A.Attention[m.Layer][m.A])
		ofB[m.Layer] = append(ofB[m.Layer], c.B.Attention[m.Layer][m.B])
	}
	a.Attention, b.Attention = ofA, ofB
	return a, b
}

// Difference returns the attention of A less that of B, mean over layers and heads, [query][key]. The maps must be
// comparable.
func (c Comparison) Difference() [][]float64 {
	a, b := c.Aligned()
	return difference(a.mean(all, all), b.mean(all, all))
}

// likelyNext is how many of the likeliest next words other programs get.
const likelyNext = 10

// ComparisonResult is a comparison for other programs.
type ComparisonResult struct {
	A          Sentence      `json:"a"`
	B          Sentence      `json:"b"`
	With       Source        `json:"with"` // of B
	Losses     []float64     `json:"heldout_losses"`
	Settings   []SettingPair `json:"settings"`
	Matches    []HeadMatch   `json:"matches"`
	Difference [][]float64   `json:"difference"` // mean attention of A less that of B, [query][key]; null where the sizes differ
}

// Result returns the comparison for other programs.
func (c Comparison) Result() ComparisonResult {
	sentence := func(m Map) Sentence {
		return Sentence{Text: m.Text, Tokens: m.Tokens, Attention: m.Attention, Next: m.Next[:min(len(m.Next), likelyNext)]}
	}
	r := ComparisonResult{A: sentence(c.A), B: sentence(c.B), With: c.With, Losses: c.Losses, Settings: c.Settings, Matches: c.Matches}
	if c.Comparable() == nil {
		r.Difference = c.Difference()
	}
	return r
}
