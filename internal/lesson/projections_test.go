package lesson

import (
	"math"
	"strings"
	"testing"

	"attend/layers"
)

// The matrices of chapter 5 in double precision, on paper.
func TestTheOutputOfChapter5IsTheMixOfValues(t *testing.T) {
	heads, err := oneHead.attend(riverByHand, 1, layers.AttentionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	keys := [][2]float64{{0, 0}, {1.2, 0}, {.3, 0}, {.5, 0}, {1.7, 0}, {.8, 1}, {1, 0}}
	sum := 0.0
	e := make([]float64, len(keys))
	for i, k := range keys {
		e[i] = math.Exp((3*k[0] + 3*k[1]) / math.Sqrt2)
		sum += e[i]
	}
	output := heads.Z(0, 0, 6)
	if math.Abs(float64(output[0])-e[4]/sum) > 1e-6 || math.Abs(float64(output[1])-e[5]/sum) > 1e-6 {
		t.Errorf("output %v, want [%g %g]", output, e[4]/sum, e[5]/sum)
	}
}

// Chapter 7 explains heads. The map of chapter 5, which can be read alone before it, names none.
func TestTheMapOfChapter5NamesNoHead(t *testing.T) {
	_, pictures, err := oneHead.river(1, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, pictures[0], 80); !strings.HasPrefix(got, "attention weights\n") || strings.Contains(got, "head") {
		t.Errorf("the map:\n%s", got)
	}
}
