package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/render"
)

// Sizes of a plane on a terminal, in rows and columns.
const (
	planeRows   = 11 // between the outermost points, at most
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
	b.WriteString(title(printable.Sentence(p.Title), o))
	left, bottom, right, top := p.Bounds()
	labels := 6 // columns of the numbers at the left
	columns := max(4, min(o.width()-labels-2, 56))
	scale := min(planeRows/(top-bottom), float64(columns)/columnsARow/(right-left)) // rows for a length of 1
	row := func(y float64) int { return int(math.Round((top - y) * scale)) }
	column := func(x float64) int { return int(math.Round((x - left) * scale * columnsARow)) }
	cells := make([][]rune, row(bottom)+1)
	for i := range cells {
		cells[i] = []rune(strings.Repeat(" ", column(right)+1))
	}
	for i := range cells {
		cells[i][column(0)] = '·'
	}
	for i := range cells[row(0)] {
		cells[row(0)][i] = '·'
	}
	cells[row(0)][column(0)] = '+'
	marks := arrowMarks(p.Arrows)
	for i := len(p.Arrows) - 1; i >= 0; i-- { // the first arrows lie on top
		a := p.Arrows[i]
		points := int(math.Ceil(max(math.Abs(a.X)*columnsARow, math.Abs(a.Y)) * scale / 2))
		for j := 1; j <= points; j++ {
			part := float64(j) / float64(points)
			mark := '•'
			if j == points {
				mark = marks[i]
			}
			cells[row(part*a.Y)][column(part*a.X)] = mark
		}
	}
	ticks := map[int]string{row(0): "0", row(top): render.Significant(top), row(bottom): render.Significant(bottom)}
	for i, line := range cells {
		b.WriteString(strings.TrimRight(padLeft(render.Fit(ticks[i], labels-2), labels-2)+"  "+string(line), " ") + "\n")
	}
	b.WriteString(horizontalTicks(labels, o.width(), map[int]string{column(0): "0", column(left): render.Significant(left), column(right): render.Significant(right)}))
	for i, a := range p.Arrows {
		b.WriteString(render.Fit(fmt.Sprintf("%c  %s [%s %s]", marks[i], render.Fit(printable.Sentence(a.Name), render.WidestLabel), render.Significant(a.X), render.Significant(a.Y)), o.width()) + "\n")
	}
	return render.Write(w, &b)
}

// arrowMarks gives each arrow a letter or digit: a query q, keys 1, 2, 3, values a, b, c; an arrow that
// ends where an earlier one does has the earlier mark below it.
func arrowMarks(arrows []render.Arrow) []rune {
	const digits, letters = "123456789", "abcdefghijklmnoprstuvwxyz"
	marks := make([]rune, len(arrows))
	count := map[render.ArrowKind]int{}
	for i, a := range arrows {
		n := count[a.Kind]
		count[a.Kind]++
		switch {
		case a.Kind == render.QueryArrow && n == 0:
			marks[i] = 'q'
		case a.Kind == render.KeyArrow && n < len(digits):
			marks[i] = rune(digits[n])
		case a.Kind == render.ValueArrow && n < len(letters):
			marks[i] = rune(letters[n])
		default:
			marks[i] = '*'
		}
	}
	return marks
}

// horizontalTicks writes numbers below the columns of a plane, each in the middle of its own as far as there is room.
func horizontalTicks(margin, width int, ticks map[int]string) string {
	var line string
	for at := range width {
		tick, ok := ticks[at]
		if !ok {
			continue
		}
		blanks := margin + at - len(tick)/2 - ansi.StringWidth(line)
		if blanks < 1 {
			continue
		}
		line += strings.Repeat(" ", blanks) + tick
	}
	return render.Fit(line, width) + "\n"
}
