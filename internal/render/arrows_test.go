package render

import (
	"math"
	"testing"
)

func TestArrowsRefuseWhatHasNoPlace(t *testing.T) {
	for name, a := range map[string]Arrows{
		"no arrows": {}, "NaN": {Arrows: []Arrow{{X: math.NaN()}}}, "infinite": {Arrows: []Arrow{{Y: math.Inf(1)}}},
		"too long": {Arrows: []Arrow{{X: 1e300}}}, "too many": {Arrows: make([]Arrow, mostArrows+1)},
	} {
		if a.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
