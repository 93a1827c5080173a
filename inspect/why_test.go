package inspect

import (
	"math"
	"testing"
)

func TestRankCorrelation(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
		ok   bool
	}{
		{[]float64{1, 2, 3, 4}, []float64{10, 20, 30, 400}, 1, true},
		{[]float64{1, 2, 3, 4}, []float64{-1, -2, -3, -40}, -1, true},
		// d = 1, -1, 1, -1: 1 - 6*4/(4*15)
		{[]float64{1, 2, 3, 4}, []float64{2, 1, 4, 3}, 0.6, true},
		// Ranks 0.5 0.5 2 and 0 1 2: the mean of equals.
		{[]float64{5, 5, 7}, []float64{1, 2, 3}, 1.5 / math.Sqrt(1.5*2), true},
		{[]float64{1, 2}, []float64{1, 2}, 0, false},
		{[]float64{1, 1, 1}, []float64{1, 2, 3}, 0, false},
		{[]float64{1, 2, 3}, []float64{1, 2}, 0, false},
	} {
		if got, ok := RankCorrelation(c.x, c.y); ok != c.ok || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v with %v: %v %v, want %v %v", c.x, c.y, got, ok, c.want, c.ok)
		}
	}
}

func TestRankedPutsTheLargestEffectFirst(t *testing.T) {
	small, large, against := 0.5, 7.0, -1.0
	y := Why{Words: []Cause{{Word: "a", Cut: &small}, {Word: "b"}, {Word: "c", Cut: &large}, {Word: "d", Cut: &against}, {Word: "e", Cut: &small}}}
	var order string
	for _, c := range y.Ranked() {
		order += c.Word
	}
	if order != "caedb" || y.Words[0].Word != "a" {
		t.Errorf("order %s, first of the original %s", order, y.Words[0].Word)
	}
}
