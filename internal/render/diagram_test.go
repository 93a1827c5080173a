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

func TestBarsRefuseWhatHasNoLength(t *testing.T) {
	for _, value := range []float64{-1, math.NaN(), math.Inf(1)} {
		if err := (Bars{Bars: []Bar{{Value: value}}}).Validate(); err == nil {
			t.Errorf("%g is accepted", value)
		}
	}
	if (Bars{}).Validate() == nil || (Bars{Bars: make([]Bar, mostBars+1)}).Validate() == nil {
		t.Error("no bars, or too many, are accepted")
	}
}
