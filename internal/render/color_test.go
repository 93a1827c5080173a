package render

import (
	"image/color"
	"math"
	"testing"

	"github.com/lucasb-eyer/go-colorful"
)

func TestOklab(t *testing.T) {
	// Ottosson's page gives white as (1, 0, 0); the rest must come back.
	white := ToOklab(color.RGBA{0xff, 0xff, 0xff, 0xff})
	for i, want := range []float64{1, 0, 0} {
		if math.Abs(white[i]-want) > 1e-4 {
			t.Errorf("white is %v", white)
		}
	}
	for _, c := range []color.RGBA{{0, 0, 0, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {12, 200, 99, 255}} {
		if got := ToOklab(c).rgb(); got != c {
			t.Errorf("%v comes back as %v", c, got)
		}
	}
}

func TestDivergingIsEven(t *testing.T) {
	for name, s := range map[string]Diverging{"light": OnLight(), "dark": OnDark()} {
		if s.Shade(0) != s.middle || s.Shade(1) != s.more || s.Shade(-1) != s.less {
			t.Errorf("%s: the ends or the middle are not those of the scale", name)
		}
		for _, sign := range []float64{-1, 1} {
			whole := apart(s.middle, s.Shade(sign))
			for i := 1; i <= 10; i++ {
				a, b := s.Shade(sign*float64(i-1)/10), s.Shade(sign*float64(i)/10)
				if step := apart(a, b); step < 0.08*whole || step > 0.12*whole {
					t.Errorf("%s: from %v to %v is %.3f of the way", name, a, b, step/whole)
				}
				if c := Contrast(Ink(b), b); c < 4.5 {
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
		r, g, b := linear(c)
		y := redGreen[0]*r + redGreen[1]*g
		grey, _, blue := colorful.LinearRgb(y, y, b).Clamped().RGB255()
		return color.RGBA{grey, grey, blue, 0xff}
	}
	for name, eye := range map[string][2]float64{"protanopia": {0.11238, 0.88762}, "deuteranopia": {0.29275, 0.70725}} {
		for _, s := range []Diverging{OnLight(), OnDark()} {
			for _, size := range []float64{0.25, 0.5, 1} {
				less, more := project(s.Shade(-size), eye), project(s.Shade(size), eye)
				if d := apart(less, more); d < 0.2*size {
					t.Errorf("%s, difference %v: %v and %v are %.3f apart", name, size, less, more, d)
				}
			}
		}
	}
}

func TestContrast(t *testing.T) {
	black, white := color.RGBA{A: 255}, color.RGBA{255, 255, 255, 255}
	if c := Contrast(black, white); c < 20.99 || c > 21.01 {
		t.Errorf("black on white is %v, want 21", c)
	}
	if c := Contrast(white, white); c != 1 {
		t.Errorf("white on white is %v, want 1", c)
	}
}

// apart is how different two colours look: their distance in Oklab.
func apart(a, b color.RGBA) float64 {
	p, q := ToOklab(a), ToOklab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}
