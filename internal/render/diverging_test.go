package render

import (
	"image/color"
	"math"
	"testing"
)

func TestOklab(t *testing.T) {
	// Ottosson's page gives white as (1, 0, 0); the rest must come back.
	white := toOklab(color.RGBA{0xff, 0xff, 0xff, 0xff})
	for i, want := range []float64{1, 0, 0} {
		if math.Abs(white[i]-want) > 1e-4 {
			t.Errorf("white is %v", white)
		}
	}
	for _, c := range []color.RGBA{{0, 0, 0, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {12, 200, 99, 255}} {
		if got := toOklab(c).rgb(); got != c {
			t.Errorf("%v comes back as %v", c, got)
		}
	}
}

// apart is how different two colours look: their distance in Oklab.
func apart(a, b color.RGBA) float64 {
	p, q := toOklab(a), toOklab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

func TestDivergingIsEven(t *testing.T) {
	for name, s := range map[string]diverging{"light": onLight(), "dark": onDark()} {
		if s.shade(0) != s.middle || s.shade(1) != s.more || s.shade(-1) != s.less {
			t.Errorf("%s: the ends or the middle are not those of the scale", name)
		}
		for _, sign := range []float64{-1, 1} {
			whole := apart(s.middle, s.shade(sign))
			for i := 1; i <= 10; i++ {
				a, b := s.shade(sign*float64(i-1)/10), s.shade(sign*float64(i)/10)
				if step := apart(a, b); step < 0.08*whole || step > 0.12*whole {
					t.Errorf("%s: from %v to %v is %.3f of the way", name, a, b, step/whole)
				}
				if c := contrast(ink(b), b); c < 4.5 {
					t.Errorf("%s, %v: contrast %.2f", name, b, c)
				}
			}
		}
	}
}

// Blue and orange must stay apart for eyes without the red or the green cones: the distance is measured after
// the projections of F. Viénot, H. Brettel and J. Mollon, 1999, in linear light.
func TestDivergingWithoutACone(t *testing.T) {
	project := func(c color.RGBA, redGreen [2]float64) color.RGBA {
		r, g, b := linear(c.R), linear(c.G), linear(c.B)
		y := redGreen[0]*r + redGreen[1]*g
		return color.RGBA{encoded(y), encoded(y), encoded(b), 0xff}
	}
	for name, eye := range map[string][2]float64{"protanopia": {0.11238, 0.88762}, "deuteranopia": {0.29275, 0.70725}} {
		for _, s := range []diverging{onLight(), onDark()} {
			for _, size := range []float64{0.25, 0.5, 1} {
				less, more := project(s.shade(-size), eye), project(s.shade(size), eye)
				if d := apart(less, more); d < 0.2*size {
					t.Errorf("%s, difference %v: %v and %v are %.3f apart", name, size, less, more, d)
				}
			}
		}
	}
}

func TestIndexedDifference(t *testing.T) {
	for _, sign := range []float64{-1, 1} {
		before := indexedDifference(0)
		for i := 1; i <= 100; i++ {
			c := indexedDifference(sign * float64(i) / 100)
			if c != before && luminance(c) <= luminance(before) {
				t.Errorf("%d of %v is not lighter than %d", c, sign*float64(i)/100, before)
			}
			if contrast(ink(c), c) < 4.5 {
				t.Errorf("%d: contrast %.2f", c, contrast(ink(c), c))
			}
			before = c
		}
	}
	if indexedDifference(-0.05) == indexedDifference(0.05) || indexedDifference(0.04) != indexedDifference(-0.04) {
		t.Error("two colours begin where a glyph does, at 0.05")
	}
}
