package analysis

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"attend/internal/attention"
	"attend/internal/printable"
)

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
	s.Points = make([]attention.Point, rows)
	for i, name := range t.Names {
		s.Points[i].Name = name
	}
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
			at := sign * (floats.Dot(row, direction) - floats.Dot(means, direction))
			if k == 0 {
				s.Points[i].X = at
			} else {
				s.Points[i].Y = at
			}
		}
	}
	return s, nil
}
