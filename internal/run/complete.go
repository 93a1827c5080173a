package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"attend/internal/kernel"
	"attend/internal/random"
)

// Sampling holds the settings of drawing the next token.
type Sampling struct {
	Temperature float64 // divides the logits; 0 always takes the most likely token
	TopK        int     // draw from the k most likely tokens; 0: from all
	TopP        float64 // draw from the most likely tokens whose probabilities, after top-k, sum to p, 0 < p <= 1
	Seed        uint64
	MaxTokens   int // maximum number of tokens that are added
}

// Validate returns an error for the first setting that is out of range.
func (s Sampling) Validate() error {
	switch {
	case !(s.Temperature >= 0) || math.IsInf(s.Temperature, 0):
		return fmt.Errorf("the temperature must be at least 0, not %g", s.Temperature)
	case s.TopK < 0:
		return fmt.Errorf("top-k must be at least 0 (0: all), not %d", s.TopK)
	case !(s.TopP > 0 && s.TopP <= 1):
		return fmt.Errorf("top-p must be above 0 and at most 1, not %g", s.TopP)
	case s.MaxTokens < 1:
		return fmt.Errorf("the number of tokens must be at least 1, not %d", s.MaxTokens)
	}
	return nil
}

// Complete returns the prompt with a continuation; equal seeds and sample numbers give equal texts. A run on words stops at the
// end of the sentence or when the context is full. A run on characters reads the last tokens, at most its context. An empty
// prompt begins a sentence (words) or a line (characters).
func (s *Session) Complete(prompt string, sampling Sampling, sample int) (string, error) {
	if err := sampling.Validate(); err != nil {
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
			return "", fmt.Errorf("the prompt has %d %ss and this run takes at most %d: shorten it",
				len(ids)-1, v.Tokenizer().Noun(), context-1)
		}
	} else if len(ids) == 0 {
		newline, err := v.Tokenize("\n")
		unknown := 0
		if ids, unknown = v.Encode(newline); err != nil || unknown > 0 {
			return "", fmt.Errorf("the prompt is empty: give at least one %s", v.Tokenizer().Noun())
		}
	}
	more, err := s.Continue([][]int{ids}, sampling, sample)
	if err != nil {
		return "", err
	}
	var added []string
	for _, id := range more[0] {
		if !words || id != boundary {
			added = append(added, v.Key(id))
		}
	}
	return v.Tokenizer().Continue(prompt, added), nil
}

// Continue draws what follows each of several lists of ids, in batches, and returns the added ids. Prompt i is given the sample
// number first+i: equal seeds and sample numbers give equal ids. In a run on words a continuation ends with the boundary token,
// unless MaxTokens or the context ends it before. In a run on characters the model reads the last tokens, at most its context.
func (s *Session) Continue(prompts [][]int, sampling Sampling, first int) ([][]int, error) {
	if err := sampling.Validate(); err != nil {
		return nil, err
	}
	context := s.run.Config.Context
	boundary, words := s.run.Vocabulary.Boundary()
	texts, added, uniform := make([][]int, len(prompts)), make([][]int, len(prompts)), make([]*rand.Rand, len(prompts))
	var open []int // indices of the prompts that have not ended
	for i, prompt := range prompts {
		texts[i], uniform[i] = slices.Clone(prompt), random.New(sampling.Seed, "complete", uint64(first+i))
		open = append(open, i)
	}
	for {
		open = slices.DeleteFunc(open, func(i int) bool {
			n := len(added[i])
			return n == sampling.MaxTokens || words && (len(texts[i]) > context || n > 0 && added[i][n-1] == boundary)
		})
		if len(open) == 0 {
			return added, nil
		}
		windows := make([][]int, len(open))
		for k, i := range open {
			windows[k] = texts[i][max(0, len(texts[i])-context):]
		}
		err := s.Forward(windows, func(k int, out ForwardResult) error {
			i := open[k]
			next := sampling.draw(out.Logits(len(windows[k])-1), uniform[i].Float64())
			texts[i], added[i] = append(texts[i], next), append(added[i], next)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
}

// draw returns the token for u, a uniform random number in [0, 1), by the inverse of the cumulative distribution over the tokens
// in the order of their probability.
func (s Sampling) draw(logits []float32, u float64) int {
	if s.Temperature == 0 {
		return kernel.Argmax(logits)
	}
	p := slices.Clone(logits)
	top := p[kernel.Argmax(p)]
	for i := range p {
		p[i] = float32(float64(p[i]-top) / s.Temperature)
	}
	kernel.Softmax(p)
	if s.TopK == 0 && s.TopP == 1 {
		return drawn(p, u)
	}
	order := descending(p)
	total := 1.0 // as in transformers, top-p is a fraction of the tokens after top-k
	if s.TopK > 0 {
		order, total = order[:min(s.TopK, len(order))], 0
		for _, id := range order {
			total += float64(p[id])
		}
	}
	var kept float64
	for i, id := range order {
		kept += float64(p[id])
		if kept >= s.TopP*total {
			order = order[:i+1]
			break
		}
	}
	for _, id := range order {
		if u -= float64(p[id]) / kept; u < 0 {
			return id
		}
	}
	return order[len(order)-1]
}

// drawn returns the token for u from all tokens, by the inverse of the cumulative distribution over the tokens in the order of their
// probability. It orders no more of them than it needs, which are few where the model is sure.
func drawn(p []float32, u float64) int {
	heap := descendingKeys(p) // the most likely token is the root: the children of i are 2i+1 and 2i+2
	for i := len(heap)/2 - 1; i >= 0; i-- {
		sift(heap, i)
	}
	for {
		id := int(uint32(heap[0]))
		if u -= float64(p[id]); u < 0 || len(heap) == 1 {
			return id
		}
		heap[0] = heap[len(heap)-1]
		heap = heap[:len(heap)-1]
		sift(heap, 0)
	}
}

// sift moves an element of a heap down until none of its children is smaller.
func sift(heap []uint64, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1] < heap[child] {
			child++
		}
		if heap[i] <= heap[child] {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
