package analysis

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Against all ways to pair them.
func TestHungarianFindsTheLeastCost(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 300 {
		rows, columns := 1+r.IntN(6), 1+r.IntN(6)
		cost := make([][]float64, rows)
		for i := range cost {
			cost[i] = make([]float64, columns)
			for j := range cost[i] {
				cost[i][j] = math.Round(r.Float64() * 9) // equals among them
			}
		}
		got, pairs, used := 0.0, hungarian(cost), map[int]bool{}
		for i, pair := range pairs {
			if used[pair[1]] || i > 0 && pairs[i-1][0] >= pair[0] {
				t.Fatalf("pairs %v: %v", pairs, cost)
			}
			used[pair[1]] = true
			got += cost[pair[0]][pair[1]]
		}
		if want := leastCost(cost, rows-columns, map[int]bool{}); got != want || len(pairs) != min(rows, columns) {
			t.Fatalf("%d pairs cost %v, want %v: %v", len(pairs), got, want, cost)
		}
	}
	if got := hungarian(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// leastCost tries every way, some rows left out where there are too many.
func leastCost(cost [][]float64, spare int, used map[int]bool) float64 {
	if len(cost) == 0 {
		return 0
	}
	best := math.Inf(1)
	if spare > 0 {
		best = leastCost(cost[1:], spare-1, used)
	}
	for column, c := range cost[0] {
		if !used[column] {
			used[column] = true
			best = min(best, c+leastCost(cost[1:], spare, used))
			used[column] = false
		}
	}
	return best
}
