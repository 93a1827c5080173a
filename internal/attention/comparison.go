package attention

import "fmt"

// Baseline is a map of the same words from something other than the trained model, to compare the map of a sentence with.
type Baseline struct {
	Name string // untrained, uniform or position
	Map  Map    // of the same shape as the map that is compared with it
}

// Validate reports whether the baseline is valid and has the shape of a valid map.
func (b Baseline) Validate(m Map) error {
	if err := b.Map.Validate(); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	shape := func(m Map) [3]int { return [3]int{len(m.Attention), len(m.Attention[0]), len(m.Tokens)} }
	if want, got := shape(m), shape(b.Map); got != want {
		return fmt.Errorf("the baseline has %d layers, %d heads and %d tokens; want %d, %d and %d",
			got[0], got[1], got[2], want[0], want[1], want[2])
	}
	return nil
}

// CheckBaselines reports whether the maps are valid, and each baseline, if there are any, has the shape of its map.
func CheckBaselines(maps []Map, baselines []Baseline) error {
	if len(baselines) > 0 && len(baselines) != len(maps) {
		return fmt.Errorf("%d baselines for %d sentences", len(baselines), len(maps))
	}
	for i, m := range maps {
		err := m.Validate()
		if err == nil && len(baselines) > 0 {
			err = baselines[i].Validate(m)
		}
		if err != nil {
			return fmt.Errorf("sentence %d: %w", i+1, err)
		}
	}
	return nil
}

// Difference returns a - b, element by element, [query][key], each in -1 to 1.
func Difference[T float32 | float64](a, b [][]T) [][]T {
	d := make([][]T, len(a))
	for q := range a {
		d[q] = make([]T, len(a[q]))
		for k := range a[q] {
			d[q][k] = a[q][k] - b[q][k]
		}
	}
	return d
}

// Comparison is two maps side by side: of two sentences in one run, or of one sentence in two runs.
type Comparison struct {
	A        Map           `json:"a"` // with all their predictions
	B        Map           `json:"b"`
	Of       Source        `json:"-"`                     // of A
	With     Source        `json:"with"`                  // of B
	Losses   *Losses       `json:"heldout_difference"`    // of two runs; nil: not compared
	Unlike   string        `json:"losses_note,omitempty"` // why the losses of two runs are not compared, one line
	Settings []SettingPair `json:"settings"`              // those in which two runs differ
	Matches  []HeadMatch   `json:"matches"`               // pairs of heads with the smallest sum of distances; nil: head i of A goes with head i of B
}

// Losses are the held-out losses of two runs on the same tokens, in nats per token. The tokens are in m groups: of one sentence with
// its copies, and with those that differ from it only in unknown tokens; or of one piece. With d_i the difference of the summed
// losses of group i and n_i its tokens,
//
//	difference     = sum d_i / sum n_i
//	standard error = sqrt(m / (m-1) sum (d_i - n_i difference)²) / sum n_i
//
// It is the standard error of a ratio of means. It says what other held-out sentences could change, and not what another seed of the
// training could. The interval is the difference ± the standard error times the 97.5 % quantile of Student's t with m-1 degrees of
// freedom.
//
// Source: Cochran 1977, Sampling Techniques, 3rd ed., chapter 6.
type Losses struct {
	A             float64     `json:"-"`
	B             float64     `json:"-"`
	Difference    float64     `json:"difference"`     // A - B
	StandardError *float64    `json:"standard_error"` // nil: of one sentence there is none
	Interval      *[2]float64 `json:"interval"`       // of the difference, 95 % confidence, by Student's t; nil as StandardError
	Sentences     int         `json:"sentences"`      // that both runs hold out, copies counted; pieces in a run on characters
	HeldOut       [2]int      `json:"heldout"`        // sentences that each of the runs holds out
	Tokens        int         `json:"tokens"`         // predicted, compared
	LeftOut       int         `json:"left_out"`       // tokens that one of the two vocabularies lacks, not compared
	Pieces        bool        `json:"-"`              // whether the sentences are pieces of one long text
}

// HeadMatch pairs a head of A with its partner in B. Of all one-to-one pairings of the heads of a layer, the one with the smallest
// sum of distances is taken, so the partner need not be the head of B that is most similar.
type HeadMatch struct {
	Layer    int     `json:"layer"` // from 0, as the heads
	A        int     `json:"a"`
	B        int     `json:"b"`
	Distance float64 `json:"distance"` // mean absolute difference of their weights over the sentences that were compared
}

// SettingPair is a setting whose value differs between two runs.
type SettingPair struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// Comparable returns an error unless the maps can be subtracted: they must have the same number of tokens and, unless heads are
// matched, the same number of heads.
func (c Comparison) Comparable() error {
	if a, b := len(c.A.Tokens), len(c.B.Tokens); a != b {
		return fmt.Errorf("the sentences have %d and %d tokens: only maps of the same size can be subtracted", a, b)
	}
	if a, b := len(c.A.Attention[0]), len(c.B.Attention[0]); a != b && c.Matches == nil {
		return fmt.Errorf("the maps have %d and %d heads: match them to subtract them", a, b)
	}
	return nil
}

// Aligned returns both maps with the layers that both have and, if heads are matched, only the heads that have a match. The heads
// of B are in the order of their matches in A.
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

// Difference returns the attention of A minus that of B, mean over layers and heads, [query][key]. The maps must be
// [Comparison.Comparable].
func (c Comparison) Difference() [][]float64 {
	a, b := c.Aligned()
	return Difference(a.Mean(All, All), b.Mean(All, All))
}

// likelyNext is the number of most likely next words in a [ComparisonResult].
const likelyNext = 10

// ComparisonResult is a comparison as JSON.
type ComparisonResult struct {
	Comparison
	HeldOutLosses *[2]float64 `json:"heldout_losses"` // of A and B; null where they are not compared
	Difference    [][]float64 `json:"difference"`     // mean attention of A minus that of B, [query][key]; null if the sizes differ
}

// Result returns the comparison as JSON holds it.
func (c Comparison) Result() ComparisonResult {
	r := ComparisonResult{Comparison: c}
	for _, m := range []*Map{&r.A, &r.B} {
		m.Next = m.Next[:min(len(m.Next), likelyNext)]
	}
	if c.Losses != nil {
		r.HeldOutLosses = &[2]float64{c.Losses.A, c.Losses.B}
	}
	if c.Comparable() == nil {
		r.Difference = c.Difference()
	}
	return r
}

// Recurrence counts which links of a sentence occur in trainings that differ in the seed alone.
type Recurrence struct {
	Encoded
	Least float64         `json:"least"` // smallest weight that counts as a link
	Seeds []SeedResult    `json:"seeds"`
	Links []RecurringLink `json:"links"` // those that occur with at least one seed, the most frequent first
}

// SeedResult is the result of the training with one seed.
type SeedResult struct {
	Seed        uint64     `json:"seed"`
	HeldOutLoss *float64   `json:"heldout_loss,omitempty"` // nats per token, on all held-out text; nil if nothing is held out
	Next        Prediction `json:"next"`                   // the most likely
}

// RecurringLink is a link and the number of seeds with which it occurs.
type RecurringLink struct {
	Query  int     `json:"query"`
	Key    int     `json:"key"`
	Seeds  int     `json:"seeds"`  // with which some head has at least the smallest weight there
	Weight float64 `json:"weight"` // of the head with the largest, mean over all seeds
}
