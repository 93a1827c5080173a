package render

import (
	"image"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// glyphs draws texts into pixels and keeps the shapes that it has drawn.
type glyphs struct {
	face   *typeface
	faces  map[faceKey]font.Face
	shapes map[shapeKey]shape
	missed []rune // characters drawn as boxes, in order
}

type faceKey struct {
	size float64
	bold bool
}

type shapeKey struct {
	faceKey
	r rune
}

// shape is how much each pixel of a character is covered, and where that lies from the pen.
type shape struct {
	covered *image.Alpha
	left    int // of the pen to the first column
	top     int // of the baseline to the first row, mostly negative
}

func newGlyphs(face *typeface) *glyphs {
	return &glyphs{face: face, faces: map[faceKey]font.Face{}, shapes: map[shapeKey]shape{}}
}

// lacking is the characters so far that the font lacks.
func (r *raster) lacking() string { return string(r.glyphs.missed) }

// draw sets one text, as far as it is on the canvas.
func (g *glyphs) draw(c canvas, t text) {
	s := norm.NFC.String(t.s)
	length := 0.0
	for _, r := range s {
		length += g.face.advance(character{r, t.bold}) * t.size * density
	}
	pen := -length * float64(t.anchor) / 2 // start 0, middle a half, end all
	key := faceKey{t.size * density, t.bold}
	x, y := int(math.Round(t.x*density)), int(math.Round(t.y*density))
	for _, r := range s {
		shape := g.shape(key, r)
		at := int(math.Round(pen))
		bounds := shape.covered.Bounds()
		for j := range bounds.Dy() {
			for i := range bounds.Dx() {
				across, down := at+shape.left+i, shape.top+j // from the pen, as if the text were level
				covered := shape.covered.Pix[j*shape.covered.Stride+i]
				if t.upward {
					c.blend(x+down, y-1-across, t.fill, covered)
				} else {
					c.blend(x+across, y+down, t.fill, covered)
				}
			}
		}
		pen += g.face.advance(character{r, t.bold}) * key.size
	}
}

// shape returns the pixels of a character, or of a box where the font lacks it.
func (g *glyphs) shape(key faceKey, r rune) shape {
	if s, ok := g.shapes[shapeKey{key, r}]; ok {
		return s
	}
	s, ok := g.set(key, r)
	if !ok {
		s = box(key.size, g.face.advance(character{r, key.bold})*key.size)
		if !strings.ContainsRune(string(g.missed), r) {
			g.missed = append(g.missed, r)
		}
	}
	g.shapes[shapeKey{key, r}] = s
	return s
}

// set draws a character in the font; false if the font lacks it.
func (g *glyphs) set(key faceKey, r rune) (shape, bool) {
	f, ok := g.faces[key]
	if !ok {
		var err error
		f, err = opentype.NewFace(g.face.font(key.bold), &opentype.FaceOptions{Size: key.size, DPI: 72})
		if err != nil {
			return shape{}, false
		}
		g.faces[key] = f
	}
	bounds, mask, from, _, ok := f.Glyph(fixed.Point26_6{}, inFont(r))
	if !ok {
		return shape{}, false
	}
	// The face draws the next glyph into the same mask.
	covered := image.NewAlpha(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	for j := range bounds.Dy() {
		for i := range bounds.Dx() {
			covered.Set(i, j, color.AlphaModel.Convert(mask.At(from.X+i, from.Y+j)))
		}
	}
	return shape{covered, bounds.Min.X, bounds.Min.Y}, true
}

// box is the outline of a character that cannot be drawn.
func box(size, advance float64) shape {
	const thick = density
	width, height := max(int(advance)-2*thick, 3*thick), int(0.75*size)
	covered := image.NewAlpha(image.Rect(0, 0, width, height))
	for j := range height {
		for i := range width {
			if i < thick || j < thick || i >= width-thick || j >= height-thick {
				covered.SetAlpha(i, j, color.Alpha{A: 0xff})
			}
		}
	}
	return shape{covered, thick, -height}
}
