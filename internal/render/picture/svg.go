package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"attend/internal/render"
	"attend/internal/term"
)

// families are fonts that systems have, for Latin, Cyrillic and Greek, then for Chinese, Japanese and Korean.
const families = `system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', ` +
	`'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', sans-serif`

// SVG writes a document that stands alone: no script, no font and no other file. Title, run and step are in its title,
// description and metadata; pointing at a word that was cut shows the whole of it, and at a cell or a dot its words and number.
func SVG(w io.Writer, d Drawing) (lacking []string, err error) {
	// Documents that a page holds together need ids that differ.
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%q %q %q", d.entries[0][1], d.heading, d.description)
	if d.background != (Options{}).palette().background {
		fmt.Fprintf(sum, " on %v", d.background)
	}
	id := strconv.FormatUint(sum.Sum64(), 36)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" `+
		`aria-labelledby="title-%s description-%s">`+"\n", d.width, d.height, d.width, d.height, id, id)
	fmt.Fprintf(&b, "<title id=\"title-%s\">%s</title>\n", id, escaped(d.heading))
	fmt.Fprintf(&b, "<desc id=\"description-%s\">%s</desc>\n", id, escaped(d.description))
	if d.metadata != "" {
		b.WriteString("<metadata>" + d.metadata + "</metadata>\n")
	}
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="%s"/>`+"\n", d.width, d.height, render.Hex(d.background))
	b.WriteString(`<g shape-rendering="crispEdges">` + "\n")
	for _, r := range d.rects {
		shape(&b, r.tip, `rect x="%d" y="%d" width="%d" height="%d" fill="%s"`, r.x, r.y, r.width, r.height, render.Hex(r.fill))
	}
	b.WriteString("</g>\n<g>\n")
	for _, a := range d.polygons {
		shape(&b, "", `path d="%sZ" fill="%s" fill-opacity="%s"`, svgPath(a.points), render.Hex(a.fill), coordinate(opacity))
	}
	for _, l := range d.lines {
		width := ""
		if l.width != 1 {
			width = fmt.Sprintf(` stroke-width="%s"`, coordinate(l.width))
		}
		shape(&b, "", `path d="M%s %sL%s %s" stroke="%s"%s`,
			coordinate(l.x1), coordinate(l.y1), coordinate(l.x2), coordinate(l.y2), render.Hex(l.stroke), width)
	}
	for _, p := range d.paths {
		dashes := ""
		for i, length := range p.dashes {
			dashes += [2]string{" ", ` stroke-dasharray="`}[max(0, 1-i)] + coordinate(length)
		}
		if dashes != "" {
			dashes += `"`
		}
		shape(&b, "", `path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round"%s`,
			svgPath(p.points), render.Hex(p.stroke), coordinate(p.width), dashes)
	}
	for _, o := range d.dots {
		shape(&b, o.tip, `circle cx="%s" cy="%s" r="%s" fill="%s"`,
			coordinate(o.x), coordinate(o.y), coordinate(o.radius), render.Hex(o.fill))
	}
	fmt.Fprintf(&b, "</g>\n<g font-family=\"%s\" xml:space=\"preserve\">\n", families)
	for _, t := range d.texts {
		writeSVGText(&b, t)
	}
	b.WriteString("</g>\n</svg>\n")
	return nil, render.Write(w, &b)
}

// svgPath is lines from point to point as the data of a path.
func svgPath(points [][2]float64) string {
	var b strings.Builder
	for i, p := range points {
		b.WriteString([2]string{"L", "M"}[max(0, 1-i)] + coordinate(p[0]) + " " + coordinate(p[1]))
	}
	return b.String()
}

// shape writes an element, its name and attributes as Printf does, that has nothing but its tip.
func shape(b *bytes.Buffer, tip, element string, attributes ...any) {
	fmt.Fprintf(b, "<"+element, attributes...)
	if tip == "" {
		b.WriteString("/>\n")
		return
	}
	name, _, _ := strings.Cut(element, " ")
	fmt.Fprintf(b, "><title>%s</title></%s>\n", escaped(term.Isolate(tip)), name)
}

func writeSVGText(b *bytes.Buffer, t text) {
	x, y := coordinate(t.x), coordinate(t.y)
	fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s" fill="%s"`, x, y, coordinate(t.size), render.Hex(t.fill))
	if t.anchor != start {
		fmt.Fprintf(b, ` text-anchor="%s"`, [...]string{middle: "middle", end: "end"}[t.anchor])
	}
	if t.bold {
		b.WriteString(` font-weight="bold"`)
	}
	if t.upward {
		fmt.Fprintf(b, ` transform="rotate(-90 %s %s)"`, x, y)
	}
	b.WriteByte('>')
	if t.tip != "" {
		fmt.Fprintf(b, "<title>%s</title>", escaped(term.Isolate(t.tip)))
	}
	b.WriteString(escaped(t.s) + "</text>\n")
}

// escaped is text as the content of an element or attribute. What XML has no character for is �.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// coordinate writes a number in at most two decimals.
func coordinate(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
