package picture

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

// raster turns a drawing into pixels, some rows at a time.
type raster struct {
	drawing
	glyphs        *glyphs
	width, height int // in pixels
	// What touches each band of rows: places in the lists of the drawing.
	rects, lines, texts [][]int32
}

func newRaster(d drawing, face *typeface) *raster {
	r := &raster{drawing: d, glyphs: newGlyphs(face), width: d.width * density, height: d.height * density}
	bands := (r.height + bandHeight - 1) / bandHeight
	r.rects, r.lines, r.texts = make([][]int32, bands), make([][]int32, bands), make([][]int32, bands)
	touch := func(lists [][]int32, i int, top, bottom float64) {
		first := max(0, int(math.Floor(top*density))/bandHeight)
		for b := first; b < bands && float64(b*bandHeight) < bottom*density; b++ {
			lists[b] = append(lists[b], int32(i))
		}
	}
	for i, s := range d.rects {
		touch(r.rects, i, float64(s.y), float64(s.y+s.height))
	}
	for i, s := range d.lines {
		touch(r.lines, i, min(s.y1, s.y2)-s.width, max(s.y1, s.y2)+s.width)
	}
	for i, s := range d.texts {
		rise, fall := 1.5*s.size, 0.6*s.size
		if s.upward {
			rise, fall = face.width(s.s, s.size, s.bold)+s.size, s.size
		}
		touch(r.texts, i, s.y-rise, s.y+fall)
	}
	return r
}

// band draws rows of pixels from row y on: pixels [rows, width, 3].
func (r *raster) band(pixels []byte, y, rows int) {
	c := canvas{pixels[:3*r.width*rows], r.width, y, y + rows}
	c.fill(0, y, r.width, y+rows, r.background)
	b := y / bandHeight
	for _, i := range r.rects[b] {
		s := r.drawing.rects[i]
		c.fill(s.x*density, s.y*density, (s.x+s.width)*density, (s.y+s.height)*density, s.fill)
	}
	for _, i := range r.lines[b] {
		c.line(r.drawing.lines[i])
	}
	for _, i := range r.texts[b] {
		r.glyphs.draw(c, r.drawing.texts[i])
	}
}

// canvas is the rows of pixels from top to before bottom.
type canvas struct {
	pixels             []byte // [rows, width, 3]
	width, top, bottom int
}

// fill paints the rectangle from (x0, y0) to before (x1, y1), as far as it is on the canvas.
func (c canvas) fill(x0, y0, x1, y1 int, paint color.RGBA) {
	x0, x1, y0, y1 = max(x0, 0), min(x1, c.width), max(y0, c.top), min(y1, c.bottom)
	if x0 >= x1 || y0 >= y1 {
		return
	}
	at := func(x, y int) int { return 3 * ((y-c.top)*c.width + x) }
	first := c.pixels[at(x0, y0):at(x1, y0)]
	for i := 0; i < len(first); i += 3 {
		first[i], first[i+1], first[i+2] = paint.R, paint.G, paint.B
	}
	for y := y0 + 1; y < y1; y++ {
		copy(c.pixels[at(x0, y):at(x1, y)], first)
	}
}

// blend lays a colour over a pixel, as much of it as covered tells in 0 to 255.
func (c canvas) blend(x, y int, paint color.RGBA, covered uint8) {
	if covered == 0 || x < 0 || x >= c.width || y < c.top || y >= c.bottom {
		return
	}
	i := 3 * ((y-c.top)*c.width + x)
	mix := func(under, over uint8) uint8 {
		return uint8((int(under)*(255-int(covered)) + int(over)*int(covered) + 127) / 255)
	}
	p := c.pixels[i : i+3]
	p[0], p[1], p[2] = mix(p[0], paint.R), mix(p[1], paint.G), mix(p[2], paint.B)
}

// line draws a straight line. A pixel is covered by how far its middle lies within the line's edge.
func (c canvas) line(l line) {
	x1, y1, x2, y2 := l.x1*density, l.y1*density, l.x2*density, l.y2*density
	half := l.width * density / 2
	length := math.Hypot(x2-x1, y2-y1)
	if length == 0 {
		return
	}
	dx, dy := (x2-x1)/length, (y2-y1)/length
	from, to := max(int(min(y1, y2)-half-1), c.top), min(int(max(y1, y2)+half+2), c.bottom)
	for y := from; y < to; y++ {
		left, right := min(x1, x2)-half-1, max(x1, x2)+half+1
		if math.Abs(dy) > 1e-9 { // where the line crosses this row
			cross := x1 + (float64(y)+0.5-y1)*dx/dy
			reach := (half + 1) / math.Abs(dy)
			left, right = max(left, cross-reach), min(right, cross+reach)
		}
		for x := int(left); x <= int(right); x++ {
			px, py := float64(x)+0.5-x1, float64(y)+0.5-y1
			along, across := px*dx+py*dy, math.Abs(py*dx-px*dy)
			inside := min(half-across, along, length-along) + 0.5
			c.blend(x, y, l.stroke, uint8(math.Round(255*min(max(inside, 0), 1))))
		}
	}
}

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
