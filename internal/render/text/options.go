// Package text shows attention and what was found out about it on a terminal, in as many columns as it has:
//
//	err := text.Grid(os.Stdout, m, nil, text.Options{Width: 80, Layer: attention.All, Head: attention.All})
//
// [Grid] writes the map with words on both sides, [TopLinks] a line for each word, [Predictions] the likely next words,
// [FilmStrip] and [Live] small maps. [Why], [Explanation], [Heads], [Comparison] and [Recurrence] write what package
// analysis found out.
package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render"
	"attend/internal/term"
)

// Options says what the text renderers show and how.
type Options struct {
	Width int                  // columns of the terminal; 0 means 80, below 12 counts as 12
	Layer int                  // counted from 0; -1 is the mean over the layers
	Head  int                  // counted from 0; -1 is the mean over the heads
	All   bool                 // each head by itself, of every layer or of Layer, one after the other; Head is ignored then
	Norm  bool                 // the norms of what attention adds, as shares of their row, instead of the weights
	Color colorprofile.Profile // up to ASCII no escape sequence is written; ANSI has bold and faint, more have colour
}

const (
	narrow     = 24 // below it the gaps between words are the first to go
	leastWidth = 12
)

// selection is what the options select.
func (o Options) selection() render.Selection {
	return render.Selection{Layer: o.Layer, Head: o.Head, All: o.All, Norm: o.Norm}
}

// width is the number of columns to fill.
func (o Options) width() int {
	if o.Width == 0 {
		return term.DefaultWidth
	}
	return max(o.Width, leastWidth)
}

// colored reports whether there are colours.
func (o Options) colored() bool { return o.Color >= colorprofile.ANSI256 }

// hanging is a text in lines that fit, behind a short heading, one blank between its words.
func (o Options) hanging(heading, format string, a ...any) string {
	return term.Hanging(heading, strings.Join(strings.Fields(fmt.Sprintf(format, a...)), " "), o.width())
}

// paragraph is a text in lines that fit.
func (o Options) paragraph(format string, a ...any) string { return o.hanging("", format, a...) }

// unknownNote explains the mark of unknown tokens, if there is one among the tokens of some sentences.
func (o Options) unknownNote(unknown ...[]bool) string {
	if !slices.Contains(slices.Concat(unknown...), true) {
		return ""
	}
	return o.paragraph(render.UnknownNote)
}

// title is the heading of a view, in lines that fit.
func (o Options) title(format string, a ...any) string {
	return term.Bold(o.paragraph(format, a...), o.Color)
}

// longest is the first of some lines that fits; none but the last may be too long.
func (o Options) longest(lines ...string) string {
	for _, line := range lines {
		if ansi.StringWidth(line) <= o.width() {
			return line + "\n"
		}
	}
	return o.paragraph("%s", lines[len(lines)-1])
}

// labelWidth is the columns for words at the left of a view.
func (o Options) labelWidth(words []render.Label) int {
	widest := 1
	for _, l := range words {
		widest = max(widest, l.Width())
	}
	return min(widest, render.WidestLabel, o.width()/3)
}
