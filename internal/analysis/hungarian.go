package analysis

import "math"

// hungarian pairs rows with columns so that the costs of the pairs add up to the least: the Hungarian method in
// its form with shortest augmenting paths (Jonker and Volgenant 1987), O(rows² columns).
//
//	cost [rows][columns], rows <= columns; column[row] is the one that it is paired with
func hungarian(cost [][]float64) (column []int) {
	rows := len(cost)
	if rows == 0 {
		return nil
	}
	columns := len(cost[0])
	// Rows and columns count from 1; 0 stands for none.
	ofRow, ofColumn := make([]float64, rows+1), make([]float64, columns+1) // the potentials
	rowOf := make([]int, columns+1)
	for row := 1; row <= rows; row++ {
		rowOf[0] = row
		least, before := make([]float64, columns+1), make([]int, columns+1)
		for c := range least {
			least[c] = math.Inf(1)
		}
		done := make([]bool, columns+1)
		at := 0
		for rowOf[at] != 0 { // until a free column is reached
			done[at] = true
			r, step, next := rowOf[at], math.Inf(1), 0
			for c := 1; c <= columns; c++ {
				if done[c] {
					continue
				}
				if reduced := cost[r-1][c-1] - ofRow[r] - ofColumn[c]; reduced < least[c] {
					least[c], before[c] = reduced, at
				}
				if least[c] < step {
					step, next = least[c], c
				}
			}
			for c := range done {
				if done[c] {
					ofRow[rowOf[c]] += step
					ofColumn[c] -= step
				} else {
					least[c] -= step
				}
			}
			at = next
		}
		for at != 0 { // turn the pairs along the path over
			rowOf[at] = rowOf[before[at]]
			at = before[at]
		}
	}
	column = make([]int, rows)
	for c := 1; c <= columns; c++ {
		if rowOf[c] > 0 {
			column[rowOf[c]-1] = c - 1
		}
	}
	return column
}
