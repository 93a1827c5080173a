package analysis

import (
	"math"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/random"
)

// Tokens are drawn without repetition, the first draw in proportion to the counts.
func TestDrawn(t *testing.T) {
	s := data.Seen{IDs: []int{5, 6, 7, 8}, Counts: []int{6, 2, 1, 1}}
	const draws = 4000
	counts := map[int]int{}
	for i := range draws {
		ids := drawn(s, 1, random.New(1, "test", uint64(i)).Float64)
		if len(ids) != 1 {
			t.Fatalf("drew %v", ids)
		}
		counts[ids[0]]++
	}
	for i, id := range s.IDs {
		want := float64(s.Counts[i]) / 10
		if got := float64(counts[id]) / draws; math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/draws) {
			t.Errorf("%d was drawn %.3f of the time, want %.3f", id, got, want)
		}
	}
	seen := map[int]bool{}
	for _, id := range drawn(s, 3, random.New(1, "test").Float64) {
		seen[id] = true
	}
	if len(seen) != 3 {
		t.Errorf("three draws are %v", seen)
	}
	if got := drawn(s, 4, nil); len(got) != 4 {
		t.Errorf("all of four are %v", got)
	}
}

// Of a long sentence, the words with the largest effects and those with the most attention are replaced.
func TestChosenWords(t *testing.T) {
	words := make([]attention.WordEffect, attention.MostReplaced)
	for i := range words {
		words[i] = attention.WordEffect{Position: i, AttentionRemoved: new(0.0)}
	}
	if got := chosenWords(words); len(got) != attention.MostReplaced {
		t.Errorf("%d of %d words", len(got), attention.MostReplaced)
	}
	for i := range 100 {
		words = append(words, attention.WordEffect{Position: attention.MostReplaced + i, AttentionRemoved: new(-float64(i)), Attention: float64(i % 50)})
	}
	got := chosenWords(words)
	has := map[int]bool{}
	for _, i := range got {
		has[i] = true
	}
	if len(got) >= fewWords || !has[attention.MostReplaced+99] || !has[attention.MostReplaced+49] || has[0] || has[attention.MostReplaced+1] {
		t.Errorf("%v", got)
	}
}

func TestFloorOf(t *testing.T) {
	for _, c := range []struct {
		effects []float64
		want    float64
	}{
		{nil, attention.LeastEffect},
		{[]float64{0, 0.001, 9}, attention.LeastEffect},
		{[]float64{8, 0.0625, 0.125, 0.03, 0.07, 0.0625, 0.0625}, 0.625},
	} {
		if got := floorOf(c.effects); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %g, want %g", c.effects, got, c.want)
		}
	}
}

// The floor of a model depends on its text and seed alone.
func TestNoiseFloorIsReproducible(t *testing.T) {
	r := deep(t)
	a, b := referenceOf(t, r), referenceOf(t, r)
	if a.floor != b.floor || a.floor.Predictions < 5 || a.floor.Removed < attention.LeastEffect {
		t.Errorf("%+v and %+v", a.floor, b.floor)
	}
}
