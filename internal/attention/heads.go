package attention

// Head is what one head does over a corpus, with the evidence for it.
type Head struct {
	Layer    int           `json:"layer"`    // from 0
	Head     int           `json:"head"`     // from 0
	Role     string        `json:"role"`     // the name of the score that stands out, or "diffuse" or "mixed"
	Scores   []RoleScore   `json:"scores"`   // of every role that the corpus has cases of
	Entropy  float64       `json:"entropy"`  // of a row, over that of uniform attention: 0 one word, 1 all equally
	Effect   *float64      `json:"effect"`   // nats a token that the loss rises by mean ablation of the head
	Examples []HeadExample `json:"examples"` // of the role, those where it shows most
}

// RoleScore is how much of its attention a head pays to what a role attends to, in 0 to 1: the mean over the
// words that have such a thing to attend to.
type RoleScore struct {
	Role    string  `json:"role"`
	Score   float64 `json:"score"`
	Uniform float64 `json:"uniform"` // the same for uniform attention
	Cases   int     `json:"cases"`
}

// HeadExample is one word of a sentence and what it attends to.
type HeadExample struct {
	Text   string  `json:"text"`
	Query  string  `json:"query"`
	Key    string  `json:"key"` // the key with the largest weight
	Weight float64 `json:"weight"`
}

// The roles that a head may have besides the planted rules of a grammar, which go by their names.
const (
	RolePrevious = "previous word"
	RoleItself   = "itself"
	RoleFirst    = "first word"
	RoleSame     = "same word"
	RoleBoundary = "boundary"
	RoleDiffuse  = "diffuse"
	RoleMixed    = "mixed"
)

// Lift is how far a score lies above uniform attention, as a share of what there is to gain.
func (s RoleScore) Lift() float64 {
	if s.Uniform >= 1 {
		return 0
	}
	return (s.Score - s.Uniform) / (1 - s.Uniform)
}

// StandsOut reports whether the lift is large enough to name a head.
func (s RoleScore) StandsOut() bool { return s.Lift() >= 0.3 }
