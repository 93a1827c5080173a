package picture

import (
	"image/color"
	"testing"

	"attend/internal/render"
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
		if p.scale.Weight(0) != p.background {
			t.Errorf("%+v: weight 0 is not the background", o)
		}
		// So the grid distinguishes it from what a query cannot see.
		if render.Contrast(p.grid, p.background) < 1.5 {
			t.Errorf("%+v: the grid is no line on the background", o)
		}
	}
	if (Options{}).palette().background != (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
		t.Error("the light background is not that of paper")
	}
}
