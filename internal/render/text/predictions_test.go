package text

import (
	"bytes"
	"math"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/attention"
)

func TestPredictions(t *testing.T) {
	next := []attention.Prediction{{Word: "river", Probability: 0.75}, {Word: "cave", Probability: 0.25}, {Word: "\x1b[2J", Probability: 0.0001}}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "next: river 0.750  cave 0.250  ␛[2J 0.000\n      █████▎       █▊\n"},
		{Options{Width: 30}, "next: river 0.750  cave 0.250\n      █████▎       █▊\n      ␛[2J 0.000\n"},
		{Options{Width: 12}, "next:\nriver 0.750\n█████▎\ncave 0.250\n█▊\n␛[2J 0.000\n"},
		{Options{Color: colorprofile.ANSI256}, "next: river 0.750  cave 0.250  ␛[2J 0.000\n" +
			"      \x1b[38;5;30m█████▎\x1b[m       \x1b[38;5;30m█▊\x1b[m\n"},
	} {
		var b bytes.Buffer
		if err := Predictions(&b, next, c.o); err != nil || b.String() != c.want {
			t.Errorf("%+v: error %v, got\n%swant\n%s", c.o, err, &b, c.want)
		}
	}
	var b bytes.Buffer
	if err := Predictions(&b, nil, Options{}); err != nil || b.Len() != 0 {
		t.Errorf("no predictions: error %v, wrote %q", err, &b)
	}
	if err := Predictions(&b, []attention.Prediction{{Word: "a", Probability: math.NaN()}}, Options{}); err == nil || b.Len() != 0 {
		t.Errorf("NaN: error %v, wrote %q", err, &b)
	}
}

func TestBar(t *testing.T) {
	for p, want := range map[float64]string{0: "", 0.0004: "", 0.001: "▏", 0.5: "███▌", 1: "███████", 1.00001: "███████"} {
		if got := bar(p); got != want {
			t.Errorf("bar(%v) = %q, want %q", p, got, want)
		}
	}
}
