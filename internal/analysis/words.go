package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"attend/embed"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// Table is a table of vectors of a run: one row for each word of its vocabulary, or for each
// place in a sentence.
type Table struct {
	Title   string // what it holds, for people
	Ordered bool   // the rows follow one another, as places do
	Names   []string
	Rows    [][]float64 // [rows][dim]
	Source  attention.Source
}

// WordTable returns the vectors by which the run's model knows its words (or characters), by id.
// In a run with a tied head they are also what the next word is chosen by.
func WordTable(r *run.Run) Table {
	return table(r, r.Vocabulary.Tokenizer().Noun()+" vectors", r.Weights.Get(layers.TokenTable).Data, r.Vocabulary.Key)
}

// PositionTable returns the vectors of the places in a sentence, counted from 0: those that were
// learned, or the fixed waves. A run without position vectors has none, which is an error.
func PositionTable(r *run.Run) (Table, error) {
	var t Table
	switch positions := r.Settings.Positions; positions {
	case embed.Learned:
		t = table(r, "position vectors", r.Weights.Get(layers.PositionTable).Data, strconv.Itoa)
	case embed.Sinusoidal:
		fixed := make([]float32, r.Config.Context*r.Config.Dim) // [context, dim]
		embed.SinusoidalTable(fixed, r.Config.Dim)
		t = table(r, "position vectors, fixed waves", fixed, strconv.Itoa)
	default:
		return Table{}, fmt.Errorf("%s was trained with --positions %s: it has no position vectors to show", printable.Path(r.Path), positions)
	}
	t.Ordered = true
	return t, nil
}

// table splits the numbers of a table [rows, dim] into its rows.
func table(r *run.Run, title string, numbers []float32, name func(int) string) Table {
	dim := r.Config.Dim
	t := Table{Title: title, Source: attention.Source{Run: r.Path, Step: r.Step}}
	for i := range len(numbers) / dim {
		row := make([]float64, dim)
		for j := range row {
			row[j] = float64(numbers[i*dim+j])
		}
		t.Names = append(t.Names, name(i))
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Nearest returns the rows whose vectors point most nearly the way of one row, that row left out:
// at most so many, the nearest first and, among equals, the earlier first.
func (t Table) Nearest(row, most int) []attention.Neighbour {
	var near []attention.Neighbour
	for i, other := range t.Rows {
		if i != row {
			near = append(near, attention.Neighbour{Name: t.Names[i], Cosine: cosine(t.Rows[row], other)})
		}
	}
	slices.SortStableFunc(near, func(a, b attention.Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return near[:min(max(most, 0), len(near))]
}

// Cosines returns the cosine between each row and each other, [row][row].
func (t Table) Cosines() [][]float64 {
	square := make([][]float64, len(t.Rows))
	for i := range square {
		square[i] = make([]float64, len(t.Rows))
		for j := range square[i] {
			square[i][j] = cosine(t.Rows[i], t.Rows[j])
		}
	}
	return square
}

// cosine is that of the angle between two vectors:
//
//	a·b / (|a| |b|), in -1 to 1
//
// A vector of zeros points nowhere; its cosine with any other is 0.
func cosine(a, b []float64) float64 {
	var product, squaresA, squaresB float64
	for i := range a {
		product += a[i] * b[i]
		squaresA += a[i] * a[i]
		squaresB += b[i] * b[i]
	}
	if squaresA == 0 || squaresB == 0 {
		return 0
	}
	return min(max(product/math.Sqrt(squaresA*squaresB), -1), 1)
}
