package render

import "fmt"

// Selection says which matrices of a map a figure shows.
type Selection struct {
	Layer int  // counted from 0; -1 is every layer
	Head  int  // counted from 0; -1 is every head
	All   bool // each head by itself, of every layer or of Layer, instead of their mean; Head does not count then
}

// text is the selection as the text renderers take it.
func (s Selection) text() TextOptions { return TextOptions{Layer: s.Layer, Head: s.Head, All: s.All} }

// mostAbreast is how many heads of a single layer stand side by side before they fold into rows.
const mostAbreast = 4

// NewFigure makes the figure of a selection: one panel, or with All a row of panels for each layer. The heads of
// a single layer fold into rows of at most four. The error tells what is wrong with the map or the selection, or
// that the figure would be too large.
func NewFigure(m Map, s Source, selection Selection) (Figure, error) {
	list, err := figureViews(m, selection, 1)
	if err != nil {
		return Figure{}, err
	}
	f := figure(m, s, "attention, "+selection.title(m))
	abreast := len(m.Attention[0])
	if len(list) <= abreast { // of a single layer
		rows := (len(list) + mostAbreast - 1) / mostAbreast
		abreast = (len(list) + rows - 1) / rows
	}
	for i, v := range list {
		if i%abreast == 0 {
			f.Panels = append(f.Panels, nil)
		}
		last := &f.Panels[len(f.Panels)-1]
		*last = append(*last, Panel{v.title, v.weights, false})
	}
	return f, nil
}

// NewFigureBeside makes a figure of three panels a row: the selected matrix, that of the baseline, and the first
// less the second. The error is as for NewFigure, or tells in what the baseline's shape differs.
func NewFigureBeside(m Map, b Baseline, s Source, selection Selection) (Figure, error) {
	list, err := figureViews(m, selection, 3)
	if err != nil {
		return Figure{}, err
	}
	base, err := b.views(m, selection.text())
	if err != nil {
		return Figure{}, err
	}
	f := figure(m, s, fmt.Sprintf("attention beside %s, %s", b.describe(), selection.title(m)))
	for i, v := range list {
		f.Panels = append(f.Panels, []Panel{
			{v.title, v.weights, false},
			{"baseline: " + b.Name, base[i].weights, false},
			{"difference", difference(v.weights, base[i].weights), true},
		})
	}
	return f, nil
}

// figure is a figure without panels.
func figure(m Map, s Source, title string) Figure {
	return Figure{Title: title, Source: s, Text: m.Text, Words: m.Tokens, Unknown: m.Unknown}
}

// figureViews are the views of a selection, if a figure holds so many panels of each.
func figureViews(m Map, selection Selection, panels int) ([]view, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if selection.All {
		panels *= len(m.Attention[0])
		if selection.Layer == all {
			panels *= len(m.Attention)
		}
	}
	if err := checkCells(panels, len(m.Tokens)); err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return views(m, selection.text())
}

// title names a selection.
func (s Selection) title(m Map) string {
	heads := counted(len(m.Attention[0]), "head")
	switch {
	case !s.All:
		return m.title(s.Layer, s.Head)
	case s.Layer != all && len(m.Attention) > 1:
		return fmt.Sprintf("layer %d, %s", s.Layer+1, heads)
	case len(m.Attention) == 1:
		return heads
	}
	return fmt.Sprintf("%s of %s", counted(len(m.Attention), "layer"), heads)
}
