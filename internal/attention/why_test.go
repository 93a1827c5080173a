package attention_test

import (
	"math"
	"slices"
	"testing"

	"attend/internal/attention"
)

// nan is an effect that was not measured.
var nan = math.NaN()

// words are words whose removed and replaced effects are given.
func words(effects ...[2]float64) (list []attention.WordEffect) {
	for i, e := range effects {
		w := attention.WordEffect{Position: i, Word: string(rune('a' + i))}
		if e[0] == e[0] {
			w.AttentionRemoved = &e[0]
		}
		if e[1] == e[1] {
			w.Replaced, w.NineInTen = &e[1], &e[1]
		}
		list = append(list, w)
	}
	return list
}

func order(list []attention.WordEffect) (names string) {
	for _, w := range list {
		names += w.Word
	}
	return names
}

func TestRankedPutsTheLargestEffectFirst(t *testing.T) {
	floor := attention.NoiseFloor{Removed: 0.5, Replaced: 0.25}
	y := attention.Why{NoiseFloor: floor, Words: words([2]float64{9, nan}, [2]float64{0, 0.25}, [2]float64{0, 1}, [2]float64{0.5, 7}, [2]float64{0, -3}, [2]float64{0.6, 0.1}, [2]float64{0, 8})}
	if got := order(y.Ranked()); got != "dcegabf" {
		t.Errorf("order %s, want d, c and e by the effect, g, the last, and the ties as they stand", got)
	}
	if got := y.Affecting(); !slices.Equal(got, []int{3, 2, 4, 6}) {
		t.Errorf("mattering %v", got)
	}
	if got := y.RemovedOnly(); !slices.Equal(got, []int{0, 5}) {
		t.Errorf("only removed %v", got)
	}
	// Without replacements the effects of removal count.
	y.Words = words([2]float64{0.5, nan}, [2]float64{0.6, nan}, [2]float64{2, nan}, [2]float64{0, nan})
	if got := order(y.Ranked()); got != "cbad" || len(y.RemovedOnly()) > 0 {
		t.Errorf("order %s, only removed %v", got, y.RemovedOnly())
	}
	// With a word to compare with, words have the order of the effect on the logit difference.
	y.Against = &attention.Against{}
	for i, x := range []float64{0, 5, 1, 0} {
		y.Words[i].DifferenceRemoved = &x
	}
	if got := order(y.Ranked()); got != "bcad" {
		t.Errorf("order %s by the logit difference", got)
	}
}

func TestUnexplained(t *testing.T) {
	floor := attention.NoiseFloor{Removed: 0.5, Replaced: 0.5}
	for _, c := range []struct {
		want      int
		attention []float64
		effects   [][2]float64
	}{
		{1, []float64{0.2, 0.7, 0.1}, [][2]float64{{3, 3}, {0.5, 0}, {0, 9}}}, // the most attention, no effect
		{-1, []float64{0.7, 0.2, 0.1}, [][2]float64{{3, 3}, {0, 0}, {0, 9}}},  // the most attention has an effect, and no other matters
		{1, []float64{0.7, 0.2, 0.1}, [][2]float64{{3, 3}, {0, 4}, {0, 9}}},   // a word that matters when it is replaced
		{-1, []float64{1}, [][2]float64{{nan, 4}}},                            // the only token
	} {
		y := attention.Why{NoiseFloor: floor, Words: words(c.effects...)}
		for i, x := range c.attention {
			y.Words[i].Attention = x
		}
		if got := y.Unexplained(); got != c.want {
			t.Errorf("%v, %v: %d, want %d", c.attention, c.effects, got, c.want)
		}
	}
}

// A pair is needed if neither of its words is.
func TestNeeded(t *testing.T) {
	y := attention.Why{NoiseFloor: attention.NoiseFloor{Removed: 0.5}, Words: words([2]float64{0.25, nan}, [2]float64{-1, nan}, [2]float64{4, nan})}
	for _, c := range []struct {
		pair attention.PairRemoved
		want bool
	}{
		{attention.PairRemoved{Positions: [2]int{0, 1}, Effect: 1.25}, true},
		{attention.PairRemoved{Positions: [2]int{0, 1}, Effect: 1}, false},
		{attention.PairRemoved{Positions: [2]int{0, 2}, Effect: 4.5}, false},
	} {
		if got := y.Needed(c.pair); got != c.want {
			t.Errorf("%+v: %t", c.pair, got)
		}
	}
}

func TestNineInTen(t *testing.T) {
	for _, c := range []struct {
		effects []float64
		want    float64
	}{
		{[]float64{3}, 3}, {[]float64{0, 3}, 0}, {[]float64{0, 1, 2, 3}, 0},
		{[]float64{5, 0, 4, 3, 6}, 3},       // one of five is left out
		{[]float64{5, 0, 4, 0, 6}, 0},       // not two
		{[]float64{-5, 0, -4, -3, -6}, -3},  // in the direction of the mean
		{[]float64{-5, 5, -5, 5, 5, -4}, 0}, // no direction
		{[]float64{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 1, 9, 9, 9, 9, 9, 9}, 9},
	} {
		if got := attention.NineInTen(c.effects); got != c.want {
			t.Errorf("%v: %g, want %g", c.effects, got, c.want)
		}
	}
}

// A certain prediction that some other words would change is judged by logits.
func TestSaturated(t *testing.T) {
	y := attention.Why{Probability: 0.95, NoiseFloor: attention.NoiseFloor{Removed: 0.5, Replaced: 0.5}, Words: words([2]float64{0, 2}, [2]float64{0, 0}, [2]float64{0, 3})}
	y.Words[0].NineInTen, y.Words[0].Replacements = new(0.0), []attention.Replacement{{Effect: 4}, {}}
	if !y.Saturated() || !slices.Equal(y.Sensitive(), []int{0}) {
		t.Errorf("not saturated; some others %v", y.Sensitive())
	}
	for name, change := range map[string]func(y *attention.Why){
		"an uncertain one":   func(y *attention.Why) { y.Probability = 0.8 },
		"one with an effect": func(y *attention.Why) { *y.Words[1].NineInTen, *y.Words[1].Replaced = 2, 2 },
		"one without others": func(y *attention.Why) { *y.Words[0].Replaced = 0 },
	} {
		z := y
		z.Words = words([2]float64{0, 2}, [2]float64{0, 0}, [2]float64{0, 3})
		for i := range z.Words { // the mean and what nine in ten have are different numbers
			z.Words[i].NineInTen = new(*z.Words[i].Replaced)
		}
		*z.Words[0].NineInTen = 0
		if change(&z); z.Saturated() {
			t.Errorf("%s is saturated", name)
		}
	}
}
