package picture

import (
	"image/color"
	"testing"

	"attend/internal/render"
	"attend/internal/render/rendertest"
)

func TestThemesAreReadable(t *testing.T) {
	for _, o := range []Options{{}, {Dark: true}} {
		p := o.palette()
		if c := render.Contrast(p.ink, p.background); c < 15 {
			t.Errorf("%+v: ink has a contrast of %.1f", o, c)
		}
		if c := render.Contrast(p.muted, p.background); c < 7 {
			t.Errorf("%+v: muted has a contrast of %.1f", o, c)
		}
		// What cannot be seen must not look like a weight or a difference of 0.
		if d := rendertest.Apart(p.background, p.shade(0, false)); d < 0.1 {
			t.Errorf("%+v: weight 0 is %.3f from the background", o, d)
		}
		if p.shade(0, true) == p.background || render.Contrast(p.hatch, p.background) < 1.5 {
			t.Errorf("%+v: a difference of 0 or the hatching cannot be told from the background", o)
		}
	}
	if (Options{}).palette().background != (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
		t.Error("the light background is not that of paper")
	}
}
