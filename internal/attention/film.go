package attention

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Frame is the attention of a training's probe sentences at one step: a line of a run's film.jsonl.
type Frame struct {
	Step        int     `json:"step"`
	HeldOutLoss float64 `json:"heldout_loss"`
	Sentences   []Map   `json:"sentences"`
}

// Formed is a link of a film, and when it formed. Sentence, layer, head, query and key count from 0.
type Formed struct {
	Sentence int     `json:"sentence"`
	Layer    int     `json:"layer"`
	Head     int     `json:"head"`
	Query    int     `json:"query"`
	Key      int     `json:"key"`
	Step     int     `json:"step"`  // of the first frame from which on the weight stays at half of Final or more
	Final    float64 `json:"final"` // the weight in the last frame
}

// Formation returns when each link of a training formed: for every key with a weight of at least
// `least` in the last frame, the step from which on its weight stayed at half of that or more. A
// weight that rose, fell below the half and rose again counts from its last rise. Links that were
// there from the beginning, as the first word's attention to itself, have the step of the first frame.
//
// The earliest come first and, among equals, the order is that of the sentences, layers, heads,
// queries and keys. The result is nil when the frames do not belong together: see [CheckFilm].
func Formation(frames []Frame, least float64) []Formed {
	if CheckFilm(frames) != nil {
		return nil
	}
	var formed []Formed
	for s, sentence := range frames[len(frames)-1].Sentences {
		for l, heads := range sentence.Attention {
			for h, weights := range heads {
				for q, row := range weights {
					for k, weight := range row[:q+1] {
						if final := float64(weight); final > 0 && final >= least {
							formed = append(formed, Formed{s, l, h, q, k, frames[formedAt(frames, s, l, h, q, k)].Step, final})
						}
					}
				}
			}
		}
	}
	slices.SortStableFunc(formed, func(a, b Formed) int { return cmp.Compare(a.Step, b.Step) })
	return formed
}

// formedAt is the first frame from which on a weight stays at half of its last value or more.
func formedAt(frames []Frame, sentence, layer, head, query, key int) int {
	weight := func(i int) float32 { return frames[i].Sentences[sentence].Attention[layer][head][query][key] }
	at := len(frames) - 1
	half := weight(at) / 2
	for at > 0 && weight(at-1) >= half {
		at--
	}
	return at
}

// CheckFilm reports whether frames can be shown as one film: at least one, at rising steps, with
// finite losses and, in all of them, the same sentences with the same words, layers and heads, each
// of which is a valid map. The error names the frame, counted from 1 as all in it.
func CheckFilm(frames []Frame) error {
	if len(frames) == 0 {
		return errors.New("the film has no frames")
	}
	for i, f := range frames {
		if err := checkFrame(f, frames[0]); err != nil {
			return fmt.Errorf("frame %d: %w", i+1, err)
		}
		if i > 0 && f.Step <= frames[i-1].Step {
			return fmt.Errorf("frame %d: step %d follows step %d", i+1, f.Step, frames[i-1].Step)
		}
	}
	return nil
}

// checkFrame checks one frame by itself and against the first.
func checkFrame(f, first Frame) error {
	switch {
	case !(math.Abs(f.HeldOutLoss) <= math.MaxFloat32): // NaN as well; differences of larger ones may not be finite
		return fmt.Errorf("the loss is %v", f.HeldOutLoss)
	case len(f.Sentences) == 0:
		return errors.New("no sentences")
	case len(f.Sentences) != len(first.Sentences):
		return fmt.Errorf("%d sentences, the first frame has %d", len(f.Sentences), len(first.Sentences))
	}
	for i, s := range f.Sentences {
		if err := s.Validate(); err != nil {
			return fmt.Errorf("sentence %d: %w", i+1, err)
		}
		of := first.Sentences[i]
		if s.Text != of.Text || !slices.Equal(s.Tokens, of.Tokens) {
			return fmt.Errorf("sentence %d: its words are not those of the first frame", i+1)
		}
		if len(s.Attention) != len(of.Attention) || len(s.Attention[0]) != len(of.Attention[0]) {
			return fmt.Errorf("sentence %d: %d layers of %d heads, the first frame has %d of %d", i+1,
				len(s.Attention), len(s.Attention[0]), len(of.Attention), len(of.Attention[0]))
		}
	}
	return nil
}
