package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"attend/internal/printable"
	"attend/internal/render"
)

// families are fonts that systems have, for Latin, Cyrillic and Greek, then for Chinese, Japanese and Korean.
const families = `system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'DejaVu Sans', ` +
	`'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', sans-serif`

// SVG writes the figure as a document that stands alone: no script, no font and no file beside it. It has the
// title, the run, the step and the sentence in its title, description and metadata; pointing at a word that was
// cut tells the whole of it, and at a cell its words and number. The same figure gives the same bytes. The error
// tells what is wrong with the figure, or that of the writer.
func SVG(w io.Writer, f Figure, o Options) error {
	face, err := newTypeface()
	if err != nil {
		return err
	}
	d, err := layout(f, o, face)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	writeSVG(&b, d, f.subject())
	return render.Write(w, &b)
}

// shapesSVG writes what draw returns as SVG.
func shapesSVG(w io.Writer, about subject, draw func(*typeface) (drawing, error)) error {
	face, err := newTypeface()
	if err != nil {
		return err
	}
	d, err := draw(face)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	writeSVG(&b, d, about)
	return render.Write(w, &b)
}

// subject is what a picture is about, for those who cannot see it and for programs.
type subject struct {
	title, heading, description string
	metadata                    string      // XML
	entries                     [][2]string // the same as pairs of a name and a text
}

// subject returns what a figure is about.
func (f Figure) subject() subject {
	return subject{
		title: f.Title, heading: f.heading(), description: f.description(),
		metadata: fmt.Sprintf(`<attend:picture xmlns:attend="urn:attend:picture"><attend:title>%s</attend:title><attend:run>%s</attend:run><attend:step>%d</attend:step><attend:sentence>%s</attend:sentence></attend:picture>`,
			escaped(printable.Sentence(f.Title)), escaped(printable.Path(f.Source.Run)), f.Source.Step, escaped(f.sentence())),
		entries: [][2]string{{"Title", printable.Sentence(f.Title)}, {"Sentence", f.sentence()}, {"Run", printable.Path(f.Source.Run)},
			{"Step", strconv.Itoa(f.Source.Step)}, {"Description", f.description()}, {"Software", "attend"}},
	}
}

func writeSVG(b *bytes.Buffer, d drawing, about subject) {
	// Documents that a page holds together need ids that differ.
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%q %q %q", about.title, about.heading, about.description)
	if d.background != (Options{}).palette().background {
		fmt.Fprintf(sum, " on %v", d.background)
	}
	id := strconv.FormatUint(sum.Sum64(), 36)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title-%s description-%s">`+"\n",
		d.width, d.height, d.width, d.height, id, id)
	fmt.Fprintf(b, "<title id=\"title-%s\">%s</title>\n", id, escaped(about.heading))
	fmt.Fprintf(b, "<desc id=\"description-%s\">%s</desc>\n", id, escaped(about.description))
	if about.metadata != "" {
		b.WriteString("<metadata>" + about.metadata + "</metadata>\n")
	}
	fmt.Fprintf(b, `<rect width="%d" height="%d" fill="%s"/>`+"\n", d.width, d.height, render.Hex(d.background))
	b.WriteString(`<g shape-rendering="crispEdges">` + "\n")
	for _, r := range d.rects {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"`, r.x, r.y, r.width, r.height, render.Hex(r.fill))
		if r.tip == "" {
			b.WriteString("/>\n")
		} else {
			fmt.Fprintf(b, "><title>%s</title></rect>\n", escaped(r.tip))
		}
	}
	b.WriteString("</g>\n<g>\n")
	for _, l := range d.lines {
		fmt.Fprintf(b, `<path d="M%s %sL%s %s" stroke="%s"`, place(l.x1), place(l.y1), place(l.x2), place(l.y2), render.Hex(l.stroke))
		if l.width != 1 {
			fmt.Fprintf(b, ` stroke-width="%s"`, place(l.width))
		}
		b.WriteString("/>\n")
	}
	fmt.Fprintf(b, "</g>\n<g font-family=\"%s\" xml:space=\"preserve\">\n", families)
	for _, t := range d.texts {
		writeSVGText(b, t)
	}
	b.WriteString("</g>\n</svg>\n")
}

func writeSVGText(b *bytes.Buffer, t text) {
	x, y := place(t.x), place(t.y)
	fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s" fill="%s"`, x, y, place(t.size), render.Hex(t.fill))
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
		fmt.Fprintf(b, "<title>%s</title>", escaped(t.tip))
	}
	b.WriteString(escaped(t.s) + "</text>\n")
}

// heading names the picture to who cannot see it.
func (f Figure) heading() string { return f.sentence() + " (" + printable.Sentence(f.Title) + ")" }

// description tells what is to be seen.
func (f Figure) description() string {
	return fmt.Sprintf("Which words each word of the sentence attends to: %s. Rows are the words that look, columns the words looked at. Run %s.",
		printable.Sentence(f.Title), render.Origin(f.Source))
}

// escaped is text as the content of an element or attribute. What XML has no character for is �.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// place is a coordinate in at most two decimals.
func place(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// shapesPNG writes what draw returns as PNG.
func shapesPNG(w io.Writer, about subject, draw func(*typeface) (drawing, error)) (lacking string, err error) {
	face, err := newTypeface()
	if err != nil {
		return "", err
	}
	d, err := draw(face)
	if err != nil {
		return "", err
	}
	return writePNG(w, d, about, face)
}
