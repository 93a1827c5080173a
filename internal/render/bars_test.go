package render

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func three() Bars {
	return Bars{Title: "Weights", Bars: []Bar{{"key 1", 0.5, "0.500"}, {"key 2", 0.25, "0.250"}, {"none", 0, "0"}}}
}

func TestBarsText(t *testing.T) {
	for width, want := range map[int]string{
		80: "Weights\n" +
			"key 1  0.500  ████████████████████████████████████████\n" +
			"key 2  0.250  ████████████████████\n" +
			"none       0\n",
		24: "Weights\nkey 1  0.500  ██████████\nkey 2  0.250  █████\nnone       0\n",
	} {
		var b bytes.Buffer
		if err := BarsText(&b, three(), TextOptions{Width: width, Color: colorprofile.NoTTY}); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("width %d: got\n%s\nwant\n%s", width, b.String(), want)
		}
	}
	var b bytes.Buffer
	long := Bars{Title: "t", Bars: []Bar{{strings.Repeat("name ", 20), 1, strings.Repeat("9", 50)}}}
	if err := BarsText(&b, long, TextOptions{Width: 12}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > 12 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestBarsPictures(t *testing.T) {
	var svg, pixels bytes.Buffer
	if err := BarsSVG(&svg, three(), PictureOptions{}); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, svg.Bytes())
	for _, want := range []string{`width="280"`, `width="140"`, `width="0"`, "key 1 0.500; key 2 0.250; none 0."} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if _, err := BarsPNG(&pixels, three(), PictureOptions{Dark: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(&pixels); err != nil {
		t.Fatal(err)
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
