package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/random"
)

// Sampling holds the settings of drawing the next token.
type Sampling struct {
	Temperature float64 // divides the logits; 0 always takes the most likely token
	TopK        int     // draw from the k most likely tokens; 0: from all
	TopP        float64 // draw from the most likely tokens whose probabilities, after top-k, sum to p, 0 < p <= 1
	Seed        uint64
	MaxTokens   int  // maximum number of tokens that are added
	Unknown     bool // may draw <unk>; otherwise its probability is 0, and the others are renormalised
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

// Completion is a prompt with a continuation.
type Completion struct {
	Text  string // the prompt as it was, and what follows as the training text writes it, see [data.Spelling]
	Added []int  // ids that follow, with the boundary token at the end of a sentence
}

// Complete returns the prompt with a continuation; equal seeds and sample numbers give equal texts. A run on words stops at the
// end of the sentence or, unless the prompt is longer than the context, when the context is full. A prompt longer than the context is
// read as by [Run.Encode], and so is a text of characters that grows longer. An empty prompt begins a sentence (words) or a line
// (characters), or what the training text begins sentences with, if it has one line.
func (s *Session) Complete(prompt string, sampling Sampling, sample int) (Completion, error) {
	if err := sampling.Validate(); err != nil {
		return Completion{}, err
	}
	v := s.run.Vocabulary
	tokens, err := v.Tokenize(prompt)
	if err != nil {
		return Completion{}, err
	}
	if err := s.run.checkKnown(tokens); err != nil {
		return Completion{}, err
	}
	ids, _ := v.Encode(tokens)
	boundary, words := v.Boundary()
	var c Completion
	if words {
		ids = append([]int{boundary}, ids...)
	} else if len(ids) == 0 {
		if newline, ok := v.ID("\n"); ok && len(s.run.Spelling.First) == 0 {
			ids = []int{newline}
		} else {
			c.Added = []int{s.first(sampling, sample)}
			ids = c.Added
			sampling.MaxTokens--
		}
	}
	if sampling.MaxTokens > 0 {
		more, err := s.Continue([][]int{ids}, sampling, sample)
		if err != nil {
			return Completion{}, err
		}
		c.Added = append(c.Added, more[0]...)
	}
	var keys []string
	for _, id := range c.Added {
		if !words || id != boundary {
			keys = append(keys, v.Key(id))
		}
	}
	c.Text = s.run.Spelling.Continue(prompt, keys)
	return c, nil
}

// first draws the first token of a text that has no boundary and no line feed: one that the training text begins sentences with, or any
// where it is not known which these are.
func (s *Session) first(sampling Sampling, sample int) int {
	v := s.run.Vocabulary
	counts, total, most := make([]int, v.Len()), 0, 0
	for id := range counts {
		counts[id] = s.run.Spelling.First[v.Key(id)]
		if len(s.run.Spelling.First) == 0 && v.Key(id) != data.UnknownToken {
			counts[id] = 1
		}
		total += counts[id]
		if counts[id] > counts[most] {
			most = id
		}
	}
	if sampling.Temperature == 0 {
		return most
	}
	left := random.New(sampling.Seed, "complete first", uint64(sample)).IntN(total)
	for id, n := range counts {
		if left -= n; left < 0 {
			return id
		}
	}
	return most
}

// never returns the id that is not drawn, -1 if all may be.
func (s *Session) never(sampling Sampling) int {
	if unknown, ok := s.run.Vocabulary.Unknown(); ok && !sampling.Unknown {
		return unknown
	}
	return -1
}

// Continue draws what follows each of several lists of ids, in batches, and returns the added ids. Prompt i is given the sample
// number first+i: equal seeds and sample numbers give equal ids. In a run on words a continuation ends with the boundary token,
// unless MaxTokens ends it before, or the context that a prompt has not exceeded. Of what is longer than the context the model reads
// the last tokens, after the boundary token in a run on words.
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
			full := len(prompts[i]) <= context && len(texts[i]) > context
			return n == sampling.MaxTokens || words && (full || n > 0 && added[i][n-1] == boundary)
		})
		if len(open) == 0 {
			return added, nil
		}
		windows := make([][]int, len(open))
		for k, i := range open {
			if windows[k] = texts[i][max(0, len(texts[i])-context):]; words && len(texts[i]) > context {
				windows[k] = slices.Concat([]int{boundary}, windows[k][1:])
			}
		}
		err := s.Forward(windows, func(k int, out ForwardResult) error {
			i := open[k]
			next := sampling.draw(out.Logits(len(windows[k])-1), s.never(sampling), uniform[i].Float64())
			texts[i], added[i] = append(texts[i], next), append(added[i], next)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
}

// draw returns the token for u, a uniform random number in [0, 1), by the inverse of the cumulative distribution over the tokens
// in the order of their probability. The token never has the probability 0, unless it is -1.
func (s Sampling) draw(logits []float32, never int, u float64) int {
	p := slices.Clone(logits)
	if never >= 0 {
		p[never] = float32(math.Inf(-1))
	}
	most := kernel.Argmax(p)
	if s.Temperature == 0 {
		return most
	}
	top := p[most]
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
	last := order[0] // of those that have a probability
	for _, id := range order {
		if p[id] > 0 {
			last = id
		}
		if u -= float64(p[id]) / kept; u < 0 {
			return id
		}
	}
	return last
}

// drawn returns the token for u from all tokens, by the inverse of the cumulative distribution over the tokens in the order of their
// probability. It orders no more of them than it needs, which are few where the model is sure.
func drawn(p []float32, u float64) int {
	heap := descendingKeys(p) // the most likely token is the root: the children of i are 2i+1 and 2i+2
	for i := len(heap)/2 - 1; i >= 0; i-- {
		sift(heap, i)
	}
	for last := 0; ; {
		id := int(uint32(heap[0]))
		if p[id] == 0 { // as all that follow: u is nearer to 1 than the sum
			return last
		}
		if u -= float64(p[id]); u < 0 || len(heap) == 1 {
			return id
		}
		last = id
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
