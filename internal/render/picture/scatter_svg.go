package picture

import (
	"bytes"
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/render"
)

// ScatterSVG writes the picture as an SVG document: a dot for each vector, and its name beside it,
// moved with a line that leads there where it is crowded, or left out where there is no room at all.
// Every dot has its name as a tooltip. Title, run, step and shares of variance are in its metadata.
// The same picture gives the same bytes. The error tells what is wrong with the picture, or that of
// the writer.
func ScatterSVG(w io.Writer, s attention.Scatter, o ScatterOptions) error {
	if err := s.Validate(); err != nil {
		return err
	}
	f, err := newTypeface()
	if err != nil {
		return err
	}
	l, c := layoutScatter(s, o, f), o.colors()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc" `+
		`font-family="Go, 'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans', sans-serif">`+"\n", l.width, l.height, l.width, l.height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", escaped(render.ScatterHeading(s)), escaped(scatterDescription(s, l)))
	fmt.Fprintf(&b, "<metadata>\n<attend xmlns=\"urn:attend\" title=\"%s\" run=\"%s\" step=\"%d\" share1=\"%.6f\" share2=\"%.6f\"/>\n</metadata>\n",
		escaped(render.ScatterHeading(s)), escaped(render.Spelling(s.Source.Run)), s.Source.Step, s.Share[0], s.Share[1])
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", l.width, l.height, render.Hex(c.paper))
	fmt.Fprintf(&b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"%s\"/>\n",
		l.plot.x, l.plot.y, l.plot.width, l.plot.height, render.Hex(c.frame))
	if s.Joined {
		fmt.Fprintf(&b, "<polyline fill=\"none\" stroke=\"%s\" points=\"", render.Hex(c.frame))
		for i, p := range l.points {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%.1f,%.1f", p[0], p[1])
		}
		b.WriteString("\"/>\n")
	}
	fmt.Fprintf(&b, "<g stroke=\"%s\" stroke-width=\"0.8\">\n", render.Hex(c.line))
	for _, t := range l.tags {
		if p := l.points[t.point]; t.led {
			x, y := t.anchor(p[0], p[1])
			fmt.Fprintf(&b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", p[0], p[1], x, y)
		}
	}
	fmt.Fprintf(&b, "</g>\n<g fill=\"%s\">\n", render.Hex(c.dot))
	for i, p := range l.points {
		fmt.Fprintf(&b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%s</title></circle>\n", p[0], p[1], dotRadius, escaped(render.Spelling(s.Points[i].Name)))
	}
	fmt.Fprintf(&b, "</g>\n<g fill=\"%s\" font-size=\"%d\">\n", render.Hex(c.ink), nameSize)
	for _, t := range l.tags {
		// Another font may be wider: a name grows away from its point.
		x, anchor := t.at.x, ""
		switch p := l.points[t.point]; {
		case t.at.x+t.at.width <= p[0]:
			x, anchor = x+t.at.width, ` text-anchor="end"`
		case t.at.x < p[0]:
			x, anchor = x+t.at.width/2, ` text-anchor="middle"`
		}
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, t.baseline(), anchor, escaped(t.name))
	}
	b.WriteString("</g>\n")
	for _, line := range l.lines {
		fill := c.note
		if line.heading {
			fill = c.ink
		}
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" fill=\"%s\">%s</text>\n", line.x, line.y, line.size, render.Hex(fill), escaped(line.text))
	}
	b.WriteString("</svg>\n")
	return render.Write(w, &b)
}

// baseline is the line that the letters of a tag stand on.
func (t tag) baseline() float64 { return t.at.y + 0.79*t.at.height }
