package text

import (
	"bytes"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Chart draws a chart for a terminal: the title, the curves in dots of Braille, four high and two wide a character, with the
// axes and their numbers, the levels as lines with their names, and the legend. A curve that is not thin has its letter on it
// if there are several styles; of a thin one every second dot is left out. ● is a mark. The error says what is wrong with the
// chart.
func Chart(w io.Writer, c render.Chart, o Options) error {
	if err := c.Validate(); err != nil {
		return err
	}
	p := newPlot(c, o)
	for i := range c.Series { // the first of them end on top
		if s := c.Series[len(c.Series)-1-i]; s.Thin {
			p.curve(s)
		}
	}
	for i := range c.Series {
		if s := c.Series[len(c.Series)-1-i]; !s.Thin {
			p.curve(s)
		}
	}
	for _, s := range c.Series {
		p.band(s)
		p.marks(s)
	}
	p.letters()
	var b bytes.Buffer
	b.WriteString(o.title("%s", printable.Sentence(c.Title)) + "\n")
	b.WriteString(o.paragraph("%s", printable.Sentence(c.Y.Title)))
	unnamed := p.levels()
	p.write(&b)
	p.legend(&b)
	for _, l := range unnamed {
		b.WriteString(o.paragraph("%s", l.Text()))
	}
	for _, note := range c.Captions(p.ys) {
		b.WriteString(o.paragraph("%s", printable.Sentence(note)))
	}
	return render.Write(w, &b)
}

// plot is a chart as characters.
type plot struct {
	render.Chart
	Options
	xs, ys        render.Extent
	columns, rows int // of characters between the axes
	cells         [][]plotCell
}

// plotCell is one character of a plot.
type plotCell struct {
	dots    rune   // of Braille, added up
	glyph   string // covers the dots; "" is none
	covered bool   // by the text that is the glyph of a character before it
	style   int    // of its colour; [render.AllStyles] is none
}

// newPlot returns an empty plot that fits the width.
func newPlot(c render.Chart, o Options) *plot {
	p := &plot{Chart: c, Options: o}
	p.xs, p.ys = c.Extents()
	p.columns = max(4, o.width()-p.margin()-1)
	p.rows = min(20, max(6, p.columns/4))
	p.cells = make([][]plotCell, p.rows)
	for i := range p.cells {
		p.cells[i] = make([]plotCell, p.columns)
		for j := range p.cells[i] {
			p.cells[i][j].style = render.AllStyles
		}
	}
	return p
}

// margin returns the columns of the numbers at the left, with the axis. Numbers that would take more than half of the width do
// not count, and are left out.
func (p *plot) margin() int {
	widest := 0
	for _, t := range p.ys.Ticks {
		if width := ansi.StringWidth(t.Text); width < p.width()/2 {
			widest = max(widest, width)
		}
	}
	return widest + 1
}

// dotsOf are the dots of Braille by column and row in a character (Unicode, block 2800).
var dotsOf = [2][4]rune{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

// dot sets the dot of a point in parts of the extents, counted from the left and the bottom.
func (p *plot) dot(x, y float64, style int) {
	column := int(math.Round(x * float64(2*p.columns-1)))
	row := int(math.Round((1 - y) * float64(4*p.rows-1)))
	if column < 0 || row < 0 || column >= 2*p.columns || row >= 4*p.rows {
		return
	}
	cell := &p.cells[row/4][column/2]
	cell.dots |= dotsOf[column%2][row%4]
	cell.style = style
}

// curve sets the dots of a curve.
func (p *plot) curve(s render.Series) {
	count := 0
	for _, piece := range s.Pieces(p.xs, p.ys) {
		for i, b := range piece {
			a := b
			if i > 0 {
				a = piece[i-1]
			}
			steps := max(1, int(math.Ceil(max((b.X-a.X)*float64(2*p.columns), math.Abs(b.Y-a.Y)*float64(4*p.rows)))))
			for step := range steps {
				part := float64(step+1) / float64(steps)
				if count++; s.Thin && count%3 > 0 {
					continue
				}
				p.dot(a.X+part*(b.X-a.X), a.Y+part*(b.Y-a.Y), s.Style)
			}
		}
	}
}

// cell returns the character at a point, or nil if it is outside.
func (p *plot) cell(point render.Point) *plotCell {
	if !p.xs.Shows(point.X) {
		return nil
	}
	x, y := p.xs.Part(point.X), p.ys.Part(point.Y)
	if !(x >= 0 && x <= 1 && y >= 0 && y <= 1) {
		return nil
	}
	return &p.cells[int(math.Round((1-y)*float64(4*p.rows-1)))/4][int(math.Round(x*float64(2*p.columns-1)))/2]
}

// band fills the empty characters between the ends of a band.
func (p *plot) band(s render.Series) {
	for i := 1; i < len(s.Band); i++ {
		from, to := s.Points[i-1], s.Points[i]
		if !p.xs.Shows(from.X) {
			continue
		}
		left, right := p.xs.Part(from.X), p.xs.Part(to.X)
		for column := range p.columns {
			x := (float64(column) + 0.5) / float64(p.columns)
			if x < left || x > right {
				continue
			}
			part := (x - left) / (right - left)
			between := func(a, b float64) float64 { return p.ys.Part(a) + part*(p.ys.Part(b)-p.ys.Part(a)) }
			low, high := between(s.Band[i-1].Low, s.Band[i].Low), between(s.Band[i-1].High, s.Band[i].High)
			for row := range p.rows {
				y := 1 - (float64(row)+0.5)/float64(p.rows)
				if cell := &p.cells[row][column]; y >= low && y <= high && cell.dots == 0 && cell.glyph == "" {
					*cell = plotCell{glyph: "░", style: s.Style}
				}
			}
		}
	}
}

// marks sets the marks of a curve.
func (p *plot) marks(s render.Series) {
	for _, m := range s.Marks {
		if cell := p.cell(m.Point); cell != nil {
			*cell = plotCell{glyph: "●", style: s.Style}
		}
	}
}

// styles returns how many styles the curves have.
func (p *plot) styles() int {
	styles := map[int]bool{}
	for _, s := range p.Series {
		styles[s.Style] = true
	}
	return len(styles)
}

// letters writes the letter of each style on its curves, at columns that differ from style to style.
func (p *plot) letters() {
	styles := p.styles()
	if styles < 2 {
		return
	}
	const apart = 16 // columns between two letters of a curve
	for i, s := range p.Series {
		if s.Thin {
			continue
		}
		for column := apart / 2 * (1 + i%styles) / styles; column < p.columns; column += apart {
			at := (float64(column) + 0.5) / float64(p.columns)
			for _, piece := range s.Pieces(p.xs, p.ys) {
				for j := 1; j < len(piece); j++ {
					a, b := piece[j-1], piece[j]
					if !(a.X <= at && at < b.X) {
						continue
					}
					y := a.Y + (at-a.X)/(b.X-a.X)*(b.Y-a.Y)
					cell := &p.cells[min(p.rows-1, int((1-y)*float64(p.rows)))][column]
					if cell.glyph == "" || cell.glyph == "░" {
						*cell = plotCell{glyph: render.CurveLetter(s.Style), style: s.Style}
					}
				}
			}
		}
	}
}

// levelLine is a character of the line of a level.
const levelLine = "╌"

// levels draws the levels through empty characters, with their names where they cover the fewest. It returns those whose name
// does not fit.
func (p *plot) levels() (unnamed []render.Level) {
	for _, l := range p.ShownLevels(p.ys) {
		row := p.cells[min(p.rows-1, int((1-p.ys.Part(l.Y))*float64(p.rows)))]
		name := " " + l.Text() + " "
		width := ansi.StringWidth(name)
		best, covered := -1, math.MaxInt
		for at := 1; at+width < p.columns; at++ {
			n := 0
			for _, cell := range row[at : at+width] {
				switch {
				case cell.covered || cell.glyph != "" && cell.glyph != "░" && cell.glyph != levelLine: // a name, a letter or a mark
					n += 1000
				case cell.dots != 0:
					n++
				}
			}
			if n < covered && n < 1000 {
				best, covered = at, n
			}
		}
		if best < 0 {
			unnamed = append(unnamed, l)
		}
		for i := range row {
			if row[i].glyph == "" && row[i].dots == 0 && !row[i].covered {
				row[i] = plotCell{glyph: levelLine, style: l.Style}
			}
		}
		if best >= 0 {
			for i := range width { // a character may fill two columns, or none
				row[best+i] = plotCell{covered: true, style: l.Style}
			}
			row[best] = plotCell{glyph: name, style: l.Style}
		}
	}
	return unnamed
}

// write writes the plot with its axes.
func (p *plot) write(b *bytes.Buffer) {
	numbers := p.margin() - 1
	labels := make([]string, p.rows)
	for _, t := range p.ys.Ticks {
		row := min(p.rows-1, int(math.Round((1-p.ys.Part(t.At))*float64(p.rows-1))))
		if labels[row] == "" && ansi.StringWidth(t.Text) <= numbers {
			labels[row] = t.Text
		}
	}
	for i, row := range p.cells {
		axis := "│"
		if labels[i] != "" {
			axis = "┤"
		}
		b.WriteString(strings.TrimRight(term.PadLeft(labels[i], numbers)+axis+p.line(row), " ") + "\n")
	}
	ticks, below := []rune(strings.Repeat("─", p.columns)), strings.Repeat(" ", p.columns)
	end := 0 // of the numbers so far
	for _, t := range p.xs.Ticks {
		column := int(math.Round(p.xs.Part(t.At) * float64(p.columns-1)))
		width := ansi.StringWidth(t.Text)
		at := max(0, min(column-width/2, p.columns-width))
		if end > 0 && at < end+1 || at+width > p.columns {
			continue
		}
		ticks[column] = '┬'
		below = below[:at] + t.Text + below[at+width:]
		end = at + width
	}
	margin := strings.Repeat(" ", numbers)
	b.WriteString(margin + "└" + string(ticks) + "\n")
	b.WriteString(strings.TrimRight(margin+" "+below, " ") + "\n")
	title := term.Fit(printable.Sentence(p.X.Title), p.columns)
	b.WriteString(margin + " " + strings.Repeat(" ", (p.columns-ansi.StringWidth(title))/2) + title + "\n")
}

// line is a row of characters, those of one style together in its colour.
func (p *plot) line(row []plotCell) string {
	var b strings.Builder
	for i := 0; i < len(row); {
		style, run := row[i].style, ""
		for ; i < len(row) && row[i].style == style; i++ {
			switch cell := row[i]; {
			case cell.covered:
			case cell.glyph != "":
				run += cell.glyph
			case cell.dots != 0:
				run += string(0x2800 + cell.dots)
			default:
				run += " "
			}
		}
		b.WriteString(p.inColor(run, style))
	}
	return b.String()
}

// inColor is text in the colour of a style, where there are colours.
func (p *plot) inColor(s string, style int) string {
	if style == render.AllStyles || !p.colored() {
		return s
	}
	return ansi.NewStyle().ForegroundColor(p.Color.Convert(render.CurveColorOnEither(style))).Styled(s)
}

// legend writes a line for each curve that has a name.
func (p *plot) legend(b *bytes.Buffer) {
	styles := p.styles()
	for _, s := range p.Series {
		if s.Name == "" {
			continue
		}
		sample := "⣀⡠⠤⠒⠉"
		switch {
		case s.Thin:
			sample = "⡀ ⠄ ⠂"
		case styles > 1:
			sample = render.CurveLetter(s.Style)
		}
		text := printable.Sentence(s.Name)
		if s.Detail != "" {
			text += ", " + printable.Sentence(s.Detail)
		}
		b.WriteString(strings.Replace(p.hanging(sample+" ", "%s", text), sample, p.inColor(sample, s.Style), 1))
	}
}
