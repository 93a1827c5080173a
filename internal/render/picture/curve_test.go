package picture

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"attend/internal/render"
)

// The curve reaches from the left to the right end of the plot, the smallest y lies lowest, and the level has its name.
func TestCurve(t *testing.T) {
	c := render.Curve{Title: "Loss <b>", XTitle: "step", YTitle: "loss", Level: 1, LevelName: "the floor",
		Points: []render.Point{{X: 0, Y: 4}, {X: 5, Y: 3}, {X: 10, Y: 1}}}
	for _, dark := range []bool{false, true} {
		d, err := Curve(c, Options{Dark: dark})
		if err != nil {
			t.Fatal(err)
		}
		first, last := d.dots[0], d.dots[2]
		if len(d.dots) != 3 || math.Abs(last.x-first.x-curveWidth) > 1e-9 || math.Abs(last.y-first.y-0.75*curveHeight) > 1e-9 {
			t.Errorf("dots %+v", d.dots)
		}
		var b bytes.Buffer
		if _, err := SVG(&b, d); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Loss &lt;b&gt;", "the floor", "step 5, 3.000", ">loss<"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("the picture has no %q", want)
			}
		}
	}
	zeros := []render.Point{{X: 0}, {X: 1}}
	if _, err := Curve(render.Curve{Points: zeros}, Options{}); err != nil {
		t.Errorf("nothing but zeros: %v", err)
	}
	nan := math.NaN()
	for _, wrong := range []render.Curve{
		{}, {Points: zeros[:1]}, {Points: zeros, Level: nan}, {Points: zeros, Level: -1}, {Points: []render.Point{{X: 1}, {X: 1}}},
		{Points: []render.Point{{X: -1}, {X: 1}}}, {Points: []render.Point{{X: 0, Y: nan}, {X: 1}}}, {Points: []render.Point{{X: 0}, {X: math.Inf(1)}}},
	} {
		if _, err := Curve(wrong, Options{}); err == nil {
			t.Errorf("%+v is drawn", wrong)
		}
	}
}
