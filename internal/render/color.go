package render

import (
	"fmt"
	"image/color"
	"math"

	"github.com/lucasb-eyer/go-colorful"
)

// Viridis has nine evenly spaced stops of matplotlib's colour map of that name
// (N. Smith, S. van der Walt, 2015; CC0): lightness rises evenly, and it reads
// the same with every common colour blindness and in grey.
func Viridis() [9]color.RGBA {
	return [9]color.RGBA{
		{0x44, 0x01, 0x54, 0xff}, {0x47, 0x2d, 0x7b, 0xff}, {0x3b, 0x52, 0x8b, 0xff},
		{0x2c, 0x72, 0x8e, 0xff}, {0x21, 0x91, 0x8c, 0xff}, {0x28, 0xae, 0x80, 0xff},
		{0x5e, 0xc9, 0x62, 0xff}, {0xad, 0xdc, 0x30, 0xff}, {0xfd, 0xe7, 0x25, 0xff},
	}
}

// Shade is the colour of a weight in 0 to 1.
func Shade(weight float64) color.RGBA {
	stops := Viridis()
	at := Printed(weight) * float64(len(stops)-1)
	low := min(int(at), len(stops)-2)
	part := at - float64(low)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	a, b := stops[low], stops[low+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// Ink is black or white, whichever is easier to read on the background. One of
// the two always has a contrast of at least √21, about 4.58.
func Ink(background color.Color) color.RGBA {
	black, white := color.RGBA{A: 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}
	if Contrast(black, background) >= Contrast(white, background) {
		return black
	}
	return white
}

// Contrast is the ratio of WCAG 2.2: (lighter + 0.05) / (darker + 0.05), from
// 1 to 21.
func Contrast(a, b color.Color) float64 {
	lighter, darker := Luminance(a), Luminance(b)
	if lighter < darker {
		lighter, darker = darker, lighter
	}
	return (lighter + 0.05) / (darker + 0.05)
}

// Luminance is the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2).
func Luminance(c color.Color) float64 {
	r, g, b := linear(c)
	return 0.2126*r + 0.7152*g + 0.0722*b
}

// Diverging is a scale of colours for differences in -1 to 1: from its middle to blue below 0 and to orange
// above, in even steps of Oklab, a space where equal steps look equal (B. Ottosson, 2020). Blue and orange stay
// apart under every common colour blindness. Both ends are equally far from the middle in lightness, so in grey
// the size shows and the sign does not: a number or a dash must tell it.
type Diverging struct{ less, middle, more color.RGBA }

// OnDark has a dark middle, which recedes where the background is dark; as does the low end of viridis.
func OnDark() Diverging {
	return Diverging{color.RGBA{0x6c, 0xb4, 0xff, 0xff}, color.RGBA{0x2b, 0x2e, 0x36, 0xff}, color.RGBA{0xff, 0xa0, 0x4d, 0xff}}
}

// OnLight has a white middle.
func OnLight() Diverging {
	return Diverging{color.RGBA{0x1d, 0x4f, 0x9e, 0xff}, color.RGBA{0xf7, 0xf7, 0xf7, 0xff}, color.RGBA{0xa8, 0x45, 0x00, 0xff}}
}

// Shade is the colour of a difference. It follows the printed number, as that of a weight does.
func (s Diverging) Shade(d float64) color.RGBA {
	d = PrintedDifference(d)
	end := s.more
	if d < 0 {
		end = s.less
	}
	from, to := ToOklab(s.middle), ToOklab(end)
	for i := range from {
		from[i] += math.Abs(d) * (to[i] - from[i])
	}
	return from.rgb()
}

// oklab is a colour as lightness, green to red, blue to yellow.
type oklab [3]float64

// ToOklab converts from sRGB by Ottosson's matrices.
func ToOklab(c color.RGBA) oklab {
	r, g, b := linear(c)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb is the inverse of ToOklab, cut to what sRGB holds.
func (c oklab) rgb() color.RGBA {
	cube := func(x float64) float64 { return x * x * x }
	l := cube(c[0] + 0.3963377774*c[1] + 0.2158037573*c[2])
	m := cube(c[0] - 0.1055613458*c[1] - 0.0638541728*c[2])
	s := cube(c[0] - 0.0894841775*c[1] - 1.2914855480*c[2])
	r, g, b := colorful.LinearRgb(
		4.0767416621*l-3.3077115913*m+0.2309699292*s,
		-1.2684380046*l+2.6097574011*m-0.3413193965*s,
		-0.0041960863*l-0.7034186147*m+1.7076147010*s,
	).Clamped().RGB255()
	return color.RGBA{r, g, b, 0xff}
}

// linear is the light of the sRGB channels of an opaque colour, each 0 to 1.
func linear(c color.Color) (r, g, b float64) {
	opaque, _ := colorful.MakeColor(c)
	return opaque.LinearRgb()
}

// Hex is a colour as #rrggbb.
func Hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
