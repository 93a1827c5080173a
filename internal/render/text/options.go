// Package text shows attention and what was found out about it on a terminal, in as many columns as it has:
//
//	err := text.Grid(os.Stdout, m, text.Options{Width: 80, Layer: attention.All, Head: attention.All})
//
// [Grid] writes the map with words on both sides, [TopLinks] a line for each word, [Predictions] the likely next words, [FilmStrip] and [Live] small
// maps. [Why], [Explanation], [Heads], [Comparison] and [Recurrence] write what package analysis found out.
package text

import (
	"github.com/charmbracelet/colorprofile"

	"attend/internal/render"
)

// Options says what the text renderers show and how.
type Options struct {
	Width int                  // columns of the terminal; 0 means 80, below 12 counts as 12
	Layer int                  // counted from 0; -1 is the mean over the layers
	Head  int                  // counted from 0; -1 is the mean over the heads
	All   bool                 // each head by itself, of every layer or of Layer, one after the other; Head does not count then
	Color colorprofile.Profile // up to ASCII no escape sequence is written; ANSI has bold and faint, more have colour
}

const (
	defaultWidth = 80
	narrow       = 24 // below it the gaps between words are the first to go
	leastWidth   = 12
)

// selection is what the options select.
func (o Options) selection() render.Selection {
	return render.Selection{Layer: o.Layer, Head: o.Head, All: o.All}
}

// width is the number of columns to fill.
func (o Options) width() int {
	if o.Width == 0 {
		return defaultWidth
	}
	return max(o.Width, leastWidth)
}
