package picture

import (
	"image"
	"image/color"
	"image/draw"
	"iter"
	"math"

	"git.sr.ht/~sbinet/gg"
)

// density is how many pixels, in each direction, one pixel of the drawing becomes, for sharp print and screens.
const density = 2

// bandHeight is how many rows of pixels are drawn at a time, so that a large picture takes little memory.
const bandHeight = 512

// rows yields the rows of pixels of a drawing from the top, four bytes a pixel: red, green, blue and 255.
// A row is valid until the next is drawn.
func (d Drawing) rows() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		// One row more lies above: gg draws what crosses the upper edge of an image a little wrong there.
		band := image.NewRGBA(image.Rect(0, 0, density*d.width, 1+bandHeight))
		for top := range density * d.height {
			y := top % bandHeight
			if y == 0 {
				d.paint(band, top-1)
			}
			if !yield(band.Pix[(1+y)*band.Stride:][:band.Stride]) {
				return
			}
		}
	}
}

// paint draws the rows of pixels from top on.
func (d Drawing) paint(band *image.RGBA, top int) {
	for _, r := range append([]rect{{width: d.width, height: d.height, fill: d.background}}, d.rects...) {
		at := image.Rect(density*r.x, density*r.y, density*(r.x+r.width), density*(r.y+r.height)).Sub(image.Pt(0, top))
		draw.Draw(band, at, image.NewUniform(r.fill), image.Point{}, draw.Src)
	}
	c := gg.NewContextForRGBA(band)
	c.SetLineCapButt()
	c.Translate(0, float64(-top))
	c.Scale(density, density)
	outside := func(from, to float64) bool {
		return density*to < float64(top) || density*from > float64(top+band.Rect.Dy())
	}
	along := func(points [][2]float64) {
		for _, p := range points {
			c.LineTo(p[0], p[1]) // the first moves there
		}
	}
	for _, a := range d.polygons {
		c.SetColor(color.NRGBA{a.fill.R, a.fill.G, a.fill.B, uint8(math.Round(opacity * 255))})
		along(a.points)
		c.ClosePath()
		c.Fill()
	}
	for _, l := range d.lines {
		if outside(min(l.y1, l.y2)-l.width, max(l.y1, l.y2)+l.width) {
			continue
		}
		c.SetColor(l.stroke)
		c.SetLineWidth(density * l.width) // which the scale leaves alone
		c.DrawLine(l.x1, l.y1, l.x2, l.y2)
		c.Stroke()
	}
	for _, p := range d.paths {
		c.SetColor(p.stroke)
		c.SetLineWidth(density * p.width)
		var dashes []float64
		for _, length := range p.dashes {
			dashes = append(dashes, density*length) // which the scale leaves alone too
		}
		c.SetDash(dashes...)
		along(p.points)
		c.Stroke()
	}
	c.SetDash()
	for _, o := range d.dots {
		c.SetColor(o.fill)
		c.DrawCircle(o.x, o.y, o.radius)
		c.Fill()
	}
	for _, t := range d.texts {
		rise := 1.5 * t.size
		if t.upward {
			rise += d.face.width(t.s, t.size, t.bold)
		}
		if outside(t.y-rise, t.y+t.size) {
			continue
		}
		c.Push()
		c.SetColor(t.fill)
		if t.upward {
			c.RotateAbout(gg.Radians(-90), t.x, t.y)
		}
		d.face.outline(c, t)
		c.Fill()
		c.Pop()
	}
}
