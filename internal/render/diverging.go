package render

import (
	"image/color"
	"math"

	"github.com/charmbracelet/x/ansi"
)

// diverging is a scale of colours for differences in -1 to 1: from its middle to blue below 0 and to orange
// above, in even steps of Oklab, a space where equal steps look equal (B. Ottosson, 2020). Blue and orange stay
// apart under every common colour blindness. Both ends are equally far from the middle in lightness, so in grey
// the size shows and the sign does not: a number or a dash must tell it.
type diverging struct{ less, middle, more color.RGBA }

// onDark has a dark middle, which recedes where the background is dark; as does the low end of viridis.
func onDark() diverging {
	return diverging{color.RGBA{0x6c, 0xb4, 0xff, 0xff}, color.RGBA{0x2b, 0x2e, 0x36, 0xff}, color.RGBA{0xff, 0xa0, 0x4d, 0xff}}
}

// onLight has a white middle.
func onLight() diverging {
	return diverging{color.RGBA{0x1d, 0x4f, 0x9e, 0xff}, color.RGBA{0xf7, 0xf7, 0xf7, 0xff}, color.RGBA{0xa8, 0x45, 0x00, 0xff}}
}

// printedDifference is the difference that a cell prints: to 0.01, and in -1 to 1.
func printedDifference(d float64) float64 {
	if d < 0 {
		return -printed(-d)
	}
	return printed(d)
}

// shade is the colour of a difference. It follows the printed number, as that of a weight does.
func (s diverging) shade(d float64) color.RGBA {
	d = printedDifference(d)
	end := s.more
	if d < 0 {
		end = s.less
	}
	from, to := toOklab(s.middle), toOklab(end)
	for i := range from {
		from[i] += math.Abs(d) * (to[i] - from[i])
	}
	return from.rgb()
}

// indexedDifference is the colour of a difference in the palette of 256: four colours to each side of a dark
// grey, evenly lighter.
func indexedDifference(d float64) ansi.IndexedColor {
	less := [...]ansi.IndexedColor{236, 24, 31, 74, 117}
	more := [...]ansi.IndexedColor{236, 94, 130, 173, 215}
	d = printedDifference(d)
	step := int(math.Round(math.Abs(d) * float64(len(less)-1)))
	if step == 0 && math.Abs(d) >= 0.05 {
		step = 1
	}
	if d < 0 {
		return less[step]
	}
	return more[step]
}

// oklab is a colour as lightness, green to red, blue to yellow.
type oklab [3]float64

// toOklab converts from sRGB by Ottosson's matrices.
func toOklab(c color.RGBA) oklab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb is the inverse of toOklab, cut to what sRGB holds.
func (c oklab) rgb() color.RGBA {
	cube := func(x float64) float64 { return x * x * x }
	l := cube(c[0] + 0.3963377774*c[1] + 0.2158037573*c[2])
	m := cube(c[0] - 0.1055613458*c[1] - 0.0638541728*c[2])
	s := cube(c[0] - 0.0894841775*c[1] - 1.2914855480*c[2])
	return color.RGBA{
		encoded(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		encoded(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		encoded(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		0xff,
	}
}

// linear is the light of an sRGB channel, 0 to 1.
func linear(v uint8) float64 {
	x := float64(v) / 0xff
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// encoded is the inverse of linear.
func encoded(x float64) uint8 {
	if x = min(max(x, 0), 1); x <= 0.0031308 {
		x *= 12.92
	} else {
		x = 1.055*math.Pow(x, 1/2.4) - 0.055
	}
	return uint8(math.Round(x * 0xff))
}
