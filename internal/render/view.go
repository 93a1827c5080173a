package render

import (
	"fmt"

	"github.com/charmbracelet/colorprofile"
)

// all, as a layer or a head, means the mean over every one of them.
const all = -1

// TextOptions says what the text renderers show and how.
type TextOptions struct {
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

// width is the number of columns to fill.
func (o TextOptions) width() int {
	if o.Width == 0 {
		return defaultWidth
	}
	return max(o.Width, leastWidth)
}

// A view is one matrix to show, and what to call it.
type view struct {
	title   string
	weights [][]float64 // [query][key]
	signed  bool        // a difference, in -1 to 1
}

// views picks what the options ask for out of a map, after validating it.
func views(m Map, o TextOptions) ([]view, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	head := o.Head
	if o.All {
		head = all
	}
	if err := m.inRange(o.Layer, head, all); err != nil {
		return nil, err
	}
	if !o.All {
		return []view{{title: m.title(o.Layer, head), weights: m.mean(o.Layer, head)}}, nil
	}
	var list []view
	for l := range m.Attention {
		if o.Layer != all && o.Layer != l {
			continue
		}
		for h := range m.Attention[l] {
			list = append(list, view{title: m.title(l, h), weights: m.mean(l, h)})
		}
	}
	return list, nil
}

// title names a selection for people, who count from 1.
func (m Map) title(layer, head int) string {
	layers, heads := len(m.Attention), len(m.Attention[0])
	if layers == 1 && layer == all && heads > 1 && head == all {
		return fmt.Sprintf("mean of %d heads", heads)
	}
	// The mean over a single one is that one.
	if layers == 1 {
		layer = 0
	}
	if heads == 1 {
		head = 0
	}
	switch {
	case layer == all && head == all:
		return fmt.Sprintf("mean of %d layers, %d heads each", layers, heads)
	case layer == all:
		return fmt.Sprintf("head %d, mean of %d layers", head+1, layers)
	case head == all:
		return fmt.Sprintf("layer %d, mean of %d heads", layer+1, heads)
	default:
		return fmt.Sprintf("layer %d, head %d", layer+1, head+1)
	}
}
