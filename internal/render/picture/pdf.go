package picture

import (
	"image/color"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/text/encoding/unicode"
)

// writePDF writes one page of the size that the picture has on an ordinary screen: shapes stay sharp at any size, and words can
// be searched and copied.
func writePDF(w io.Writer, d Drawing) (lacking []string, err error) {
	d, lacking = d.inGoFonts()
	const point = 72.0 / 96 // pixels to the inch
	page := fpdf.SizeType{Wd: point * float64(d.width), Ht: point * float64(d.height)}
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: page})
	f.SetTitle(inUTF16(d.heading), false)
	f.SetSubject(inUTF16(d.description), false)
	f.SetCreator("attend", true)
	// Equal pictures have equal bytes: no time of day, and the fonts in one order.
	f.SetCreationDate(time.Unix(0, 0).UTC())
	f.SetModificationDate(time.Unix(0, 0).UTC())
	f.SetCatalogSort(true)
	f.AddUTF8FontFromBytes("Go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("Go", "B", gobold.TTF)
	f.AddPage()
	f.TransformBegin()
	f.TransformScale(100*point, 100*point, 0, 0)
	fill := func(c color.RGBA) { f.SetFillColor(int(c.R), int(c.G), int(c.B)) }
	for _, r := range append([]rect{{width: d.width, height: d.height, fill: d.background}}, d.rects...) {
		fill(r.fill)
		f.Rect(float64(r.x), float64(r.y), float64(r.width), float64(r.height), "F")
	}
	for _, a := range d.polygons {
		f.SetAlpha(opacity, "Normal")
		fill(a.fill)
		points := make([]fpdf.PointType, len(a.points))
		for i, p := range a.points {
			points[i] = fpdf.PointType{X: p[0], Y: p[1]}
		}
		f.Polygon(points, "F")
		f.SetAlpha(1, "Normal")
	}
	for _, l := range d.lines {
		f.SetDrawColor(int(l.stroke.R), int(l.stroke.G), int(l.stroke.B))
		f.SetLineWidth(l.width)
		f.Line(l.x1, l.y1, l.x2, l.y2)
	}
	for _, p := range d.paths {
		f.SetLineJoinStyle("round")
		f.SetDrawColor(int(p.stroke.R), int(p.stroke.G), int(p.stroke.B))
		f.SetLineWidth(p.width)
		f.SetDashPattern(p.dashes, 0)
		for i, at := range p.points {
			if i == 0 {
				f.MoveTo(at[0], at[1])
			} else {
				f.LineTo(at[0], at[1])
			}
		}
		f.DrawPath("D")
	}
	for _, o := range d.dots {
		fill(o.fill)
		f.Circle(o.x, o.y, o.radius, "F")
	}
	for _, t := range d.texts {
		f.SetTextColor(int(t.fill.R), int(t.fill.G), int(t.fill.B))
		f.SetFont("Go", map[bool]string{true: "B"}[t.bold], t.size)
		f.TransformBegin()
		if t.upward {
			f.TransformRotate(90, t.x, t.y)
		}
		f.Text(d.face.left(t), t.y, t.s)
		f.TransformEnd()
	}
	f.TransformEnd()
	if err := f.Output(w); err != nil { // it writes in one piece
		return nil, err
	}
	return lacking, nil
}

// inUTF16 is text as a PDF's title holds it. That of fpdf ends at U+FFFF.
func inUTF16(s string) string {
	encoded, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(s) // every character has a code
	return encoded
}
