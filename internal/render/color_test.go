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

var scales = map[string]Scale{"light": OnLight(), "dark": OnDark(), "either": OnEither()}

func TestScaleIsEven(t *testing.T) {
	for name, s := range scales {
		if s.Weight(0) != s.none || s.Weight(1) != s.full {
			t.Errorf("%s: the ends are not those of the scale", name)
		}
		if s.Difference(0) != s.middle || s.Difference(1) != s.more || s.Difference(-1) != s.less {
			t.Errorf("%s: the ends or the middle are not those of the scale of differences", name)
		}
		for kind, of := range map[string]func(float64) color.RGBA{
			"weight": s.Weight, "sink": s.Sink, "more": s.Difference,
			"less": func(d float64) color.RGBA { return s.Difference(-d) },
		} {
			whole := apart(of(0), of(1))
			for i := 1; i <= 10; i++ {
				a, b := of(float64(i-1)/10), of(float64(i)/10)
				if step := apart(a, b); step < 0.08*whole || step > 0.12*whole {
					t.Errorf("%s, %s: from %v to %v is %.3f of the way", name, kind, a, b, step/whole)
				}
				if c := Contrast(Ink(b), b); c < 4.5 {
					t.Errorf("%s, %s, %v: contrast %.2f", name, kind, b, c)
				}
			}
		}
	}
}

// The largest weight must be furthest from the background, in lightness too, so that the scale reads in grey and no empty
// cell is louder than a full one.
func TestScaleLeavesTheBackground(t *testing.T) {
	white, black := color.RGBA{0xff, 0xff, 0xff, 0xff}, color.RGBA{A: 0xff}
	for i := 1; i <= 100; i++ {
		before, weight := float64(i-1)/100, float64(i)/100
		for name, background := range map[string]color.RGBA{"light": white, "dark": black, "either": black} {
			s := scales[name]
			if Contrast(s.Weight(weight), background) <= Contrast(s.Weight(before), background) {
				t.Errorf("%s: the colour of %v stands out no more than that of %v", name, weight, before)
			}
			if Contrast(s.Sink(weight), background) > Contrast(s.Weight(weight), background) {
				t.Errorf("%s: %v of a sink stands out more than elsewhere", name, weight)
			}
		}
	}
	chroma := func(w float64) float64 { c := ToOklab(OnEither().Weight(w)); return math.Hypot(c[1], c[2]) }
	for i := range 20 {
		before, weight := float64(i)/20, float64(i+1)/20
		if chroma(weight) <= chroma(before) {
			t.Errorf("either: the colour of %v is not stronger than that of %v", weight, before)
		}
	}
	if OnLight().Weight(0) != white {
		t.Errorf("a weight of 0 on white is %v", OnLight().Weight(0))
	}
}

func TestScaleFollowsTheNumber(t *testing.T) {
	s := OnLight()
	if s.Weight(0.046) != s.Weight(0.054) || s.Sink(0.046) != s.Sink(0.054) {
		t.Error("weights that print alike differ in shade")
	}
	if s.Weight(1.00001) != s.Weight(1) || s.Weight(-0.1) != s.Weight(0) {
		t.Error("a weight beyond 0 to 1 is not at the end of the scale")
	}
}

// Blue and orange must stay apart for eyes without the red or the green cones: the distance is measured after
// the projections of F. Viénot, H. Brettel and J. Mollon, 1999, in linear light.
func TestDifferencesWithoutACone(t *testing.T) {
	project := func(c color.RGBA, redGreen [2]float64) color.RGBA {
		r, g, b := linear(c)
		y := redGreen[0]*r + redGreen[1]*g
		grey, _, blue := colorful.LinearRgb(y, y, b).Clamped().RGB255()
		return color.RGBA{grey, grey, blue, 0xff}
	}
	for name, eye := range map[string][2]float64{"protanopia": {0.11238, 0.88762}, "deuteranopia": {0.29275, 0.70725}} {
		for _, s := range scales {
			for _, size := range []float64{0.25, 0.5, 1} {
				less, more := project(s.Difference(-size), eye), project(s.Difference(size), eye)
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
