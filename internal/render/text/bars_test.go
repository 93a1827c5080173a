package text

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

func TestBarsText(t *testing.T) {
	for width, want := range map[int]string{
		80: "Weights\n" +
			"key 1  0.500  ████████████████████████████████████████\n" +
			"key 2  0.250  ████████████████████\n" +
			"none       0\n",
		24: "Weights\nkey 1  0.500  ██████████\nkey 2  0.250  █████\nnone       0\n",
	} {
		var b bytes.Buffer
		if err := Bars(&b, rendertest.ThreeBars(), Options{Width: width, Color: colorprofile.NoTTY}); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("width %d: got\n%s\nwant\n%s", width, b.String(), want)
		}
	}
	var b bytes.Buffer
	long := render.Bars{Title: "t", Bars: []render.Bar{{Name: strings.Repeat("name ", 20), Value: 1, Text: strings.Repeat("9", 50)}}}
	if err := Bars(&b, long, Options{Width: 12}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > 12 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

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
			"      \x1b[38;5;98m█████▎\x1b[m       \x1b[38;5;98m█▊\x1b[m\n"},
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

func TestProbabilityBar(t *testing.T) {
	for p, want := range map[float64]string{0: "", 0.0004: "", 0.001: "▏", 0.5: "███▌", 1: "███████", 1.00001: "███████"} {
		if got := probabilityBar(p); got != want {
			t.Errorf("probabilityBar(%v) = %q, want %q", p, got, want)
		}
	}
}
