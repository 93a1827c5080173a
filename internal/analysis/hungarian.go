package analysis

import "math"

// hungarian solves the assignment problem: it pairs rows with columns so that the sum of the costs is smallest. It is the
// Hungarian method with shortest augmenting paths (Jonker and Volgenant 1987), O(n³), as scipy.optimize.linear_sum_assignment. If
// there are more rows than columns, or more columns than rows, some have no pair.
//
//	cost [rows][columns]; pairs [row, column], sorted by row
func hungarian(cost [][]float64) (pairs [][2]int) {
	if len(cost) == 0 {
		return nil
	}
	rows, columns := len(cost), len(cost[0])
	n := max(rows, columns) // missing rows or columns cost 0
	// Rows and columns count from 1; 0 stands for none.
	ofRow, ofColumn := make([]float64, n+1), make([]float64, n+1) // the potentials
	rowOf := make([]int, n+1)
	for row := 1; row <= n; row++ {
		rowOf[0] = row
		least, before := make([]float64, n+1), make([]int, n+1)
		for c := range least {
			least[c] = math.Inf(1)
		}
		done := make([]bool, n+1)
		at := 0
		for rowOf[at] != 0 { // until a free column is reached
			done[at] = true
			r, step, next := rowOf[at], math.Inf(1), 0
			for c := 1; c <= n; c++ {
				if done[c] {
					continue
				}
				reduced := -ofRow[r] - ofColumn[c]
				if r <= rows && c <= columns {
					reduced = cost[r-1][c-1] - ofRow[r] - ofColumn[c]
				}
				if reduced < least[c] {
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
		for at != 0 { // exchange the pairs along the path
			rowOf[at] = rowOf[before[at]]
			at = before[at]
		}
	}
	for row := range rows {
		for c := range columns {
			if rowOf[c+1] == row+1 {
				pairs = append(pairs, [2]int{row, c})
			}
		}
	}
	return pairs
}
