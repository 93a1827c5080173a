package attention

// Head is what one head attends to over a corpus, what its output does, and the numbers that show it.
type Head struct {
	Layer  int         `json:"layer"`  // from 0
	Head   int         `json:"head"`   // from 0
	Role   string      `json:"role"`   // of the score that the head is named for, or [RoleBroad] or [RoleMixed]
	Named  int         `json:"named"`  // index in Scores of that score, -1 if there is none
	Scores []RoleScore `json:"scores"` // of every role that the corpus has cases of

	ByOffset          []float64 `json:"by_offset"`          // mean weight of the key that is 0, 1, 2, ... tokens before the query
	NormalizedEntropy float64   `json:"normalized_entropy"` // mean of entropy / ln(keys) over rows: 0 one key, 1 uniform
	WeightedEntropy   *float64  `json:"weighted_entropy"`   // the same over the tokens that count, weighted by cost; nil as Weighted

	Effect         *float64 `json:"effect"`          // rise of the loss by mean ablation of the head, nats per token
	EffectError    *float64 `json:"effect_error"`    // its standard error over sentences; nil for one sentence
	Resample       *float64 `json:"resample"`        // rise of the loss by resample ablation of the head, nats per token
	ResampleError  *float64 `json:"resample_error"`  // its standard error over sentences; nil for one sentence
	Tokens         int      `json:"tokens"`          // queries in the scores
	AblatedTokens  int      `json:"ablated_tokens"`  // predictions in the effects
	CostlyTokens   int      `json:"costly_tokens"`   // queries at which ablating the head costs [CostlyFrom] or more
	MeasuredTokens int      `json:"measured_tokens"` // queries of which that cost was measured

	Copying  *Copying      `json:"copying"`
	Examples []HeadExample `json:"examples"` // sentences of the role in which the weight and the cost are largest
}

// CostlyFrom is the smallest cost in nats, of ablating a head at a token, with which the token counts in weighted scores.
const CostlyFrom = 0.3

// RoleScore is the attention of a head to the keys of a role, such as the previous token.
type RoleScore struct {
	Role     string   `json:"role"`
	Rule     bool     `json:"rule"`     // the role is the cause words of the rule of that name
	Offset   *int     `json:"offset"`   // of [RoleOffset]: the key is so many tokens before the query
	Position *int     `json:"position"` // of [RolePosition], from 0
	Words    []string `json:"words"`    // of [RoleWords]: the tokens
	WordIDs  []int    `json:"word_ids"` // their ids

	Score   float64  `json:"score"`   // sum of the weights of the keys, mean over the queries that have such a key
	Uniform float64  `json:"uniform"` // the score that uniform attention would have
	Random  *float64 `json:"random"`  // the score on the same sentences of random tokens; nil if they have no such query
	Cases   int      `json:"cases"`   // queries that have such a key

	// Share is the part of all attention that is on keys of the role: the mean over all queries, 0 for those without such a key.
	Share float64 `json:"share"`

	// Weighted is the mean over the queries at which ablating the head costs CostlyFrom or more, weighted by that cost, 0 for
	// those that are no case of the role; WeightedUniform and WeightedRandom are the same of uniform attention and of random tokens. They
	// are nil if ablating the head costs nothing that can be distinguished from noise.
	Weighted        *float64 `json:"weighted"`
	WeightedUniform *float64 `json:"weighted_uniform"`
	WeightedRandom  *float64 `json:"weighted_random"`
}

// Copying is what the OV circuit of a head does to the logit of the token attended to, over the most frequent tokens.
type Copying struct {
	Share  float64 `json:"share"`  // of the tokens whose own logit is raised above the mean of all logits
	Mean   float64 `json:"mean"`   // own logit - mean of all logits, in standard deviations of the logits, mean over the tokens
	Tokens int     `json:"tokens"` // how many
}

// HeadExample is a query of a sentence and the key that it attends to most.
type HeadExample struct {
	Text    string   `json:"text"` // up to the query, as the training text writes it
	IDs     []int    `json:"ids"`  // [seq] of its tokens, that of the query last
	Query   string   `json:"query"`
	QueryID int      `json:"query_id"`
	Key     string   `json:"key"` // the key with the largest weight
	KeyID   int      `json:"key_id"`
	Weight  float64  `json:"weight"`
	Cost    *float64 `json:"cost"` // nats, of ablating the head at the query; nil if it was not measured
}

// The roles of heads. The rules of a grammar are roles too, each under its own name. Names are those of the field; see Elhage et
// al. 2021, Olsson et al. 2022 (induction) and Wang et al. 2022 (duplicate tokens).
const (
	RolePrevious  = "previous token"
	RoleCurrent   = "current token"
	RoleOffset    = "fixed offset"    // the key that is exactly Offset tokens before the query, 2 or more
	RoleDuplicate = "duplicate token" // an earlier occurrence of the query's token
	RoleInduction = "induction"       // the token after an earlier occurrence of the query's token
	RoleFirst     = "first token"     // that was typed
	RoleBoundary  = "boundary"        // <s>, the usual attention sink
	RolePosition  = "position"        // the key at the same position in every sentence
	RoleWords     = "words"           // a small set of tokens of the vocabulary
	RoleBroad     = "broad"           // attention spreads over many keys
	RoleMixed     = "mixed"           // none of these
)

// Positional reports whether a role is a position, relative to the query or in the sentence, whichever tokens there are.
func (s RoleScore) Positional() bool {
	switch s.Role {
	case RolePrevious, RoleCurrent, RoleOffset, RoleFirst, RoleBoundary, RolePosition:
		return !s.Rule
	}
	return false
}

// Lift returns how far a score lies above uniform attention: (score - uniform) / (1 - uniform), 1 for all of the attention and 0
// for uniform attention.
func (s RoleScore) Lift() float64 { return lift(s.Score, s.Uniform) }

// WeightedLift is the lift of the weighted score, 0 if there is none.
func (s RoleScore) WeightedLift() float64 {
	if s.Weighted == nil {
		return 0
	}
	return lift(*s.Weighted, *s.WeightedUniform)
}

func lift(score, uniform float64) float64 {
	if uniform >= 1 {
		return 0
	}
	return (score - uniform) / (1 - uniform)
}

// Evidence returns the lift that a head is named by: that of the weighted score if there is one, otherwise that of the score.
func (s RoleScore) Evidence() float64 {
	if s.Weighted != nil {
		return s.WeightedLift()
	}
	return s.Lift()
}

// leastLift is the smallest lift that names a head.
const leastLift = 0.3

// StandsOut reports whether the evidence is large enough to name a head.
func (s RoleScore) StandsOut() bool { return s.Evidence() >= leastLift }
