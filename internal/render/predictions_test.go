package render

import (
	"bytes"
	"math"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

func TestPredictions(t *testing.T) {
	next := []Prediction{{"river", 0.75}, {"cave", 0.25}, {"\x1b[2J", 0.0001}}
	for _, c := range []struct {
		o    TextOptions
		want string
	}{
		{TextOptions{}, "next: river 0.750  cave 0.250  ␛[2J 0.000\n      █████▎       █▊\n"},
		{TextOptions{Width: 30}, "next: river 0.750  cave 0.250\n      █████▎       █▊\n      ␛[2J 0.000\n"},
		{TextOptions{Width: 12}, "next:\nriver 0.750\n█████▎\ncave 0.250\n█▊\n␛[2J 0.000\n"},
		{TextOptions{Color: colorprofile.ANSI256}, "next: river 0.750  cave 0.250  ␛[2J 0.000\n" +
			"      \x1b[38;5;30m█████▎\x1b[m       \x1b[38;5;30m█▊\x1b[m\n"},
	} {
		var b bytes.Buffer
		if err := Predictions(&b, next, c.o); err != nil || b.String() != c.want {
			t.Errorf("%+v: error %v, got\n%swant\n%s", c.o, err, &b, c.want)
		}
	}
	var b bytes.Buffer
	if err := Predictions(&b, nil, TextOptions{}); err != nil || b.Len() != 0 {
		t.Errorf("no predictions: error %v, wrote %q", err, &b)
	}
	if err := Predictions(&b, []Prediction{{"a", math.NaN()}}, TextOptions{}); err == nil || b.Len() != 0 {
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
