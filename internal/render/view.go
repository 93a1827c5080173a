package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
)

// Selection says which matrices of a map are shown.
type Selection struct {
	Layer int  // counted from 0; -1 is the mean over the layers
	Head  int  // counted from 0; -1 is the mean over the heads
	All   bool // each head, of every layer or of Layer, instead of their mean; Head is ignored then
	Mean  bool // the mean over all layers and heads was asked for: a head with an effect does not take its place
	Norm  bool // the norms of what attention adds, as shares of their row, instead of the weights; the map must have them
}

// Of returns what a selection shows of a map. The mean over all layers and heads, unless it was asked for, becomes the head with the largest effect on the
// prediction, if [attention.Map.Important] finds one.
func (s Selection) Of(m attention.Map) (shown Selection, byEffect bool) {
	if s.Layer == attention.All && s.Head == attention.All && !s.All && !s.Mean {
		if heads := m.Important(); len(heads) > 0 {
			s.Layer, s.Head = heads[0].Layer, heads[0].Head
			return s, true
		}
	}
	return s, false
}

// A View is one matrix to show, and what to call it.
type View struct {
	Title   string
	Weights [][]float64 // [query][key]
	Signed  bool        // a difference, in -1 to 1
	Sink    bool        // the first key is an attention sink
}

// NormTitle follows the title of norms.
const NormTitle = ": norms of what attention adds, as shares of the row"

// SinkNote says why the column of an attention sink is grey.
const SinkNote = data.BoundaryToken + " in grey: attention sink; receives much attention in most rows, whatever the words"

// Sink reports whether the first token of a map is an attention sink by the weights [query][key]: it is the boundary token and,
// of the queries after it, most give it at least 1.5 times the uniform weight 1/(query+1) over the keys that they can attend to.
// Such a weight says little about the words (G. Xiao et al., Efficient Streaming Language Models with Attention Sinks, 2024).
func Sink(m attention.Map, weights [][]float64) bool {
	if m.Tokens[0] != data.BoundaryToken {
		return false
	}
	above := 0
	for q := 1; q < len(weights); q++ {
		if weights[q][0] >= 1.5/float64(q+1) {
			above++
		}
	}
	return 2*above > len(weights)-1
}

// Views picks the selected matrices out of a map, after validating it.
func Views(m attention.Map, o Selection) ([]View, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if o.Norm && m.Products == nil {
		return nil, errors.New("the map has no norms")
	}
	shown, _ := o.Of(m)
	head := o.Head
	if o.All {
		head = attention.All
	}
	if err := m.InRange(o.Layer, head, attention.All); err != nil {
		return nil, err
	}
	view := func(title string, layer, head int) View {
		if o.Norm {
			return View{Title: title + NormTitle, Weights: m.NormShares(layer, head)}
		}
		weights := m.Mean(layer, head)
		return View{Title: title, Weights: weights, Sink: Sink(m, weights)}
	}
	if !o.All {
		return []View{view(SelectionTitle(m, o), shown.Layer, shown.Head)}, nil
	}
	var list []View
	for l := range m.Attention {
		if o.Layer != attention.All && o.Layer != l {
			continue
		}
		for h := range m.Attention[l] {
			list = append(list, view(Title(m, l, h), l, h))
		}
	}
	return list, nil
}

// BaselineViews picks the matrices of the baseline that those of the map are compared with.
func BaselineViews(b attention.Baseline, m attention.Map, o Selection) ([]View, error) {
	if err := b.Validate(m); err != nil {
		return nil, err
	}
	o, _ = o.Of(m)
	return Views(b.Map, o)
}

// SelectionTitle names the one matrix that a selection without All shows.
func SelectionTitle(m attention.Map, o Selection) string {
	shown, byEffect := o.Of(m)
	title := Title(m, shown.Layer, shown.Head)
	if byEffect {
		title += ", which matters most for " + printable.Quote(m.Next[0].Word)
	}
	return title
}

// Title names a selection for people, who count from 1, or what an analysis made of the attention.
func Title(m attention.Map, layer, head int) string {
	if m.Name != "" {
		return printable.Sentence(m.Name)
	}
	layers, heads := len(m.Attention), len(m.Attention[0])
	if layers == 1 && layer == attention.All && heads > 1 && head == attention.All {
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
	case layer == attention.All && head == attention.All:
		return fmt.Sprintf("mean of %d layers, %d heads each", layers, heads)
	case layer == attention.All:
		return fmt.Sprintf("head %d, mean of %d layers", head+1, layers)
	case head == attention.All:
		return fmt.Sprintf("layer %d, mean of %d heads", layer+1, heads)
	default:
		return fmt.Sprintf("layer %d, head %d", layer+1, head+1)
	}
}

// Write writes a finished text in one piece.
func Write(w io.Writer, b *bytes.Buffer) error {
	_, err := w.Write(b.Bytes())
	return err
}
