package run

import (
	"fmt"
	"math"
	"slices"

	"attend/internal/kernel"
	"attend/internal/random"
)

// Sampling says how the next token is drawn.
type Sampling struct {
	Temperature float64 // divides the logits; 0 takes the likeliest token always
	TopK        int     // draw among the k likeliest only; 0: among all
	TopP        float64 // draw among the likeliest that together reach p of what top-k has left, 0 < p <= 1
	Seed        uint64
	Tokens      int // the most to add
}

// Validate reports the first setting that is out of range.
func (s Sampling) Validate() error {
	switch {
	case !(s.Temperature >= 0) || math.IsInf(s.Temperature, 0):
		return fmt.Errorf("the temperature must be at least 0, not %g", s.Temperature)
	case s.TopK < 0:
		return fmt.Errorf("top-k must be at least 0 (0: all), not %d", s.TopK)
	case !(s.TopP > 0 && s.TopP <= 1):
		return fmt.Errorf("top-p must be above 0 and at most 1, not %g", s.TopP)
	case s.Tokens < 1:
		return fmt.Errorf("the number of tokens must be at least 1, not %d", s.Tokens)
	}
	return nil
}

// Complete continues a prompt: sample number `sample` of the seed. A run on words stops at a
// sentence end or a full context; a run on characters looks back over its context only. An empty
// prompt begins a sentence (words) or a line (characters).
func (s *Session) Complete(prompt string, how Sampling, sample int) (string, error) {
	if err := how.Validate(); err != nil {
		return "", err
	}
	v := s.run.Vocabulary
	tokens, err := v.Tokenize(prompt)
	if err != nil {
		return "", err
	}
	if err := s.run.checkKnown(tokens); err != nil {
		return "", err
	}
	ids, _ := v.Encode(tokens)
	context := s.run.Config.Context
	boundary, words := v.Boundary()
	if words {
		ids = append([]int{boundary}, ids...)
		if len(ids) > context {
			return "", fmt.Errorf("the prompt has %d %ss and this run sees at most %d: shorten it",
				len(ids)-1, v.Tokenizer().Noun(), context-1)
		}
	} else if len(ids) == 0 {
		newline, err := v.Tokenize("\n")
		unknown := 0
		if ids, unknown = v.Encode(newline); err != nil || unknown > 0 {
			return "", fmt.Errorf("the prompt is empty: give at least one %s", v.Tokenizer().Noun())
		}
	}
	var added []string
	dice := random.New(how.Seed, "complete", uint64(sample))
	for len(added) < how.Tokens && (!words || len(ids) <= context) {
		window := ids[max(0, len(ids)-context):]
		var next int
		err := s.Forward([][]int{window}, func(_ int, reading Reading) error {
			next = how.draw(reading.Logits(len(window)-1), dice.Float64())
			return nil
		})
		if err != nil {
			return "", err
		}
		if words && next == boundary {
			break
		}
		ids, added = append(ids, next), append(added, v.Key(next))
	}
	return v.Tokenizer().Continue(prompt, added), nil
}

// draw returns a token for a dice in [0, 1): tokens in the order of their probability
// share the interval.
func (s Sampling) draw(logits []float32, dice float64) int {
	if s.Temperature == 0 {
		return kernel.Argmax(logits)
	}
	p := slices.Clone(logits)
	top := p[kernel.Argmax(p)]
	for i := range p {
		p[i] = float32(float64(p[i]-top) / s.Temperature)
	}
	kernel.Softmax(p)
	order := descending(p)
	among := 1.0 // as in transformers, top-p counts among what top-k has left
	if s.TopK > 0 {
		order, among = order[:min(s.TopK, len(order))], 0
		for _, id := range order {
			among += float64(p[id])
		}
	}
	var kept float64
	for i, id := range order {
		kept += float64(p[id])
		if kept >= s.TopP*among {
			order = order[:i+1]
			break
		}
	}
	for _, id := range order {
		if dice -= float64(p[id]) / kept; dice < 0 {
			return id
		}
	}
	return order[len(order)-1]
}
