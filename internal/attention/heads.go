package attention

// Head is what one head attends to over a corpus, and the numbers that show it.
type Head struct {
	Layer             int           `json:"layer"`              // from 0
	Head              int           `json:"head"`               // from 0
	Role              string        `json:"role"`               // the role with the score that stands out, or "diffuse" or "mixed"
	Scores            []RoleScore   `json:"scores"`             // of every role that the corpus has cases of
	NormalizedEntropy float64       `json:"normalized_entropy"` // mean of entropy / ln(keys) over rows: 0 one key, 1 uniform
	Effect            *float64      `json:"effect"`             // rise of the loss by mean ablation of the head, nats per token
	Examples          []HeadExample `json:"examples"`           // the words with the largest score of the role
}

// RoleScore is the attention weight of a head on the keys of a role, such as the previous word, in 0 to 1: the mean over the
// queries that have such a key.
type RoleScore struct {
	Role    string  `json:"role"`
	Score   float64 `json:"score"`
	Uniform float64 `json:"uniform"` // the score that uniform attention would have
	Cases   int     `json:"cases"`
}

// HeadExample is a query of a sentence and the key that it attends to most.
type HeadExample struct {
	Text   string  `json:"text"`
	Query  string  `json:"query"`
	Key    string  `json:"key"` // the key with the largest weight
	Weight float64 `json:"weight"`
}

// The roles of heads. The rules of a grammar are roles too, each under its own name.
const (
	RolePrevious = "previous word"
	RoleItself   = "itself"
	RoleFirst    = "first word"
	RoleSame     = "same word"
	RoleBoundary = "boundary"
	RoleDiffuse  = "diffuse"
	RoleMixed    = "mixed"
)

// Lift returns how far a score lies above uniform attention: (score - uniform) / (1 - uniform), 1 for all of the attention and 0
// for uniform attention.
func (s RoleScore) Lift() float64 {
	if s.Uniform >= 1 {
		return 0
	}
	return (s.Score - s.Uniform) / (1 - s.Uniform)
}

// StandsOut reports whether the lift is large enough to name a head.
func (s RoleScore) StandsOut() bool { return s.Lift() >= 0.3 }
