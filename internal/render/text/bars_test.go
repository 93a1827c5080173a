package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

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
