package text

import (
	"image/color"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/render"
)

func palette(weight float64) color.Color { return weightColor(weight, colorprofile.ANSI256) }

func paletteDifference(d float64) color.Color { return differenceColor(d, colorprofile.ANSI256) }

// background is the part of an escape sequence that sets the background.
func background(s string) string {
	_, after, _ := strings.Cut(s, "[48;")
	before, _, _ := strings.Cut(after, ";38;")
	return before
}

func TestIndexedDifference(t *testing.T) {
	for _, sign := range []float64{-1, 1} {
		before := paletteDifference(0)
		for i := 1; i <= 100; i++ {
			c := paletteDifference(sign * float64(i) / 100)
			if c != before && render.Luminance(c) <= render.Luminance(before) {
				t.Errorf("%d of %v is not lighter than %d", c, sign*float64(i)/100, before)
			}
			if render.Contrast(render.Ink(c), c) < 4.5 {
				t.Errorf("%d: contrast %.2f", c, render.Contrast(render.Ink(c), c))
			}
			before = c
		}
	}
	if paletteDifference(-0.05) == paletteDifference(0.05) || paletteDifference(0.04) != paletteDifference(-0.04) {
		t.Error("two colours begin where a glyph does, at 0.05")
	}
}

func TestShadeIsReadable(t *testing.T) {
	for i := range 101 {
		weight := float64(i) / 100
		for name, background := range map[string]color.Color{"true colour": render.OnEither().Weight(weight), "palette": palette(weight)} {
			if c := render.Contrast(render.Ink(background), background); c < 4.5 {
				t.Errorf("%s, weight %v: contrast %.2f", name, weight, c)
			}
		}
	}
}

// Lightness must rise with the weight, so that the scale reads in grey.
func TestShadeRises(t *testing.T) {
	for i := 1; i <= 100; i++ {
		before, weight := float64(i-1)/100, float64(i)/100
		if a, b := palette(before), palette(weight); a != b && render.Luminance(a) >= render.Luminance(b) {
			t.Errorf("palette: %d of %v is not lighter than %d of %v", b, weight, a, before)
		}
	}
}

func TestShadeFollowsTheNumber(t *testing.T) {
	if glyph(0.046) != glyph(0.054) || palette(0.246) != palette(0.254) {
		t.Error("weights that print alike differ in shade")
	}
}

func TestGlyph(t *testing.T) {
	for weight, want := range map[float64]string{0: " ", 0.04: " ", 0.05: "░", 0.24: "░", 0.25: "▒", 0.49: "▒", 0.5: "▓", 0.74: "▓", 0.75: "█", 1: "█"} {
		if got := glyph(weight); got != want {
			t.Errorf("glyph(%v) = %q, want %q", weight, got, want)
		}
	}
}
