package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Sizes of arrows on a terminal, in rows and columns.
const (
	arrowRows   = 11 // between the outermost points, at most
	columnsARow = 2  // a row of a terminal is about as high as two columns are wide
)

// Arrows draws the arrows for a terminal, each in a mark of its own, and lists below what the marks
// stand for:
//
//	1  ·          2
//	   ·      2
//	   ·  2
//	0  +··q··q··q·Q
//	   0          1
func Arrows(w io.Writer, p render.Arrows, o Options) error {
	if err := p.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(o.title("%s", printable.Sentence(p.Title)))
	left, bottom, right, top := p.Bounds()
	labels := 6 // columns of the numbers at the left
	columns := max(4, min(o.width()-labels-2, 56))
	scale := min(arrowRows/(top-bottom), float64(columns)/columnsARow/(right-left)) // rows for a length of 1
	row := func(y float64) int { return int(math.Round((top - y) * scale)) }
	column := func(x float64) int { return int(math.Round((x - left) * scale * columnsARow)) }
	screen := newScreen(column(right)+1, row(bottom)+1)
	for y := range screen.rows {
		screen.put(column(0), y, "·", 1)
	}
	for x := range screen.columns {
		screen.put(x, row(0), "·", 1)
	}
	screen.put(column(0), row(0), "+", 1)
	marks := arrowMarks(p.Arrows)
	for i := len(p.Arrows) - 1; i >= 0; i-- { // the first arrows lie on top
		a := p.Arrows[i]
		points := int(math.Ceil(max(math.Abs(a.X)*columnsARow, math.Abs(a.Y)) * scale / 2))
		for j := 1; j <= points; j++ {
			part := float64(j) / float64(points)
			mark := "•"
			if j == points {
				mark = marks[i]
			}
			screen.put(column(part*a.X), row(part*a.Y), mark, 1)
		}
	}
	ticks := map[int]string{row(0): "0", row(top): render.Significant(top), row(bottom): render.Significant(bottom)}
	for i, line := range screen.text() {
		b.WriteString(strings.TrimRight(term.PadLeft(term.Fit(ticks[i], labels-2), labels-2)+"  "+line, " ") + "\n")
	}
	ticks = map[int]string{column(0): "0", column(left): render.Significant(left), column(right): render.Significant(right)}
	b.WriteString(horizontalTicks(labels, o.width(), ticks))
	for i, a := range p.Arrows {
		name := term.Fit(printable.Sentence(a.Name), render.WidestLabel)
		line := fmt.Sprintf("%s  %s [%s %s]", marks[i], name, render.Significant(a.X), render.Significant(a.Y))
		b.WriteString(term.Fit(line, o.width()) + "\n")
	}
	return render.Write(w, &b)
}

// arrowMarks gives each arrow a letter or digit: a query q, keys 1, 2, 3, values a, b, c; an arrow that
// ends where an earlier one does has the earlier mark below it.
func arrowMarks(arrows []render.Arrow) []string {
	left := map[render.ArrowKind]string{
		render.QueryArrow: "q", render.KeyArrow: "123456789", render.ValueArrow: "abcdefghijklmnoprstuvwxyz",
	}
	marks := make([]string, len(arrows))
	for i, a := range arrows {
		marks[i] = "*"
		if unused := left[a.Kind]; unused != "" {
			marks[i], left[a.Kind] = unused[:1], unused[1:]
		}
	}
	return marks
}

// horizontalTicks writes numbers below the columns, each centred on its column as far as it fits.
func horizontalTicks(margin, width int, ticks map[int]string) string {
	var line string
	for at := range width {
		tick := ticks[at]
		if blanks := margin + at - len(tick)/2 - len(line); tick != "" && blanks > 0 {
			line += strings.Repeat(" ", blanks) + tick
		}
	}
	return term.Fit(line, width) + "\n"
}
