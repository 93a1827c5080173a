package render

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

func TestSignedNumber(t *testing.T) {
	for d, want := range map[float64]string{0: ".00", 0.004: ".00", -0.004: ".00", 0.005: "+.01", -0.07: "-.07", 0.48: "+.48", 0.996: "+1.0", -1: "-1.0", -1.000001: "-1.0"} {
		if got := signedNumber(d); got != want {
			t.Errorf("signedNumber(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSignedCell(t *testing.T) {
	for d, want := range map[float64]string{0: "  .00", 0.03: " +.03", -0.3: "▒-.30", 1: "█+1.0"} {
		if got := signedCell(d, cellWidth, colorprofile.ASCII); got != want {
			t.Errorf("signedCell(%v) = %q, want %q", d, got, want)
		}
	}
	for _, p := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.TrueColor} {
		less, more := signedCell(-0.5, 7, p), signedCell(0.5, 7, p)
		if background(less) == background(more) {
			t.Errorf("%v: %q and %q have one colour", p, less, more)
		}
		if ansi.StringWidth(less) != 7 || !strings.Contains(less, "-.50") {
			t.Errorf("%v: %q", p, less)
		}
	}
}

// background is the part of an escape sequence that sets the background.
func background(s string) string {
	_, after, _ := strings.Cut(s, "[48;")
	before, _, _ := strings.Cut(after, ";38;")
	return before
}

func TestSignedLegendFits(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI256, colorprofile.TrueColor} {
		for width := leastWidth; width < 100; width++ {
			o := TextOptions{Width: width, Color: p}
			if err := tidy(signedLegend(o), o); err != nil {
				t.Error(err)
			}
		}
	}
}
