package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Against all ways to pair them.
func TestAssignFindsTheLeastCost(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 300 {
		rows := 1 + r.IntN(6)
		columns := rows + r.IntN(2)
		cost := make([][]float64, rows)
		for i := range cost {
			cost[i] = make([]float64, columns)
			for j := range cost[i] {
				cost[i][j] = math.Round(r.Float64() * 9) // equals among them
			}
		}
		got, used := 0.0, map[int]bool{}
		for row, column := range hungarian(cost) {
			if used[column] {
				t.Fatalf("column %d twice: %v", column, cost)
			}
			used[column] = true
			got += cost[row][column]
		}
		if want := leastCost(cost, map[int]bool{}); got != want {
			t.Fatalf("cost %v, want %v: %v", got, want, cost)
		}
	}
	if got := hungarian(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func leastCost(cost [][]float64, used map[int]bool) float64 {
	if len(cost) == 0 {
		return 0
	}
	best := math.Inf(1)
	for column, c := range cost[0] {
		if !used[column] {
			used[column] = true
			best = min(best, c+leastCost(cost[1:], used))
			used[column] = false
		}
	}
	return best
}
