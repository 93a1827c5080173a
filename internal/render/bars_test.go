package render

import (
	"math"
	"testing"
)

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
