package render

import (
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func TestNumber(t *testing.T) {
	for weight, want := range map[float64]string{0: ".00", 0.004: ".00", 0.006: ".01", 0.48: ".48", 0.994: ".99", 0.996: "1.0", 1: "1.0", 1.00001: "1.0"} {
		if got := number(weight); got != want {
			t.Errorf("number(%v) = %q, want %q", weight, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	for _, c := range []struct {
		weight float64
		color  colorprofile.Profile
		want   string
	}{
		{0.48, colorprofile.NoTTY, "  ▒▒.48"},
		{0.001, colorprofile.ASCII, "    .00"},
		{0.001, colorprofile.ANSI, "\x1b[2m    .00\x1b[m"},
		{1, colorprofile.ANSI256, "\x1b[48;5;220;38;5;16m  1.0  \x1b[m"},
		{0.5, colorprofile.TrueColor, "\x1b[48;2;33;145;140;38;2;0;0;0m  .50  \x1b[m"},
		{0.001, colorprofile.TrueColor, "\x1b[2;48;2;68;1;84;38;2;255;255;255m  .00  \x1b[m"},
	} {
		if got := cell(c.weight, 7, c.color); got != c.want {
			t.Errorf("cell(%v) with %v = %q, want %q", c.weight, c.color, got, c.want)
		}
	}
	for p := colorprofile.Unknown; p <= colorprofile.TrueColor; p++ {
		for i := range 101 {
			if w := ansi.StringWidth(cell(float64(i)/100, cellWidth, p)); w != cellWidth {
				t.Errorf("%v: the cell of %d%% has %d columns, want %d", p, i, w, cellWidth)
			}
		}
	}
}
