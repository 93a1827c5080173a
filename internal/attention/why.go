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
// It is positive if what the intervention removes makes the target more likely, and negative if it makes it less likely. With
// another word to compare with (Against), there is a second effect of each, the fall of the difference of their logits:
//
//	effect = (logit(target) - logit(against)) - (the same | intervention)
type Why struct {
	Encoded                    // up to the token whose next one is predicted
	Unit        string         `json:"unit"`         // what a token is: "word" or "character"
	ContextText string         `json:"context_text"` // the tokens as one text
	Target      string         `json:"target"`       // the word whose probability is explained
	TargetID    int            `json:"target_id"`
	Probability float64        `json:"probability"` // of the target, without an intervention
	Against     *Against       `json:"against"`     // the word that it is compared with; nil unless asked for or saturated
	Rule        string         `json:"rule"`        // the known rule that decides the word, whose cause words are marked; "": none
	Words       []WordEffect   `json:"words"`       // of all tokens, in their order
	NoiseFloor  NoiseFloor     `json:"noise_floor"`
	WithEffect  []int          `json:"with_effect"`   // see [Why.Affecting]
	SomeOthers  []int          `json:"some_others"`   // see [Why.Sensitive]
	RemovalOnly []int          `json:"removal_only"`  // see [Why.RemovedOnly]
	Heads       []HeadAblation `json:"heads"`         // empty if the text for the means is not available
	Correlation *Correlation   `json:"correlation"`   // of attention and effect; nil if it is not defined
	Redundancy  *Redundancy    `json:"redundancy"`    // of the word with the most attention, if removing that has no effect; else nil
	Direct      *DirectLogits  `json:"direct_logits"` // of the target against the other word, or the mean over the vocabulary
}

// Against is a word that the target is compared with.
type Against struct {
	Word            string  `json:"word"`
	ID              int     `json:"id"`
	Probability     float64 `json:"probability"`      // without an intervention
	LogitDifference float64 `json:"logit_difference"` // logit(target) - logit(against), without an intervention
	Automatic       bool    `json:"automatic"`        // it was not asked for, see [Why.Saturated]
}

// NoiseFloor is the size of effect that is not distinguished from none. Random words of random predictions of held-out text are
// ablated as those of the sentence are. The floor is 10 times the median size of these effects, at least [LeastEffect] and at most
// [MostFloor]:
//
//	floor = 10 median |effect|
//
// The median does not count the few words that matter there. The sizes of the other effects fall off about exponentially; of an
// exponential distribution one in 1,024 is above 10 medians. Without the text of the run the floor is LeastEffect.
type NoiseFloor struct {
	Removed            float64 `json:"removed"`             // for removed attention
	Replaced           float64 `json:"replaced"`            // for replaced words
	DifferenceRemoved  float64 `json:"difference_removed"`  // for the effects on a difference of two logits
	DifferenceReplaced float64 `json:"difference_replaced"` // likewise
	Predictions        int     `json:"predictions"`         // that it was measured on; 0: none
}

// MostFloor is the largest noise floor: an effect that halves a probability is one, whatever random words do.
const MostFloor = math.Ln2

// LeastFloor is the noise floor without the text of a run.
func LeastFloor() NoiseFloor {
	return NoiseFloor{LeastEffect, LeastEffect, LeastEffect, LeastEffect, 0}
}

// Correlation is Spearman's rank correlation of attention and the size of the effect over the words. Effects that are not above the
// noise floor count as 0.
type Correlation struct {
	Rho float64 `json:"rho"` // -1 to 1
	P   float64 `json:"p"`   // p-value: probability of a rho at least as far from 0 if there were no association
}

// WordEffect is a word that the predicting token can attend to, with its attention weights and its effects on the prediction.
type WordEffect struct {
	Position  int         `json:"position"` // index in Tokens, from 0
	Word      string      `json:"word"`
	Attention float64     `json:"attention"` // of the predicting token, mean over layers and heads
	ByHead    [][]float64 `json:"by_head"`   // [layer][head]
	Norm      float64     `json:"norm"`      // of what the attention to it adds at the predicting token, see [Map.Norms]
	Cause     bool        `json:"cause"`     // it is a cause word of a known rule
	Unknown   bool        `json:"unknown"`   // it is not in the vocabulary of the run: the model reads <unk>

	// The effects of removing the attention to it, in all layers and heads, and in one layer alone; nil and empty for the only token.
	AttentionRemoved        *float64  `json:"attention_removed"`
	AttentionRemovedByLayer []float64 `json:"attention_removed_by_layer"`

	Replaced  *float64 `json:"replaced"`           // effect of replacing it, mean over the replacements; nil without any
	Deviation *float64 `json:"replaced_deviation"` // standard deviation over the replacements; nil for fewer than two
	// NineInTen is the effect that nine in ten of the replacements have at least, see [NineInTen]; nil without any. By it a word is
	// judged: the mean is large, too, if a few of the replacements would decide the prediction themselves.
	NineInTen    *float64      `json:"replaced_nine_in_ten"`
	OtherNumber  bool          `json:"other_number"` // the replacements are of the other number, which have the larger effect
	Kind         string        `json:"kind"`         // of the substitutes in the grammar, such as "animal"; else ""
	Seen         string        `json:"seen"`         // the training text has the replacements "between", "after" or "before" the same tokens; else ""
	Replacements []Replacement `json:"replacements"`

	// The effects on the difference of the logits of the target and of [Why.Against]; nil without that.
	DifferenceRemoved  *float64 `json:"difference_removed"`
	DifferenceReplaced *float64 `json:"difference_replaced"` // mean over the replacements
	DifferenceNine     *float64 `json:"difference_nine_in_ten"`
}

// NineInTen returns the effect that at least nine in ten of some effects have, in the direction of their mean; 0 if these do not
// have one direction. A tenth of the number, rounded to the nearest, is left out: one of 5 to 14.
func NineInTen(effects []float64) float64 {
	sum := 0.0
	for _, e := range effects {
		sum += e
	}
	sign := math.Copysign(1, sum)
	sorted := make([]float64, len(effects))
	for i, e := range effects {
		sorted[i] = sign * e
	}
	slices.Sort(sorted)
	return sign * max(0, sorted[int(math.Round(float64(len(sorted))/10))])
}

// Replacement is a word that replaces another, and the effect of the replacement.
type Replacement struct {
	Word       string   `json:"word"`
	ID         int      `json:"id"`
	Effect     float64  `json:"effect"`
	Difference *float64 `json:"difference"` // effect on the difference of the logits of the target and of [Why.Against]; nil without that
}

// HeadEffect is the effect of the zero ablation of one head, see [Map.Important].
type HeadEffect struct {
	Layer  int     `json:"layer"` // from 0
	Head   int     `json:"head"`  // from 0
	Effect float64 `json:"effect"`
}

// HeadAblation is the effect of ablating one head, in two ways: its output at every token is replaced by its mean over held-out
// text, or by its outputs at random tokens of held-out text.
type HeadAblation struct {
	Layer     int      `json:"layer"` // from 0
	Head      int      `json:"head"`  // from 0
	Mean      float64  `json:"mean_ablation"`
	Resample  float64  `json:"resample_ablation"`  // mean over the draws
	Deviation *float64 `json:"resample_deviation"` // standard deviation over the draws; nil for fewer than two
}

// Redundancy says why removing the attention to the word with the most has no effect above the noise floor. Its effects are those
// by which words are judged: on the log-probability or, with a word to compare with, on the logit difference.
type Redundancy struct {
	Position int    `json:"position"`
	Word     string `json:"word"`
	// Reasons are those of the constants below that were found; empty: no test found one.
	Reasons    []string      `json:"reasons"`
	Pairs      []PairRemoved `json:"pairs"`       // of the words with the most attention, at most six
	AllQueries *float64      `json:"all_queries"` // effect of removing the attention of all later tokens to it; nil in one layer, or if it is the last
	RunnerUp   string        `json:"runner_up"`   // the most likely word other than the target
	RunnerUpID int           `json:"runner_up_id"`
	Margin     float64       `json:"margin"`     // logit(target) - logit(runner-up), without an intervention
	Difference float64       `json:"difference"` // effect of removing the attention to the word on the margin
}

// PairRemoved is the effect of removing the attention to two words together.
type PairRemoved struct {
	Positions [2]int  `json:"positions"`
	Effect    float64 `json:"effect"`
}

// Why removing the attention to a word has no effect.
const (
	Sink        = "sink"         // it is the boundary token
	PairNeeded  = "pair"         // removing it together with another word has an effect that neither has alone
	OtherTokens = "other tokens" // tokens after it have its content too
	Certain     = "certain"      // it lowers the logit difference to the runner-up, which leaves the prediction as certain
	SameAnswer  = "same answer"  // replacing it has an effect, so the prediction uses it, but is the same without it
	Itself      = "itself"       // it is the predicting token, whose own vector is in the residual stream without attention
	Several     = "several"      // only some other words in its place change the prediction, see [Why.Sensitive]
	NoOther     = "no other"     // the training text has no other word in its place, so that it carries no information
	NotUsed     = "not used"     // neither removing nor replacing it has an effect
)

// MostReplaced is the number of tokens of a sentence of which all words are replaced; of a longer one only some are.
const MostReplaced = 128

// Replaceable reports whether any word was replaced. Then the words are judged by the effects of replacing them; else by those of
// removing the attention to them.
func (y Why) Replaceable() bool {
	return slices.ContainsFunc(y.Words, func(w WordEffect) bool { return w.Replaced != nil })
}

// Removed returns the effect of removing the attention to a word, and whether it is above the noise floor. With a word to compare
// with it is the effect on the logit difference. It is 0 if it was not measured.
func (y Why) Removed(w WordEffect) (effect float64, above bool) {
	if y.Against != nil {
		return aboveFloor(w.DifferenceRemoved, y.NoiseFloor.DifferenceRemoved)
	}
	return aboveFloor(w.AttentionRemoved, y.NoiseFloor.Removed)
}

// Replaced is [Why.Removed] of the effect that nine in ten replacements of a word have at least.
func (y Why) Replaced(w WordEffect) (effect float64, above bool) {
	if y.Against != nil {
		return aboveFloor(w.DifferenceNine, y.NoiseFloor.DifferenceReplaced)
	}
	return aboveFloor(w.NineInTen, y.NoiseFloor.Replaced)
}

// ReplacedMean is [Why.Removed] of the mean effect of the replacements of a word.
func (y Why) ReplacedMean(w WordEffect) (effect float64, above bool) {
	if y.Against != nil {
		return aboveFloor(w.DifferenceReplaced, y.NoiseFloor.DifferenceReplaced)
	}
	return aboveFloor(w.Replaced, y.NoiseFloor.Replaced)
}

// ReplacedBy is [Why.Removed] of the effect of one replacement.
func (y Why) ReplacedBy(r Replacement) (effect float64, above bool) {
	if y.Against != nil {
		return aboveFloor(r.Difference, y.NoiseFloor.DifferenceReplaced)
	}
	return aboveFloor(&r.Effect, y.NoiseFloor.Replaced)
}

func aboveFloor(effect *float64, floor float64) (float64, bool) {
	if effect == nil {
		return 0, false
	}
	return *effect, math.Abs(*effect) > floor
}

// Effect returns the effect by which a word is judged, and whether it is above the noise floor: that of replacing it or, if no word
// was replaced, that of removing the attention to it.
func (y Why) Effect(w WordEffect) (effect float64, above bool) { return y.judge()(w) }

// judge returns [Why.Effect], for a call for each word.
func (y Why) judge() func(w WordEffect) (effect float64, above bool) {
	if y.Replaceable() {
		return y.Replaced
	}
	return y.Removed
}

// CertainFrom is the probability from which a prediction is certain.
const CertainFrom = 0.9

// Saturated reports whether a probability near 1 hides the effects of words: no word but the last has one above the noise floor, and yet
// some other words would change the prediction. Then words are judged by their effects on the logit difference to the runner-up.
func (y Why) Saturated() bool {
	last, judge := len(y.Words)-1, y.judge()
	mean := func(w WordEffect) bool {
		_, above := judge(w)
		_, mean := y.ReplacedMean(w)
		return mean && !above
	}
	return y.Probability >= CertainFrom && slices.ContainsFunc(y.Words, mean) &&
		!slices.ContainsFunc(y.Affecting(), func(position int) bool { return position != last })
}

// Measured returns how many words have the effect by which words are judged.
func (y Why) Measured() (n int) {
	for _, w := range y.Words {
		if w.Replaced != nil || !y.Replaceable() {
			n++
		}
	}
	return n
}

// Ranked returns the words with an effect above the noise floor, the largest first and the predicting token, the last of the
// sentence, after the others; and then the words without one, which are ties, in their order in the sentence.
func (y Why) Ranked() []WordEffect {
	words, judge := slices.Clone(y.Words), y.judge()
	group := func(w WordEffect) int {
		switch _, above := judge(w); {
		case !above:
			return 2
		case w.Position == len(y.Words)-1:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(words, func(a, b WordEffect) int {
		if order := cmp.Compare(group(a), group(b)); order != 0 || group(a) == 2 {
			return order
		}
		x, _ := judge(a)
		z, _ := judge(b)
		return cmp.Compare(z, x)
	})
	return words
}

// Affecting returns the positions of the words with an effect above the noise floor, in the order of [Why.Ranked].
func (y Why) Affecting() []int {
	judge := y.judge()
	return y.positions(y.Ranked(), func(w WordEffect) bool { _, above := judge(w); return above })
}

// Sensitive returns the positions of the other words of which some replacements change the prediction, but not nine in ten in the
// same direction: their mean effect is above the noise floor, or the effect of one above [Why.SingleFloor]. Such a word may be one
// of many that leave the prediction as it is.
func (y Why) Sensitive() []int {
	judge := y.judge()
	return y.positions(y.Words, func(w WordEffect) bool {
		_, above := judge(w)
		_, mean := y.ReplacedMean(w)
		return !above && (mean || slices.ContainsFunc(w.Replacements, func(r Replacement) bool {
			effect, _ := y.ReplacedBy(r)
			return math.Abs(effect) > y.SingleFloor()
		}))
	})
}

// SingleFloor is the noise floor of a single replacement, twice that of a word: a sentence has about a hundred of them, and one in
// 1,024 effects of random words is above the floor, one in a million above twice the floor.
func (y Why) SingleFloor() float64 {
	if y.Against != nil {
		return 2 * y.NoiseFloor.DifferenceReplaced
	}
	return 2 * y.NoiseFloor.Replaced
}

// RemovedOnly returns the positions of the other tokens whose removed attention has an effect above the noise floor.
func (y Why) RemovedOnly() []int {
	judge := y.judge()
	return y.positions(y.Words, func(w WordEffect) bool {
		_, above := judge(w)
		_, removed := y.Removed(w)
		return removed && !above
	})
}

// positions returns the positions of some words.
func (y Why) positions(words []WordEffect, some func(w WordEffect) bool) []int {
	positions := []int{}
	for _, w := range words {
		if some(w) {
			positions = append(positions, w.Position)
		}
	}
	return positions
}

// Needed reports whether removing the attention to two words together has an effect that neither has alone: it is above the noise
// floor by more than twice the sum of the effects of removing each.
func (y Why) Needed(p PairRemoved) bool {
	alone := 0.0
	for _, i := range p.Positions {
		effect, _ := y.Removed(y.Words[i])
		alone += max(0, effect)
	}
	return p.Effect > 2*alone+y.RemovalFloor()
}

// RemovalFloor returns the noise floor of [Why.Removed].
func (y Why) RemovalFloor() float64 {
	if y.Against != nil {
		return y.NoiseFloor.DifferenceRemoved
	}
	return y.NoiseFloor.Removed
}

// Unexplained returns the position of a word whose attention needs an explanation, because removing it has no effect above the
// noise floor: the word with the most attention or, if removing that has an effect, the most attended of the words that matter
// when they are replaced, without the predicting token. It returns -1 if there is none, or if the most attention is less than 1.5
// times uniform attention.
func (y Why) Unexplained() int {
	order := y.ByAttention()
	for n, i := range order {
		w := y.Words[i]
		_, removed := y.Removed(w)
		_, replaced := y.Replaced(w)
		much := w.Attention >= manyTimes/float64(len(y.Words))
		if w.AttentionRemoved != nil && !removed && (n == 0 && much || replaced && i < len(y.Words)-1) {
			return i
		}
	}
	return -1
}

// manyTimes is how many times uniform attention a weight must be to need an explanation.
const manyTimes = 1.5

// ByAttention returns the positions of the words in the order of their attention, the most first.
func (y Why) ByAttention() []int {
	order := make([]int, len(y.Words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(y.Words[j].Attention, y.Words[i].Attention) })
	return order
}

// Explanation is the arithmetic of one attention weight. Every number is the one that the operation computed.
type Explanation struct {
	Encoded
	Readings    []string  `json:"readings,omitempty"` // how a query or a key was read whose name could mean two tokens
	Layer       int       `json:"layer"`              // from 0, as all positions
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
