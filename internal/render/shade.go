package render

import (
	"image/color"
	"math"

	"github.com/charmbracelet/x/ansi"
)

// viridis has nine evenly spaced stops of matplotlib's colour map of that name
// (N. Smith, S. van der Walt, 2015; CC0): lightness rises evenly, and it reads
// the same with every common colour blindness and in grey.
func viridis() [9]color.RGBA {
	return [9]color.RGBA{
		{0x44, 0x01, 0x54, 0xff}, {0x47, 0x2d, 0x7b, 0xff}, {0x3b, 0x52, 0x8b, 0xff},
		{0x2c, 0x72, 0x8e, 0xff}, {0x21, 0x91, 0x8c, 0xff}, {0x28, 0xae, 0x80, 0xff},
		{0x5e, 0xc9, 0x62, 0xff}, {0xad, 0xdc, 0x30, 0xff}, {0xfd, 0xe7, 0x25, 0xff},
	}
}

// printed is the weight that a cell prints: to 0.01, and no more than 1 where
// float32 rounding carried it past. Shades follow it, so that weights that
// print alike look alike.
func printed(weight float64) float64 { return math.Round(min(max(weight, 0), 1)*100) / 100 }

// shade is the colour of a weight in 0 to 1.
func shade(weight float64) color.RGBA {
	stops := viridis()
	at := printed(weight) * float64(len(stops)-1)
	low := min(int(at), len(stops)-2)
	part := at - float64(low)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	a, b := stops[low], stops[low+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// indexed is the colour of a weight in the palette of 256: seven of its colours
// that keep to the hues of viridis and rise evenly in lightness, which the
// nearest colours to viridis do not.
func indexed(weight float64) ansi.IndexedColor {
	steps := [...]ansi.IndexedColor{53, 55, 24, 30, 36, 77, 220}
	return steps[int(math.Round(printed(weight)*float64(len(steps)-1)))]
}

// ink is black or white, whichever is easier to read on the background. One of
// the two always has a contrast of at least √21, about 4.58.
func ink(background color.Color) color.RGBA {
	black, white := color.RGBA{A: 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}
	if contrast(black, background) >= contrast(white, background) {
		return black
	}
	return white
}

// contrast is the ratio of WCAG 2.2: (lighter + 0.05) / (darker + 0.05), from
// 1 to 21.
func contrast(a, b color.Color) float64 {
	lighter, darker := luminance(a), luminance(b)
	if lighter < darker {
		lighter, darker = darker, lighter
	}
	return (lighter + 0.05) / (darker + 0.05)
}

// luminance is the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2).
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(uint8(r>>8)) + 0.7152*linear(uint8(g>>8)) + 0.0722*linear(uint8(b>>8))
}

// glyph is the shade of a weight without colour: five steps from blank to full.
func glyph(weight float64) string {
	switch weight = printed(weight); {
	case weight < 0.05:
		return " "
	case weight < 0.25:
		return "░"
	case weight < 0.50:
		return "▒"
	case weight < 0.75:
		return "▓"
	default:
		return "█"
	}
}
