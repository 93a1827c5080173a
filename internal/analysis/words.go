package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"attend/embed"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// Table is a table of vectors of a run: one row for each word of its vocabulary, or for each
// position in a sentence.
type Table struct {
	Title   string // what it holds, for people
	Ordered bool   // the rows follow one another, as positions do
	Names   []string
	Rows    [][]float64 // [rows][dim]
	Source  attention.Source
}

// WordTable returns the vectors by which the run's model knows its words (or characters), by id.
// In a run with a tied head they are also what the next word is chosen by.
func WordTable(r *run.Run) Table {
	return table(r, r.Vocabulary.Tokenizer().Noun()+" vectors", r.Weights.Get(layers.TokenTable).Data, r.Vocabulary.Key)
}

// PositionTable returns the vectors of the positions in a sentence, counted from 0: those that were
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
	t := Table{Title: title, Source: source(r)}
	for i := range len(numbers) / dim {
		t.Names, t.Rows = append(t.Names, name(i)), append(t.Rows, widened(numbers[i*dim:][:dim]))
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
	for i, a := range t.Rows {
		for _, b := range t.Rows {
			square[i] = append(square[i], cosine(a, b))
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

// Picture lays the rows of a table out on a plane so that as much as possible of their variance
// is kept: their coordinates on the first two principal components of the centred table.
//
//	x = (row - mean)·v1, y = (row - mean)·v2
//
// with v1 and v2 the first two right singular vectors of the centred table. Their signs are free;
// here the number of largest magnitude in each is positive (the first among equals), so that a run
// gives the same picture every time. Shares are variances over the sum of all. A table with fewer
// than three rows, or whose rows are all equal, has no such picture, which is an error.
//
// Source: I. T. Jolliffe, Principal Component Analysis, 2nd ed. 2002, chapters 2 and 3.
func (t Table) Picture() (attention.Scatter, error) {
	s := attention.Scatter{Title: t.Title, Joined: t.Ordered, Source: t.Source}
	rows := len(t.Rows)
	if rows < 3 {
		return s, fmt.Errorf("a picture of %s wants at least 3 of them, and %s has %d", t.Title, printable.Path(t.Source.Run), rows)
	}
	dim := len(t.Rows[0])
	table := mat.NewDense(rows, dim, nil)
	for i, row := range t.Rows {
		table.SetRow(i, row)
	}
	if sum := mat.Sum(table); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return s, fmt.Errorf("the %s of %s have no picture: a number of them is not finite", t.Title, printable.Path(t.Source.Run))
	}
	var components stat.PC
	if !components.PrincipalComponents(table, nil) {
		return s, fmt.Errorf("the principal components of the %s of %s were not found", t.Title, printable.Path(t.Source.Run))
	}
	variances := components.VarsTo(nil)
	total := floats.Sum(variances)
	if !(total > 0) {
		return s, fmt.Errorf("the %s of %s are all equal: a picture would show one point", t.Title, printable.Path(t.Source.Run))
	}
	var vectors mat.Dense
	components.VectorsTo(&vectors) // [dim, min(rows, dim)]
	means := make([]float64, dim)
	for j := range means {
		means[j] = stat.Mean(mat.Col(nil, j, table), nil)
	}
	at := [2][]float64{make([]float64, rows), make([]float64, rows)}
	for k := range min(2, len(variances)) { // a table of dim 1 has one component
		s.Share[k] = variances[k] / total
		direction := mat.Col(nil, k, &vectors)
		largest := 0
		for j, x := range direction {
			if math.Abs(x) > math.Abs(direction[largest]) {
				largest = j
			}
		}
		sign := math.Copysign(1, direction[largest])
		for i, row := range t.Rows {
			at[k][i] = sign * (floats.Dot(row, direction) - floats.Dot(means, direction))
		}
	}
	for i, name := range t.Names {
		s.Points = append(s.Points, attention.Point{Name: name, X: at[0][i], Y: at[1][i]})
	}
	return s, nil
}
