package picture

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// narrowestPage holds the heading and the legend of the smallest figure.
const narrowestPage = 520

// mostTips is how many cells a picture may have for each to tell its words and number when pointed at.
const mostTips = 6000

// widestTip is the columns of a word in what a cell tells; the words around the panels tell all of themselves.
const widestTip = 40

// layout draws a figure: the sentence, what the panels are, the panels, and how to read them. The error tells
// what is wrong with the figure, or that it is too large.
func layout(f Figure, o Options, face *typeface) (drawing, error) {
	if err := f.Validate(); err != nil {
		return drawing{}, err
	}
	words := render.Labels(attention.Map{Tokens: f.Words, Unknown: f.Unknown})
	m := measureFigure(f, words, face)
	abreast, count := 0, 0
	for _, row := range f.Panels {
		abreast = max(abreast, len(row))
		count += len(row)
	}
	content := max(abreast*(m.panelWidth+panelGapX)-panelGapX, narrowestPage-2*margin)
	height := len(f.Panels) * (m.panelHeight + panelGapY)
	if float64(content)*float64(height) > mostArea {
		return drawing{}, tooLarge(count, len(words))
	}

	p := o.palette()
	d := drawing{width: content + 2*margin, background: p.background}
	y := d.heading(f, p, face, content)
	s := sheet{drawing: &d, figure: f, words: words, measures: m, palette: p, face: face}
	s.tips = count*len(words)*len(words) <= mostTips
	for _, l := range words {
		s.shown = append(s.shown, face.cutLabel(l, m.labelSize, m.longest))
	}
	for _, row := range f.Panels {
		for i, panel := range row {
			s.panel(panel, margin+i*(m.panelWidth+panelGapX), y)
		}
		y += m.panelHeight + panelGapY
	}
	d.height = s.legend(y, content) + margin
	return d, nil
}

// heading draws the sentence and below it what the figure is. It returns where the panels begin.
func (d *drawing) heading(f Figure, p palette, face *typeface, room int) int {
	y := float64(margin)
	for _, l := range face.paragraph(f.sentence(), headingSize, true, float64(room), 4) {
		y += 1.3 * headingSize
		d.texts = append(d.texts, text{x: margin, y: y - 5, size: headingSize, s: l, fill: p.ink, bold: true})
	}
	for _, l := range face.paragraph(f.caption(), textSize, false, float64(room), 3) {
		y += 1.5 * textSize
		d.texts = append(d.texts, text{x: margin, y: y - 3, size: textSize, s: l, fill: p.muted})
	}
	return int(y) + 16
}

// sentence is the text as it is shown: without the blanks around it.
func (f Figure) sentence() string { return printable.Sentence(strings.TrimSpace(f.Text)) }

// caption says what the figure is and where it comes from.
func (f Figure) caption() string { return printable.Sentence(f.Title) + "; " + render.Origin(f.Source) }

// sheet is a drawing with what all panels share.
type sheet struct {
	*drawing
	measures
	figure  Figure
	words   []render.Label
	shown   []string // the words as far as there is room
	palette palette
	face    *typeface
	tips    bool // each cell tells its words and number
}

// panel draws one matrix with its words at a place.
func (s *sheet) panel(p Panel, x, y int) {
	left := x + s.side
	if s.titled {
		title := printable.Sentence(p.Title)
		s.texts = append(s.texts, text{x: float64(left), y: float64(y) + 12, size: textSize, fill: s.palette.ink, bold: true,
			s: s.face.cut(title, textSize, true, float64(s.panelWidth-s.side)), tip: title})
		y += titleBand
	}
	top := y + s.top
	s.wordsAround(left, top)
	for q, row := range p.Weights {
		s.row(p, q, row[:q+1], left, top+q*s.cellHeight)
	}
	s.future(left, top)
}

// wordsAround draws the queries beside the rows and the keys above the columns.
func (s *sheet) wordsAround(left, top int) {
	for i, l := range s.words {
		shown, tip := s.shown[i], ""
		if shown != l.Word+l.Mark {
			tip = l.Word
		}
		t := text{size: s.labelSize, s: shown, fill: s.palette.ink, tip: tip}
		row, column := t, t
		row.x, row.anchor = float64(left-labelGap), end
		row.y = float64(top+i*s.cellHeight) + float64(s.cellHeight)/2 + 0.35*s.labelSize
		column.x, column.y = float64(left+i*s.cellWidth)+float64(s.cellWidth)/2, float64(top-labelGap)
		if s.upward {
			column.x, column.upward = column.x+0.35*s.labelSize, true
		} else {
			column.anchor = middle
		}
		s.texts = append(s.texts, row, column)
	}
}

// row draws the cells that one query sees.
func (s *sheet) row(p Panel, q int, weights []float64, left, y int) {
	height := s.cellHeight - s.gap
	for k := 0; k < len(weights); k++ {
		c := rect{left + k*s.cellWidth, y, s.cellWidth - s.gap, height, s.palette.shade(weights[k], p.Signed), ""}
		s.number(p, weights[k], c)
		if s.tips {
			c.tip = fmt.Sprintf("%s → %s: %s", term.Fit(s.words[q].Word, widestTip), term.Fit(s.words[k].Word, widestTip), exact(weights[k], p.Signed))
		} else if s.gap == 0 { // neighbours of one colour are one rectangle
			for k+1 < len(weights) && s.palette.shade(weights[k+1], p.Signed) == c.fill {
				k++
				c.width += s.cellWidth
				s.number(p, weights[k], rect{left + k*s.cellWidth, y, s.cellWidth, height, c.fill, ""})
			}
		}
		s.rects = append(s.rects, c)
	}
}

// number writes the number of a cell on it, if it can be read there. On a smaller cell a dash tells a difference
// below 0, since in grey the two colours look alike.
func (s *sheet) number(p Panel, weight float64, c rect) {
	on := render.Ink(c.fill)
	x, y := float64(c.x)+float64(c.width)/2, float64(c.y)+float64(c.height)/2
	if s.numberSize > 0 {
		s.texts = append(s.texts, text{x: x, y: y + 0.35*s.numberSize, size: s.numberSize, s: cellNumber(weight, p.Signed), fill: on, anchor: middle})
		return
	}
	if p.Signed && render.PrintedDifference(weight) <= -0.05 {
		half := float64(c.width) / 4
		s.lines = append(s.lines, line{x - half, y, x + half, y, 1, on})
	}
}

// cellNumber is a weight as .48, a difference as +.48 or −.07.
func cellNumber(weight float64, signed bool) string {
	if signed {
		return strings.Replace(render.SignedNumber(weight), "-", "−", 1)
	}
	return render.Number(weight)
}

// exact is a number to four decimals.
func exact(weight float64, signed bool) string {
	s := strconv.FormatFloat(weight, 'f', 4, 64)
	if signed && weight > 0 {
		s = "+" + s
	}
	return s
}

// future hatches the cells whose keys lie after their queries: one line along each rising diagonal, fewer where
// cells are small.
func (s *sheet) future(left, top int) {
	const apart = 22 // pixels from line to line
	step := max(1, apart/s.cellWidth)
	seq := len(s.words)
	for sum := 1; sum <= 2*seq-3; sum += step { // query + key of the cells on it
		first := max(0, sum-seq+1) // its uppermost query
		last := (sum+1)/2 - 1      // its lowest, still above the key
		key := func(q int) int { return sum - q }
		s.lines = append(s.lines, line{
			float64(left + key(last)*s.cellWidth), float64(top + (last+1)*s.cellHeight),
			float64(left + (key(first)+1)*s.cellWidth), float64(top + first*s.cellHeight), 1, s.palette.hatch,
		})
	}
}

// Sizes of a picture in pixels.
const (
	margin      = 24
	headingSize = 16.0
	textSize    = 12.0
	titleBand   = 22 // of a panel's title
	labelGap    = 6  // between words and cells
	panelGapX   = 28
	panelGapY   = 26
	leastCell   = 11
	mostCell    = 34
	widestCell  = 66      // that a horizontal word may ask for
	wordyCell   = 24      // from this side on cells grow with their words
	leastNumber = 9.0     // smallest size of a number that is worth reading
	mostArea    = 1 << 25 // pixels of a picture; four times as many in a PNG
)

// measures are the sizes that one figure takes: the same for all of its panels.
type measures struct {
	cellWidth, cellHeight int
	gap                   int     // between cells
	labelSize             float64 // font size of the words
	numberSize            float64 // font size of the numbers; 0: the cells are too small
	upward                bool    // the words above the columns are turned
	side, top             int     // room for the words beside the rows and above the columns
	longest               float64 // room for one word, beyond which it is cut
	panelWidth            int     // of cells and words
	panelHeight           int     // of cells, words and title
	titled                bool    // panels carry titles
}

// measureFigure fits cells, words and numbers: cells as large as the room on a screen allows, words horizontal where
// they fit, numbers where they can be read.
func measureFigure(f Figure, words []render.Label, face *typeface) measures {
	abreast, signed, count := 0, false, 0
	for _, row := range f.Panels {
		abreast = max(abreast, len(row))
		count += len(row)
		for _, p := range row {
			signed = signed || p.Signed
		}
	}
	seq := len(words)
	available := min(1040, 1960/abreast) // pixels for the cells of one panel
	cell := min(max(available/seq, leastCell), mostCell)

	var m measures
	m.cellWidth, m.cellHeight = cell, cell
	m.labelSize = min(max(float64(cell)*0.6+2.4, 9), 13)
	m.longest = 12.5 * m.labelSize
	widest := 0.0
	for _, l := range words {
		widest = max(widest, face.room(l.Word+l.Mark, m.labelSize, false))
	}
	widest = min(math.Ceil(widest), m.longest)
	wanted := int(widest) + 10
	if cell >= wordyCell && wanted <= widestCell && wanted*seq <= available {
		m.cellWidth = max(cell, wanted)
		if seq <= 12 {
			m.cellWidth = max(m.cellWidth, min(44, available/seq))
		}
	}
	m.upward = int(widest)+4 > m.cellWidth
	m.side = int(widest) + labelGap
	m.top = int(math.Ceil(m.labelSize)) + labelGap
	if m.upward {
		m.top = int(widest) + labelGap
	}
	if cell >= 16 {
		m.gap = 1
	}
	sample := ".88"
	if signed {
		sample = "−.88"
	}
	for size := textSize; size >= leastNumber; size-- {
		if face.room(sample, size, false)+4 <= float64(m.cellWidth) && size+4 <= float64(m.cellHeight) {
			m.numberSize = size
			break
		}
	}
	m.titled = count > 1
	m.panelWidth = m.side + seq*m.cellWidth
	m.panelHeight = m.top + seq*m.cellHeight
	if m.titled {
		m.panelHeight += titleBand
		for _, row := range f.Panels {
			for _, p := range row {
				title := math.Ceil(face.room(printable.Sentence(p.Title), textSize, true))
				m.panelWidth = max(m.panelWidth, m.side+min(int(title), 220))
			}
		}
	}
	return m
}
