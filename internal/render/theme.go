package render

import "image/color"

// PictureOptions says how a picture looks.
type PictureOptions struct {
	Dark bool // light on dark instead of dark on white; white prints
}

// palette is the colours of a picture.
type palette struct {
	background, ink color.RGBA
	muted           color.RGBA // of text that is not the matter itself
	hatch           color.RGBA // of the lines across cells that a query cannot see
	signed          diverging
}

// palette returns the colours: ink has a contrast of at least 15 and muted of at least 7 on the background.
func (o PictureOptions) palette() palette {
	grey := func(v uint8) color.RGBA { return color.RGBA{v, v, v, 0xff} }
	if o.Dark {
		return palette{color.RGBA{0x14, 0x16, 0x1a, 0xff}, grey(0xf2), grey(0xb8), color.RGBA{0x45, 0x49, 0x52, 0xff}, onDark()}
	}
	return palette{grey(0xff), grey(0x16), grey(0x50), grey(0xc4), onLight()}
}

// shade is the colour of one number of a panel.
func (p palette) shade(weight float64, signed bool) color.RGBA {
	if signed {
		return p.signed.shade(weight)
	}
	return shade(weight)
}
