package render

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The page of a film holds every frame, and the links that formed.
func TestFilmHTMLHoldsItsFrames(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error { return FilmHTML(b, Source{}, forming()) })
	rapid.Check(t, func(t *rapid.T) {
		frames := anyFilm(t)
		d := pageOf(t, func(b *bytes.Buffer) error { return FilmHTML(b, Source{"run", 7}, frames) }, like).data
		if !d.Film || len(d.Frames) != len(frames) {
			t.Fatalf("film %t, %d frames for %d", d.Film, len(d.Frames), len(frames))
		}
		for i, f := range frames {
			if d.Frames[i].Step != f.Step || d.Frames[i].Loss != f.HeldOutLoss {
				t.Fatalf("frame %d: step %d, loss %v", i, d.Frames[i].Step, d.Frames[i].Loss)
			}
			for j, s := range f.Sentences {
				same(t, "weights", d.Frames[i].Sentences[j].Weights, weightsIn(s.Attention))
			}
		}
		if want := Formation(frames, leastFormed); !slices.Equal(d.Formed, want) {
			t.Fatalf("formed %v, want %v", d.Formed, want)
		}
	})
}
