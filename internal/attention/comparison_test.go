package attention_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestComparisonAlignsHeads(t *testing.T) {
	c := attentiontest.Compared()
	if got, want := c.Difference(), [][]float64{{0, 0}, {0.125, -0.125}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the mean differs by %v, want %v", got, want)
	}
	c.Matches = []attention.HeadMatch{{0, 0, 1, 0.1}, {0, 1, 0, 0}}
	a, b := c.Aligned()
	if got, want := attention.Difference(a.Mean(0, 0), b.Mean(0, 0)), [][]float64{{0, 0}, {0.25, -0.25}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the first head differs by %v, want %v", got, want)
	}
	if got, want := attention.Difference(a.Mean(0, 1), b.Mean(0, 1)), [][]float64{{0, 0}, {0, 0}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the second head differs by %v, want %v", got, want)
	}
	if c.A.Attention[0][1][1][0] != 1 || c.B.Attention[0][0][1][0] != 1 {
		t.Error("aligning has changed the maps")
	}
}

// A comparison whose numbers are all numbers can be written as JSON.
func TestComparisonResultIsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := attentiontest.AnyComparison(t, attentiontest.AnyMap(t))
		c.Losses = nil
		if _, err := json.Marshal(c.Result()); err != nil {
			t.Fatal(err)
		}
	})
}
