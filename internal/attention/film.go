package attention

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Frame is the attention of the sample sentences of a training at one step: a line of a run's film.jsonl.
type Frame struct {
	Step        int      `json:"step"`
	HeldOutLoss *float64 `json:"heldout_loss,omitempty"` // nil if nothing is held out
	Sentences   []Map    `json:"sentences"`
}

// Formed is a link of a film and the step at which it formed. Sentence, layer, head, query and key count from 0.
type Formed struct {
	Sentence int     `json:"sentence"`
	Layer    int     `json:"layer"`
	Head     int     `json:"head"`
	Query    int     `json:"query"`
	Key      int     `json:"key"`
	Step     int     `json:"step"`  // of the first frame from which the weight stays at least half of Final
	Final    float64 `json:"final"` // the weight in the last frame
}

// Formation returns the step at which each link formed: for every key with a weight of at least `least` in the last frame, the
// step of the first frame from which the weight stays at least half of the final one. If a weight rose, fell below half and rose
// again, its last rise counts. A link that exists from the start, such as the attention of the first word to itself, has the step
// of the first frame.
//
// Links are sorted by step, then by sentence, layer, head, query and key. The result is nil if the frames are not of one film:
// see [CheckFilm].
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

// formedAt returns the index of the first frame from which a weight stays at least half of its last value.
func formedAt(frames []Frame, sentence, layer, head, query, key int) int {
	weight := func(i int) float32 { return frames[i].Sentences[sentence].Attention[layer][head][query][key] }
	at := len(frames) - 1
	half := weight(at) / 2
	for at > 0 && weight(at-1) >= half {
		at--
	}
	return at
}

// FrameOf returns the index of the frame of a step, or of the last frame if none is of that step.
func FrameOf(frames []Frame, step int) int {
	if at := slices.IndexFunc(frames, func(f Frame) bool { return f.Step == step }); at >= 0 {
		return at
	}
	return len(frames) - 1
}

// CheckFilm returns an error unless frames can be shown as one film: there is at least one, steps increase, losses are finite,
// and all frames have the same sentences with the same words, layers and heads, each a valid map. The error names the frame,
// counted from 1.
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

// checkFrame checks one frame alone and against the first.
func checkFrame(f, first Frame) error {
	switch {
	case f.HeldOutLoss != nil && !(math.Abs(*f.HeldOutLoss) <= math.MaxFloat32): // NaN as well; differences of larger ones may not be finite
		return fmt.Errorf("the loss is %v", *f.HeldOutLoss)
	case (f.HeldOutLoss == nil) != (first.HeldOutLoss == nil):
		return errors.New("only some frames have a held-out loss")
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
