package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
)

// Bars is a picture of some quantities as bars on one scale that begins at 0.
type Bars struct {
	Title string
	Bars  []Bar
}

// Bar is one quantity.
type Bar struct {
	Name  string
	Value float64 // 0 or more
	Text  string  // the value for people
}

// mostBars is how many bars one picture may have.
const mostBars = 200

// Validate tells whether the bars can be drawn: one or more, at most 200, each finite and not below 0.
func (c Bars) Validate() error {
	if len(c.Bars) == 0 {
		return errors.New("there are no bars")
	}
	if len(c.Bars) > mostBars {
		return fmt.Errorf("%d bars do not fit one picture, which holds %d", len(c.Bars), mostBars)
	}
	for i, bar := range c.Bars {
		if !(bar.Value >= 0 && !math.IsInf(bar.Value, 0)) {
			return fmt.Errorf("bar %d is %v and must be finite and not below 0", i, bar.Value)
		}
	}
	return nil
}

// largest is the value of the longest bar.
func (c Bars) largest() float64 {
	largest := 0.0
	for _, bar := range c.Bars {
		largest = max(largest, bar.Value)
	}
	return largest
}

// BarsText draws the bars for a terminal, one a line.
func BarsText(w io.Writer, c Bars, o TextOptions) error {
	if err := c.Validate(); err != nil {
		return err
	}
	names, values := 0, 0
	for _, bar := range c.Bars {
		names, values = max(names, ansi.StringWidth(printable.Sentence(bar.Name))), max(values, ansi.StringWidth(printable.Sentence(bar.Text)))
	}
	names, values = min(names, max(4, o.width()/2)), min(values, max(4, o.width()/3))
	longest := max(0, min(40, o.width()-names-values-2*gapOfColumns))
	var b bytes.Buffer
	b.WriteString(title(printable.Sentence(c.Title), o))
	for _, bar := range c.Bars {
		line := padRight(fit(printable.Sentence(bar.Name), names), names) + "  " + padLeft(fit(printable.Sentence(bar.Text), values), values)
		if c.largest() > 0 {
			line += "  " + partBar(bar.Value/c.largest()*float64(longest))
		}
		b.WriteString(strings.TrimRight(fit(line, o.width()), " ") + "\n")
	}
	return write(w, &b)
}

// subject returns what the bars are about.
func (c Bars) subject() subject {
	text := "Bars:"
	for i, bar := range c.Bars {
		if i > 0 {
			text += ";"
		}
		text += " " + printable.Sentence(bar.Name) + " " + printable.Sentence(bar.Text)
	}
	return plainSubject(printable.Sentence(c.Title), text+".")
}

// BarsSVG writes the bars as a document that stands alone, as [SVG] does a figure.
func BarsSVG(w io.Writer, c Bars, o PictureOptions) error {
	return shapesSVG(w, c.subject(), func(face *typeface) (drawing, error) { return barsDrawing(c, o, face) })
}

// BarsPNG writes the bars in pixels, as [PNG] does a figure.
func BarsPNG(w io.Writer, c Bars, o PictureOptions) (lacking string, err error) {
	return shapesPNG(w, c.subject(), func(face *typeface) (drawing, error) { return barsDrawing(c, o, face) })
}

// barsDrawing draws a heading and below it a line for each bar: its name, the bar, its value.
func barsDrawing(c Bars, o PictureOptions, face *typeface) (drawing, error) {
	if err := c.Validate(); err != nil {
		return drawing{}, err
	}
	const longest, row, thick, size, most = 280, 26, 16, textSize + 1, 240.0
	names, values := 0.0, 0.0
	for _, bar := range c.Bars {
		names = max(names, face.room(printable.Sentence(bar.Name), size, false))
		values = max(values, face.room(printable.Sentence(bar.Text), size, false))
	}
	names, values = math.Ceil(min(names, most)), math.Ceil(min(values, most))
	p := o.palette()
	d := drawing{width: 2*margin + int(names+values) + longest + 20, background: p.background}
	y := margin
	for _, l := range face.paragraph(printable.Sentence(c.Title), headingSize, true, float64(d.width-2*margin), 4) {
		y += 21
		d.texts = append(d.texts, text{x: margin, y: float64(y - 5), size: headingSize, s: l, fill: p.ink, bold: true})
	}
	y += 10
	fill := o.arrowColors()[KeyArrow]
	for _, bar := range c.Bars {
		length := 0
		if c.largest() > 0 {
			length = int(math.Round(bar.Value / c.largest() * longest))
		}
		x := margin + int(names) + 10
		d.rects = append(d.rects, rect{x, y, 1, row, p.hatch, ""}, rect{x, y + (row-thick)/2, length, thick, fill, ""})
		baseline := float64(y+row/2) + 0.35*size
		d.texts = append(d.texts,
			text{x: float64(x - 10), y: baseline, size: size, s: face.cut(printable.Sentence(bar.Name), size, false, names), fill: p.ink, anchor: end},
			text{x: float64(x + length + 8), y: baseline, size: size, s: face.cut(printable.Sentence(bar.Text), size, false, values), fill: p.ink})
		y += row
	}
	d.height = y + margin
	return d, nil
}
