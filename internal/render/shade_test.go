package render

import (
	"image/color"
	"testing"
)

func TestShadeIsReadable(t *testing.T) {
	for i := range 101 {
		weight := float64(i) / 100
		for name, background := range map[string]color.Color{"true colour": shade(weight), "palette": indexed(weight)} {
			if c := contrast(ink(background), background); c < 4.5 {
				t.Errorf("%s, weight %v: contrast %.2f", name, weight, c)
			}
		}
	}
}

// Lightness must rise with the weight, so that the scale reads in grey.
func TestShadeRises(t *testing.T) {
	for i := 1; i <= 100; i++ {
		before, weight := float64(i-1)/100, float64(i)/100
		if luminance(shade(before)) >= luminance(shade(weight)) {
			t.Errorf("the colour of %v is not lighter than that of %v", weight, before)
		}
		if a, b := indexed(before), indexed(weight); a != b && luminance(a) >= luminance(b) {
			t.Errorf("palette: %d of %v is not lighter than %d of %v", b, weight, a, before)
		}
	}
}

func TestShadeFollowsTheNumber(t *testing.T) {
	if shade(0.046) != shade(0.054) || glyph(0.046) != glyph(0.054) || indexed(0.246) != indexed(0.254) {
		t.Error("weights that print alike differ in shade")
	}
	if shade(1.00001) != shade(1) || shade(-0.1) != shade(0) {
		t.Error("a weight beyond 0 to 1 is not at the end of the scale")
	}
	if got := shade(0.5); got != (color.RGBA{0x21, 0x91, 0x8c, 0xff}) {
		t.Errorf("the middle of viridis is %v", got)
	}
}

func TestContrast(t *testing.T) {
	black, white := color.RGBA{A: 255}, color.RGBA{255, 255, 255, 255}
	if c := contrast(black, white); c < 20.99 || c > 21.01 {
		t.Errorf("black on white is %v, want 21", c)
	}
	if c := contrast(white, white); c != 1 {
		t.Errorf("white on white is %v, want 1", c)
	}
}

func TestGlyph(t *testing.T) {
	for weight, want := range map[float64]string{0: " ", 0.04: " ", 0.05: "░", 0.24: "░", 0.25: "▒", 0.49: "▒", 0.5: "▓", 0.74: "▓", 0.75: "█", 1: "█"} {
		if got := glyph(weight); got != want {
			t.Errorf("glyph(%v) = %q, want %q", weight, got, want)
		}
	}
}
