package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"io"

	"git.sr.ht/~sbinet/gg"

	"attend/internal/render"
)

// density is how many pixels of a PNG one pixel of the drawing becomes, for sharp print and screens.
const density = 2

// writePNG writes twice the pixels of the drawing, with what it is about as iTXt chunks.
func writePNG(w io.Writer, d Drawing) (lacking string, err error) {
	d, lacking = d.inGoFonts()
	pixels := image.NewRGBA(image.Rect(0, 0, density*d.width, density*d.height))
	for _, r := range append([]rect{{width: d.width, height: d.height, fill: d.background}}, d.rects...) {
		at := image.Rect(density*r.x, density*r.y, density*(r.x+r.width), density*(r.y+r.height))
		draw.Draw(pixels, at, image.NewUniform(r.fill), image.Point{}, draw.Src)
	}
	c := gg.NewContextForRGBA(pixels)
	c.SetLineCapButt()
	c.Scale(density, density)
	for _, l := range d.lines {
		c.SetColor(l.stroke)
		c.SetLineWidth(density * l.width) // which the scale leaves alone
		c.DrawLine(l.x1, l.y1, l.x2, l.y2)
		c.Stroke()
	}
	for _, o := range d.dots {
		c.SetColor(o.fill)
		c.DrawCircle(o.x, o.y, dotRadius)
		c.Fill()
	}
	for _, t := range d.texts {
		c.Push()
		c.SetColor(t.fill)
		if t.upward {
			c.RotateAbout(gg.Radians(-90), t.x, t.y)
		}
		d.face.outline(c, t)
		c.Fill()
		c.Pop()
	}
	var b bytes.Buffer
	// Rectangles compress well at any level, and the best takes many times as long.
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, pixels); err != nil {
		return "", err
	}
	marked := bytes.NewBuffer(withChunks(b.Bytes(), d.entries))
	return lacking, render.Write(w, marked)
}

// withChunks adds to a PNG image, after its header, how many pixels it has to the metre, and texts as iTXt chunks: keyword and UTF-8
// text, neither compressed nor translated.
//
// Source: W3C, Portable Network Graphics (PNG) Specification, 3rd ed. 2025, sections 11.3.3 and 11.3.4.
func withChunks(image []byte, texts [][2]string) []byte {
	const header = 8 + 4 + 4 + 13 + 4   // signature, then length, type, data and checksum of IHDR
	const dotsPerMetre = 3780 * density // 96 to the inch
	marked := bytes.Clone(image[:header])
	chunk := func(content []byte) { // its type, then its data
		marked = binary.BigEndian.AppendUint32(marked, uint32(len(content)-4))
		marked = append(marked, content...)
		marked = binary.BigEndian.AppendUint32(marked, crc32.ChecksumIEEE(content))
	}
	for _, t := range texts {
		chunk([]byte("iTXt" + t[0] + "\x00\x00\x00\x00\x00" + t[1]))
	}
	physical := binary.BigEndian.AppendUint32([]byte("pHYs"), dotsPerMetre)
	chunk(append(binary.BigEndian.AppendUint32(physical, dotsPerMetre), 1))
	return append(marked, image[header:]...)
}
