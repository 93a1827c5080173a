package attentiontest

import (
	"pgregory.net/rapid"

	"attend/internal/attention"
)

// Filmed makes a film of two tokens in one head, whose second looks at the first with the given
// weights, ten steps apart.
func Filmed(weights ...float32) []attention.Frame {
	var frames []attention.Frame
	for i, w := range weights {
		frames = append(frames, attention.Frame{Step: 10 * i, HeldOutLoss: 3, Sentences: []attention.Sentence{{
			Text: "a b", Tokens: []string{"a", "b"}, Attention: [][][][]float32{{{{1, 0}, {w, 1 - w}}}},
		}}})
	}
	return frames
}

// AnyFilm draws a film that can be shown: up to five frames of the same sentences.
func AnyFilm(t *rapid.T) []attention.Frame {
	first := make([]attention.Map, rapid.IntRange(1, 2).Draw(t, "sentences"))
	for i := range first {
		first[i] = AnyMap(t)
	}
	frames := make([]attention.Frame, rapid.IntRange(1, 5).Draw(t, "frames"))
	step := rapid.IntRange(0, 50).Draw(t, "first step")
	score := rapid.Float64Range(-8, 8)
	for i := range frames {
		frames[i] = attention.Frame{Step: step, HeldOutLoss: rapid.Float64Range(0, 20).Draw(t, "loss")}
		step += rapid.IntRange(1, 500).Draw(t, "steps on")
		for _, m := range first {
			s := attention.Sentence{Text: m.Text, Tokens: m.Tokens, Next: m.Next}
			s.Attention = weights(len(m.Tokens), len(m.Attention), len(m.Attention[0]), func() float64 { return score.Draw(t, "score") })
			frames[i].Sentences = append(frames[i].Sentences, s)
		}
	}
	return frames
}

// LionFilm is the sentence of the manual through seven evaluations.
func LionFilm() []attention.Frame {
	var frames []attention.Frame
	for i := range 7 {
		m := Lion()
		for _, head := range m.Attention[0] {
			for q, row := range head {
				for k := range row[:q+1] { // from uniform to what was learned
					part := float32(i) / 6
					row[k] = part*row[k] + (1-part)/float32(q+1)
				}
			}
		}
		frames = append(frames, attention.Frame{Step: 250 * i, HeldOutLoss: 4.6 - 0.5*float64(i), Sentences: []attention.Sentence{{Text: m.Text, Tokens: m.Tokens, Attention: m.Attention}}})
	}
	return frames
}
