package render

import (
	"fmt"
	"image/color"
	"math"

	"github.com/lucasb-eyer/go-colorful"
)

// Scale is the colours of attention weights and of differences between them, for one background. Each runs in even steps of
// Oklab, a space where equal steps look equal (B. Ottosson, 2020).
//
// Weights have one hue: they differ in lightness, so they read the same in grey and with every colour blindness. The largest
// weight differs most from the background. Differences run from a neutral middle to blue below 0 and to orange above, which
// every common colour blindness distinguishes. Both ends are equally far from the middle in lightness: in grey the size
// shows and the sign does not, so a number or a dash must tell it.
type Scale struct{ none, full, less, middle, more color.RGBA }

// OnLight is the scale for white: from white to a deep purple.
func OnLight() Scale {
	return Scale{none: rgb(0xffffff), full: rgb(0x431079), less: rgb(0x1d4f9e), middle: rgb(0xf7f7f7), more: rgb(0xa84500)}
}

// OnDark is the scale for a dark background: from that of dark pictures to a light purple.
func OnDark() Scale {
	return Scale{none: rgb(0x14161a), full: rgb(0xd6b8ff), less: rgb(0x6cb4ff), middle: rgb(0x2b2e36), more: rgb(0xffa04d)}
}

// OnEither is the scale for a terminal, which does not say whether it is light or dark: from a grey that is quiet on both to
// a purple that stands out on both.
func OnEither() Scale {
	grey := rgb(0x62626c)
	s := OnDark()
	s.none, s.full, s.middle = grey, rgb(0xd78fff), grey
	return s
}

// CurveColors returns the colours of curves on a background. They are those of Okabe and Ito (2008), which every common colour
// blindness distinguishes, darker on white and lighter on black, so that each has a contrast of at least 3.
func CurveColors(dark bool) []color.RGBA {
	if dark {
		return rgbs(0x56b4e9, 0xf0a000, 0x2fc89b, 0xe39ac4, 0xf07a3c, 0xf0e442, 0x6f9bff, 0xd0d0d0)
	}
	return rgbs(0x0072b2, 0xd55e00, 0x007f5c, 0xb0508a, 0x2f8fc7, 0xa37000, 0x6a4bd0, 0x4a4a4a)
}

// CurveColorOnEither returns the colour of the curves of a style in a terminal, which does not say whether it is light or dark.
func CurveColorOnEither(style int) color.RGBA {
	colors := rgbs(0x2b90d9, 0xd97a00, 0x1f9e78, 0xc46aa4, 0xe06030, 0x9a8f00, 0x6f80e0, 0x8a8a8a)
	return colors[style%len(colors)]
}

// CurveDashes returns the lengths of the dashes of the curves of a style and of the gaps between them, in widths of the line; nil
// is a solid line. They distinguish curves without colours, and curves of the same colour.
func CurveDashes(style int) []float64 {
	patterns := [][]float64{nil, {4, 2}, {1.2, 1.8}, {6, 2, 1.2, 2}, {9, 3}}
	return patterns[(style+style/len(CurveColors(false)))%len(patterns)]
}

// CurveLetter returns the letter of the curves of a style: a to z, then A to Z, then a again.
func CurveLetter(style int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	at := style % len(letters)
	return letters[at : at+1]
}

// rgbs are the colours #rrggbb.
func rgbs(hex ...uint32) (colors []color.RGBA) {
	for _, h := range hex {
		colors = append(colors, rgb(h))
	}
	return colors
}

// rgb is the colour #rrggbb.
func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}

// Weight is the colour of a weight in 0 to 1. It follows the printed number: weights that are printed as the same number have
// the same colour.
func (s Scale) Weight(weight float64) color.RGBA {
	return between(ToOklab(s.none), ToOklab(s.full), Printed(weight)).rgb()
}

// Sink is the colour of a weight in the column of an attention sink (see [Sink]): grey, and half as strong.
func (s Scale) Sink(weight float64) color.RGBA {
	none, full := ToOklab(s.none), ToOklab(s.full)
	return between(none, oklab{(none[0] + full[0]) / 2}, Printed(weight)).rgb()
}

// Difference is the colour of a difference in -1 to 1. It follows the printed number too.
func (s Scale) Difference(d float64) color.RGBA {
	d = PrintedDifference(d)
	end := s.more
	if d < 0 {
		end = s.less
	}
	return between(ToOklab(s.middle), ToOklab(end), math.Abs(d)).rgb()
}

// Between is a colour at a part, 0 to 1, of the way from the blue of differences below 0 to the orange of those above. All of
// these colours have a contrast of at least 3 with the background.
func (s Scale) Between(part float64) color.RGBA {
	return between(ToOklab(s.less), ToOklab(s.more), part).rgb()
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

// between is the colour at a part, 0 to 1, of the way from a to b.
func between(a, b oklab, part float64) oklab {
	for i := range a {
		a[i] += part * (b[i] - a[i])
	}
	return a
}

// linear is the light of the sRGB channels of an opaque colour, each 0 to 1.
func linear(c color.Color) (r, g, b float64) {
	opaque, _ := colorful.MakeColor(c)
	return opaque.LinearRgb()
}

// Hex is a colour as #rrggbb.
func Hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
