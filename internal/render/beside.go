package render

import (
	"bytes"
	"fmt"
	"io"

	"attend/internal/printable"
)

// Baseline is what the map of a sentence is compared with: the attention that something other than the trained
// model pays on the same words.
type Baseline struct {
	Name string // untrained, uniform or position
	Map  Map    // of the same shape as the map it stands beside
}

// describe names the baseline within a sentence.
func (b Baseline) describe() string {
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

// check tells whether the baseline is valid and has the shape of a valid map.
func (b Baseline) check(m Map) error {
	if err := b.Map.check(); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	shape := func(m Map) [3]int { return [3]int{len(m.Attention), len(m.Attention[0]), len(m.Tokens)} }
	if want, got := shape(m), shape(b.Map); got != want {
		return fmt.Errorf("the baseline has %d layers, %d heads and %d tokens; want %d, %d and %d",
			got[0], got[1], got[2], want[0], want[1], want[2])
	}
	return nil
}

// views picks the matrices of the baseline that stand beside those of the map.
func (b Baseline) views(m Map, o TextOptions) ([]view, error) {
	if err := b.check(m); err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return views(b.Map, o)
}

// difference is a less b, [query][key], in -1 to 1.
func difference(a, b [][]float64) [][]float64 {
	d := make([][]float64, len(a))
	for q := range a {
		d[q] = make([]float64, len(a[q]))
		for k := range a[q] {
			d[q][k] = a[q][k] - b[q][k]
		}
	}
	return d
}

// checkBeside tells whether the maps are valid, and each baseline, if there are any, has the shape of its map.
func checkBeside(maps []Map, beside []Baseline) error {
	if len(beside) > 0 && len(beside) != len(maps) {
		return fmt.Errorf("%d baselines for %d sentences", len(beside), len(maps))
	}
	for i, m := range maps {
		err := m.check()
		if err == nil && len(beside) > 0 {
			err = beside[i].check(m)
		}
		if err != nil {
			return fmt.Errorf("sentence %d: %w", i, err)
		}
	}
	return nil
}

// difference4 is the attention of a map less that of another of the same shape, [layer][head][query][key] in -1
// to 1.
func difference4(m, base Map) [][][][]float32 {
	layers := make([][][][]float32, len(m.Attention))
	for l := range layers {
		layers[l] = make([][][]float32, len(m.Attention[l]))
		for h := range layers[l] {
			layers[l][h] = make([][]float32, len(m.Tokens))
			for q, row := range m.Attention[l][h] {
				layers[l][h][q] = make([]float32, len(row))
				for k, weight := range row {
					layers[l][h][q][k] = weight - base.Attention[l][h][q][k]
				}
			}
		}
	}
	return layers
}

// GridBeside writes for each selected matrix three grids: the attention, that of the baseline, and the first less
// the second with its sign, in two colours where there are colours. The error is as for Grid, or tells in what
// the baseline's shape differs.
func GridBeside(w io.Writer, m Map, base Baseline, o TextOptions) error {
	list, err := views(m, o)
	if err != nil {
		return err
	}
	beside, err := base.views(m, o)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	name := printable.Sentence(base.Name)
	for i, v := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeGrid(&b, labels(m), v, o)
		b.WriteByte('\n')
		writeGrid(&b, labels(m), view{title: "baseline: " + name, weights: beside[i].weights}, o)
		b.WriteByte('\n')
		writeGrid(&b, labels(m), view{"difference: " + v.title + " less " + name, difference(v.weights, beside[i].weights), true}, o)
	}
	b.WriteByte('\n')
	b.WriteString(legend(o))
	b.WriteString(signedLegend(o))
	if anyUnknown(m) {
		b.WriteString(wrap(note, o.width()))
	}
	return write(w, &b)
}
