package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"attend/internal/attention"
	"attend/internal/render"
)

// scatterScale is how many pixels of the PNG there are to one of the layout, for sharp letters.
const scatterScale = 2

// ScatterPNG writes what [ScatterSVG] draws as a PNG image, twice as large in pixels. Title, run, step
// and shares of variance are in its text chunks. Its font has Latin, Greek and Cyrillic; other
// characters are boxes, and a line below says of how many names ([ScatterLacking]). The same picture
// gives the same bytes. The error tells what is wrong with the picture, or that of the writer.
func ScatterPNG(w io.Writer, s attention.Scatter, o ScatterOptions) error {
	if err := s.Validate(); err != nil {
		return err
	}
	f, err := newTypeface()
	if err != nil {
		return err
	}
	l, c := layoutScatter(s, o, f), o.colors()
	if lacking := len(ScatterLacking(s)); lacking > 0 {
		size := float64(noteSize)
		note := fmt.Sprintf("%d of %d names have characters that the font of this image lacks; SVG shows them", lacking, len(s.Points))
		for _, line := range f.paragraph(note, size, false, l.plot.width, math.MaxInt) {
			l.lines = append(l.lines, textLine{line, scatterMargin, float64(l.height) - scatterMargin + size, size, false})
			l.height += int(math.Ceil(size * lineHeight))
		}
	}
	p := &painter{image: image.NewRGBA(image.Rect(0, 0, scatterScale*l.width, scatterScale*l.height)), font: f, faces: map[float64]font.Face{}}
	draw.Draw(p.image, p.image.Bounds(), image.NewUniform(c.paper), image.Point{}, draw.Src)
	right, bottom := l.plot.x+l.plot.width, l.plot.y+l.plot.height
	for _, side := range [][4]float64{{l.plot.x, l.plot.y, right, l.plot.y}, {l.plot.x, bottom, right, bottom},
		{l.plot.x, l.plot.y, l.plot.x, bottom}, {right, l.plot.y, right, bottom}} {
		p.line(side[0], side[1], side[2], side[3], 1, c.frame)
	}
	if s.Joined {
		for i := 1; i < len(l.points); i++ {
			p.line(l.points[i-1][0], l.points[i-1][1], l.points[i][0], l.points[i][1], 1, c.frame)
		}
	}
	for _, t := range l.tags {
		if from := l.points[t.point]; t.led {
			x, y := t.anchor(from[0], from[1])
			p.line(from[0], from[1], x, y, 0.8, c.line)
		}
	}
	for _, at := range l.points {
		p.dot(at[0], at[1], dotRadius, c.dot)
	}
	for _, t := range l.tags {
		p.text(t.name, t.at.x, t.baseline(), nameSize, c.ink)
	}
	for _, line := range l.lines {
		ink := c.note
		if line.heading {
			ink = c.ink
		}
		p.text(line.text, line.x, line.y, line.size, ink)
	}
	if p.err != nil {
		return p.err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p.image); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	marked := bytes.NewBuffer(withText(b.Bytes(), [][2]string{
		{"Title", render.ScatterHeading(s)}, {"Description", scatterDescription(s, l)}, {"Software", "attend"},
		{"Run", render.Spelling(s.Source.Run)}, {"Step", fmt.Sprint(s.Source.Step)}, {"Variance", fmt.Sprintf("%.6f %.6f", s.Share[0], s.Share[1])},
	}))
	return render.Write(w, marked)
}

// ScatterLacking are the names that ScatterPNG cannot spell, its font lacking characters of them.
func ScatterLacking(s attention.Scatter) []string {
	f, err := newTypeface()
	if err != nil {
		return nil
	}
	var lacking []string
	for _, p := range s.Points {
		for _, r := range render.Spelling(p.Name) {
			if !f.has(character{r, false}) {
				lacking = append(lacking, p.Name)
				break
			}
		}
	}
	return lacking
}

// A painter draws on an image in the pixels of a layout.
type painter struct {
	image *image.RGBA
	font  *typeface
	faces map[float64]font.Face
	err   error // the first
}

// text draws a text whose letters stand on y.
func (p *painter) text(text string, x, y, size float64, ink color.RGBA) {
	face := p.faces[size]
	if face == nil {
		var err error
		face, err = opentype.NewFace(p.font.font(false), &opentype.FaceOptions{Size: scatterScale * size, DPI: 72})
		if err != nil {
			if p.err == nil {
				p.err = fmt.Errorf("font: %w", err)
			}
			return
		}
		p.faces[size] = face
	}
	at := fixed.Point26_6{X: fixed.Int26_6(scatterScale * x * 64), Y: fixed.Int26_6(scatterScale * y * 64)}
	d := font.Drawer{Dst: p.image, Src: image.NewUniform(ink), Face: face, Dot: at}
	d.DrawString(strings.Map(inFont, text))
}

// line draws a straight line.
func (p *painter) line(x1, y1, x2, y2, width float64, ink color.RGBA) {
	length := math.Hypot(x2-x1, y2-y1)
	if length == 0 {
		return
	}
	acrossX, acrossY := width/2*(y2-y1)/length, width/2*(x1-x2)/length
	p.fill([][2]float64{{x1 + acrossX, y1 + acrossY}, {x2 + acrossX, y2 + acrossY}, {x2 - acrossX, y2 - acrossY}, {x1 - acrossX, y1 - acrossY}}, ink)
}

// dot draws a disc.
func (p *painter) dot(x, y, radius float64, ink color.RGBA) {
	const corners = 24
	outline := make([][2]float64, corners)
	for i := range outline {
		angle := 2 * math.Pi * float64(i) / corners
		outline[i] = [2]float64{x + radius*math.Cos(angle), y + radius*math.Sin(angle)}
	}
	p.fill(outline, ink)
}

// fill draws a polygon.
func (p *painter) fill(outline [][2]float64, ink color.RGBA) {
	// The rasterizer works on the polygon's own corner of the image, for it clears all that it covers.
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range outline {
		left, right = min(left, scatterScale*c[0]), max(right, scatterScale*c[0])
		top, bottom = min(top, scatterScale*c[1]), max(bottom, scatterScale*c[1])
	}
	x, y := int(math.Floor(left)), int(math.Floor(top))
	r := vector.NewRasterizer(int(math.Ceil(right))-x, int(math.Ceil(bottom))-y)
	for i, c := range outline {
		toX, toY := float32(scatterScale*c[0]-float64(x)), float32(scatterScale*c[1]-float64(y))
		if i == 0 {
			r.MoveTo(toX, toY)
		} else {
			r.LineTo(toX, toY)
		}
	}
	r.ClosePath()
	r.Draw(p.image, r.Bounds().Add(image.Pt(x, y)), image.NewUniform(ink), image.Point{})
}

// withText adds texts to a PNG image, as iTXt chunks after its header: keyword and UTF-8 text, neither
// compressed nor translated.
//
// Source: W3C, Portable Network Graphics (PNG) Specification, 3rd ed. 2025, section 11.3.3.
func withText(image []byte, texts [][2]string) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature, then length, type, data and checksum of IHDR
	marked := append([]byte{}, image[:header]...)
	for _, t := range texts {
		body := "iTXt" + t[0] + "\x00\x00\x00\x00\x00" + t[1]
		marked = binary.BigEndian.AppendUint32(marked, uint32(len(body)-4))
		marked = append(marked, body...)
		marked = binary.BigEndian.AppendUint32(marked, crc32.ChecksumIEEE([]byte(body)))
	}
	return append(marked, image[header:]...)
}
