package render

// Frame is the attention of a training's probe sentences at one step: a line of a run's film.jsonl.
type Frame struct {
	Step        int        `json:"step"`
	HeldOutLoss float64    `json:"heldout_loss"`
	Sentences   []Sentence `json:"sentences"`
}
