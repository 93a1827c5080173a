// Package picture draws attention as SVG and PNG:
//
//	figure, err := picture.NewFigure(m, source, render.Selection{Layer: attention.All, Head: attention.All})
//	err = picture.SVG(file, figure, picture.Options{})
//
// A picture is laid out once, as a drawing of rectangles, lines and texts (drawing.go, layout.go, legend.go), measured in the Go fonts (font.go); svg.go and
// png.go write the same drawing. Equal pictures have equal bytes.
package picture

import (
	"errors"
	"fmt"
	"math"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// Figure is what a picture shows: panels over the words of one sentence.
type Figure struct {
	Title   string // what the panels are, in a few words
	Source  attention.Source
	Text    string   // the sentence as typed
	Words   []string // [seq] as Map.Tokens
	Unknown []bool   // [seq] as Map.Unknown
	Panels  [][]Panel
}

// Panel is one matrix of a figure.
type Panel struct {
	Title   string
	Weights [][]float64 // [query][key]; 0 for key > query
	Signed  bool        // a difference of weights, in -1 to 1, instead of weights, in 0 to 1
}

// mostCells is how many cells of all panels together a figure may have, those of the future included.
const mostCells = 1 << 19

// Validate reports whether the figure can be drawn: at least one word, one panel in every row, a [query][key]
// square over the words in every panel, every number finite and in its range, exactly 0 wherever the key lies
// after the query, and no more than 524,288 cells. The error names the place, counted from 0 as in the slices.
func (f Figure) Validate() error {
	seq := len(f.Words)
	switch {
	case seq == 0:
		return errors.New("the figure has no words")
	case f.Unknown != nil && len(f.Unknown) != seq:
		return fmt.Errorf("%d unknown marks for %d words", len(f.Unknown), seq)
	case len(f.Panels) == 0:
		return errors.New("the figure has no panels")
	}
	count := 0
	for _, row := range f.Panels {
		count += len(row)
	}
	if err := checkCells(count, seq); err != nil {
		return err
	}
	for r, row := range f.Panels {
		if len(row) == 0 {
			return fmt.Errorf("row %d of the figure has no panels", r)
		}
		for c, panel := range row {
			if err := panel.check(seq); err != nil {
				return fmt.Errorf("panel %d of row %d: %w", c, r, err)
			}
		}
	}
	return nil
}

// checkCells refuses a figure of more cells than a picture holds.
func checkCells(panels, seq int) error {
	if cells := float64(panels) * float64(seq) * float64(seq); cells > mostCells {
		return tooLarge(panels, seq)
	}
	return nil
}

// tooLarge is the error of a figure that no screen or page would hold.
func tooLarge(panels, seq int) error {
	return fmt.Errorf("%s of %s are too large for one picture: show one layer or head, or a shorter sentence",
		printable.Count(panels, "map"), printable.Count(seq, "word"))
}

// check tells what is wrong with a panel over seq words, or nil.
func (p Panel) check(seq int) error {
	lowest, kind := 0.0, "weight"
	if p.Signed {
		lowest, kind = -1-attention.Rounding, "difference"
	}
	if len(p.Weights) != seq {
		return fmt.Errorf("%d query rows for %d words", len(p.Weights), seq)
	}
	for q, row := range p.Weights {
		if len(row) != seq {
			return fmt.Errorf("query %d has %d keys for %d words", q, len(row), seq)
		}
		for k, weight := range row {
			// Written so that NaN, which compares false, is refused too.
			if !(weight >= lowest && weight <= 1+attention.Rounding) {
				return fmt.Errorf("query %d, key %d: %s %v is not in %.0f to 1", q, k, kind, weight, math.Ceil(lowest))
			}
			if k > q && weight != 0 {
				return fmt.Errorf("query %d, key %d: %s %v, but a later key must weigh 0", q, k, kind, weight)
			}
		}
	}
	return nil
}

// mostAbreast is how many heads of a single layer stand side by side before they fold into rows.
const mostAbreast = 4

// NewFigure makes the figure of a selection: one panel, or with All a row of panels for each layer. The heads of
// a single layer fold into rows of at most four. The error tells what is wrong with the map or the selection, or
// that the figure would be too large.
func NewFigure(m attention.Map, s attention.Source, selection render.Selection) (Figure, error) {
	list, err := figureViews(m, selection, 1)
	if err != nil {
		return Figure{}, err
	}
	f := figure(m, s, "attention, "+selectionTitle(selection, m))
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
		*last = append(*last, Panel{v.Title, v.Weights, false})
	}
	return f, nil
}

// NewFigureWithBaseline makes a figure of three panels a row: the selected matrix, that of the baseline, and the first
// less the second. The error is as for NewFigure, or tells in what the baseline's shape differs.
func NewFigureWithBaseline(m attention.Map, b attention.Baseline, s attention.Source, selection render.Selection) (Figure, error) {
	list, err := figureViews(m, selection, 3)
	if err != nil {
		return Figure{}, err
	}
	base, err := render.BaselineViews(b, m, selection)
	if err != nil {
		return Figure{}, err
	}
	f := figure(m, s, fmt.Sprintf("attention beside %s, %s", describeBaseline(b), selectionTitle(selection, m)))
	for i, v := range list {
		f.Panels = append(f.Panels, []Panel{
			{v.Title, v.Weights, false},
			{"baseline: " + b.Name, base[i].Weights, false},
			{"difference", attention.Difference(v.Weights, base[i].Weights), true},
		})
	}
	return f, nil
}

// figure is a figure without panels.
func figure(m attention.Map, s attention.Source, title string) Figure {
	return Figure{Title: title, Source: s, Text: m.Text, Words: m.Tokens, Unknown: m.Unknown}
}

// figureViews are the views of a selection, if a figure holds so many panels of each.
func figureViews(m attention.Map, selection render.Selection, panels int) ([]render.View, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if selection.All {
		panels *= len(m.Attention[0])
		if selection.Layer == attention.All {
			panels *= len(m.Attention)
		}
	}
	if err := checkCells(panels, len(m.Tokens)); err != nil {
		return nil, err
	}
	return render.Views(m, selection)
}

// selectionTitle names a selection.
func selectionTitle(s render.Selection, m attention.Map) string {
	heads := printable.Count(len(m.Attention[0]), "head")
	switch {
	case !s.All:
		return render.Title(m, s.Layer, s.Head)
	case s.Layer != attention.All && len(m.Attention) > 1:
		return fmt.Sprintf("layer %d, %s", s.Layer+1, heads)
	case len(m.Attention) == 1:
		return heads
	}
	return fmt.Sprintf("%s of %s", printable.Count(len(m.Attention), "layer"), heads)
}

// describeBaseline names the baseline within a sentence.
func describeBaseline(b attention.Baseline) string {
	switch b.Name {
	case "untrained":
		return "the untrained model's"
	case "uniform":
		return "uniform attention"
	case "position":
		return "the mean for these positions"
	}
	return printable.Sentence(b.Name)
}
