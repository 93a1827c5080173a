package lesson

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// The vectors of the notebook that the course grew out of.
var (
	notebookQuery = []float32{1, 0}
	notebookKeys  = []Vector{{"key 1", []float32{1, 1}}, {"key 2", []float32{0, 1}}, {"key 3", []float32{1, 0}}}
)

func TestTheNumbersOfTheNotebook(t *testing.T) {
	if got := products(notebookQuery, notebookKeys); !slices.Equal(got, []float32{1, 0, 1}) {
		t.Errorf("scores %v, want [1 0 1]", got)
	}
	weights, _, err := attendTo(notebookQuery, notebookKeys, notebookKeys, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"0.4223188", "0.1553624", "0.4223188"} {
		if got := fmt.Sprintf("%.7f", weights[i]); got != want {
			t.Errorf("weight %d is %s, want %s", i, got, want)
		}
		exact := []float64{math.E, 1, math.E}[i] / (2*math.E + 1)
		if ulp := float64(math.Nextafter32(weights[i], 1) - weights[i]); math.Abs(float64(weights[i])-exact) > 1.5*ulp {
			t.Errorf("weight %d is %.9g, more than a rounding from %.9g", i, weights[i], exact)
		}
	}
}

func TestAttentionByClosedForms(t *testing.T) {
	// Two keys whose scores differ by ln 3 share 3 to 1; the values are longer than the keys.
	keys := []Vector{{"a", []float32{float32(math.Log(3))}}, {"b", []float32{0}}}
	values := []Vector{{"a", []float32{4, 0, 8}}, {"b", []float32{0, 4, 8}}}
	for _, c := range []struct {
		query, scale, share float64
	}{{1, 1, 0.75}, {2, 1, 0.9}, {2, 0.5, 0.75}, {-1, 1, 0.25}} {
		weights, output, err := attendTo(numbers{float32(c.query)}, keys, values, c.scale)
		if err != nil {
			t.Fatal(err)
		}
		want := []float64{4 * c.share, 4 * (1 - c.share), 8}
		if len(weights) != 2 || len(output) != 3 || math.Abs(float64(weights[0])-c.share) > 1e-6 {
			t.Fatalf("query %g, scale %g: %v, %v", c.query, c.scale, weights, output)
		}
		for i, x := range want {
			if math.Abs(float64(output[i])-x) > 1e-5 {
				t.Errorf("query %g, scale %g: output %v, want %v", c.query, c.scale, output, want)
			}
		}
	}
}

func TestSlopeAndEntropy(t *testing.T) {
	for _, c := range []struct {
		weights        []float32
		slope, entropy float64
	}{
		{[]float32{1, 0, 0}, 0, 0},
		{[]float32{0.5, 0.5}, 0.5, math.Ln2},
		{[]float32{0.25, 0.25, 0.25, 0.25}, 0.75, 2 * math.Ln2},
	} {
		// The slope is sum w (1 - w).
		if got := slope(c.weights); math.Abs(got-c.slope) > 1e-6 {
			t.Errorf("slope of %v is %g, want %g", c.weights, got, c.slope)
		}
		if got := entropy(c.weights); math.Abs(got-c.entropy) > 1e-6 {
			t.Errorf("entropy of %v is %g, want %g", c.weights, got, c.entropy)
		}
	}
}

// What chapter 4 says of random vectors: bare scores grow as the root of d and the weights harden, divided ones stay.
func TestDivisionKeepsTheWeightsSoft(t *testing.T) {
	var bare, divided []spread
	for _, d := range []int{4, 64, 1024} {
		b, err := measureSpread(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := measureSpread(d, math.Sqrt(float64(d)))
		if err != nil {
			t.Fatal(err)
		}
		if root := math.Sqrt(float64(d)); math.Abs(b.Score/root-1) > 0.1 || math.Abs(s.Score-1) > 0.1 {
			t.Errorf("d %d: scores of size %g and %g, want about %g and 1", d, b.Score, s.Score, root)
		}
		bare, divided = append(bare, b), append(divided, s)
	}
	for i := 1; i < 3; i++ {
		if bare[i].Entropy > bare[i-1].Entropy/1.5 || bare[i].Slope > bare[i-1].Slope/1.5 || bare[i].Largest < bare[i-1].Largest {
			t.Errorf("bare scores: %+v after %+v", bare[i], bare[i-1])
		}
		if math.Abs(divided[i].Entropy-divided[0].Entropy) > 0.1 || math.Abs(divided[i].Slope-divided[0].Slope) > 0.05 {
			t.Errorf("divided scores: %+v after %+v", divided[i], divided[0])
		}
	}
}
