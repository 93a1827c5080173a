package render

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLinks(t *testing.T) {
	row := []float64{0.2, 0.1, 0.5, 0.2, 0, math.NaN()}
	want := []Link{{2, 0.5}, {0, 0.2}, {3, 0.2}, {1, 0.1}}
	for _, most := range []int{0, -1, 4, 9} {
		if diff := cmp.Diff(want, Links(row, most)); diff != "" {
			t.Errorf("most %d: %s", most, diff)
		}
	}
	if diff := cmp.Diff(want[:2], Links(row, 2)); diff != "" {
		t.Error(diff)
	}
	if got := Links(nil, 3); len(got) != 0 {
		t.Errorf("Links of no row: %v", got)
	}
}
