package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Sizes of the picture of a map, in pixels.
const (
	narrowestPage = 520 // holds the heading and the legend of the smallest figure
	titleBand     = 22  // of a panel's title
	labelGap      = 6   // between words and cells
	panelGapX     = 28
	panelGapY     = 26
	leastCell     = 11
	mostCell      = 34
	widestCell    = 66      // that a horizontal word may ask for
	wordyCell     = 24      // from this side on cells grow with their words
	leastNumber   = 9.0     // smallest size of a number that is worth reading
	mostArea      = 1 << 25 // pixels of a picture; density² times as many in a file of pixels
)

// mostTips is how many cells a picture may have for each to tell its words and number when pointed at.
const mostTips = 6000

// widestTip is the columns of a word in what a cell tells; the words around the panels tell all of themselves.
const widestTip = 40

// layout draws a figure: the sentence, what the panels are, the panels, and how to read them. The error tells
// that it is too large.
func (f figure) layout(o Options) (Drawing, error) {
	d := Drawing{subject: f.subject(), palette: o.palette()}
	s := sheet{Drawing: &d, figure: f, words: render.Labels(f.words)}
	s.measure()
	abreast, seq := len(f.panels[0]), len(s.words)
	content := max(abreast*(s.panelWidth+panelGapX)-panelGapX, narrowestPage-2*margin)
	if height := len(f.panels) * (s.panelHeight + panelGapY); float64(content)*float64(height) > mostArea {
		return Drawing{}, tooLarge(s.count, seq)
	}
	d.width = content + 2*margin
	heading := d.header(f.sentence(), 1.3*headingSize)
	caption := text{x: margin, y: heading, size: textSize, fill: d.muted}
	caption.s = printable.Sentence(f.title) + "; " + render.Origin(f.source)
	y := int(d.paragraph(caption, 1.5*textSize, 3, float64(content), 3)) + 16
	for _, row := range f.panels {
		for i, panel := range row {
			s.panel(panel, margin+i*(s.panelWidth+panelGapX), y)
		}
		y += s.panelHeight + panelGapY
	}
	d.height = s.legend(y, content) + margin
	return d, nil
}

// sheet is a drawing with what all of its panels share.
type sheet struct {
	*Drawing
	figure figure
	count  int // of panels
	words  []render.Label
	shown  []string // the words as far as there is room
	tips   bool     // each cell tells its words and number

	cellWidth, cellHeight int
	gap                   int     // between cells
	labelSize             float64 // font size of the words
	numberSize            float64 // font size of the numbers; 0: the cells are too small
	upward                bool    // the words above the columns are turned
	side, top             int     // room for the words beside the rows and above the columns
	panelWidth            int     // of cells and words
	panelHeight           int     // of cells, words and title
}

// measure fits cells, words and numbers: cells as large as the room on a screen allows, words horizontal where
// they fit, numbers where they can be read.
func (s *sheet) measure() {
	panels, seq := slices.Concat(s.figure.panels...), len(s.words)
	s.count = len(panels)
	s.tips = s.count*seq*seq <= mostTips
	available := min(1040, 1960/len(s.figure.panels[0])) // pixels for the cells of one panel
	cell := min(max(available/seq, leastCell), mostCell)
	s.cellWidth, s.cellHeight = cell, cell
	s.labelSize = min(max(float64(cell)*0.6+2.4, 9), 13)
	longest := 12.5 * s.labelSize // room for one word, beyond which it is cut
	widest := 0.0
	for _, l := range s.words {
		s.shown = append(s.shown, s.face.cutLabel(l, s.labelSize, longest))
		widest = max(widest, s.face.room(l.String(), s.labelSize, false))
	}
	label := int(min(math.Ceil(widest), longest))
	if wanted := label + 10; cell >= wordyCell && wanted <= widestCell && wanted*seq <= available {
		s.cellWidth = max(cell, wanted)
		if seq <= 12 {
			s.cellWidth = max(s.cellWidth, min(44, available/seq))
		}
	}
	s.upward = label+4 > s.cellWidth
	s.side = label + labelGap
	s.top = int(math.Ceil(s.labelSize)) + labelGap
	if s.upward {
		s.top = s.side
	}
	if cell >= 16 {
		s.gap = 1
	}
	sample := ".88"
	if s.figure.signed {
		sample = "−.88"
	}
	for size := leastNumber; size <= textSize; size++ {
		if s.face.room(sample, size, false)+4 <= float64(s.cellWidth) && size+4 <= float64(s.cellHeight) {
			s.numberSize = size
		}
	}
	s.panelWidth = s.side + seq*s.cellWidth
	s.panelHeight = s.top + seq*s.cellHeight
	if s.count == 1 {
		return
	}
	s.panelHeight += titleBand
	for _, p := range panels {
		title := math.Ceil(s.face.room(printable.Sentence(p.Title), textSize, true))
		s.panelWidth = max(s.panelWidth, s.side+min(int(title), 220))
	}
}

// panel draws one matrix with its words at a place.
func (s *sheet) panel(p render.View, x, y int) {
	left := x + s.side
	if s.count > 1 {
		title := printable.Sentence(p.Title)
		s.texts = append(s.texts, text{x: float64(left), y: float64(y) + 12, size: textSize, fill: s.ink, bold: true,
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
		t := text{size: s.labelSize, s: s.shown[i], fill: s.ink}
		if t.s != l.String() {
			t.tip = l.Word
		}
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
func (s *sheet) row(p render.View, q int, weights []float64, left, y int) {
	height := s.cellHeight - s.gap
	for k := 0; k < len(weights); k++ {
		c := rect{left + k*s.cellWidth, y, s.cellWidth - s.gap, height, s.shade(weights[k], p.Signed), ""}
		s.number(p, weights[k], c)
		if s.tips {
			number := "%.4f"
			if p.Signed && weights[k] > 0 {
				number = "%+.4f"
			}
			query, key := term.Fit(s.words[q].Word, widestTip), term.Fit(s.words[k].Word, widestTip)
			c.tip = fmt.Sprintf("%s → %s: "+number, query, key, weights[k])
		} else if s.gap == 0 { // neighbours of one colour are one rectangle
			for k+1 < len(weights) && s.shade(weights[k+1], p.Signed) == c.fill {
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
func (s *sheet) number(p render.View, weight float64, c rect) {
	on := render.Ink(c.fill)
	x, y := float64(c.x)+float64(c.width)/2, float64(c.y)+float64(c.height)/2
	if s.numberSize > 0 {
		number := render.Number(weight)
		if p.Signed {
			number = strings.Replace(render.SignedNumber(weight), "-", "−", 1)
		}
		s.texts = append(s.texts, text{x: x, y: y + 0.35*s.numberSize, size: s.numberSize, s: number, fill: on, anchor: middle})
	} else if p.Signed && render.PrintedDifference(weight) <= -0.05 {
		half := float64(c.width) / 4
		s.lines = append(s.lines, line{x - half, y, x + half, y, 1, on})
	}
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
		s.lines = append(s.lines, line{
			float64(left + (sum-last)*s.cellWidth), float64(top + (last+1)*s.cellHeight),
			float64(left + (sum-first+1)*s.cellWidth), float64(top + first*s.cellHeight), 1, s.hatch,
		})
	}
}

// Sizes of the legend in pixels.
const (
	barStep   = 4
	barSteps  = 51
	barWidth  = barStep * barSteps
	barHeight = 12
	keyGap    = 36
	keyHeight = 50
)

// legend draws how to read the panels, from y down in a room: the scale of weights, that of differences, and what
// hatching means, side by side as far as they fit. It returns where it ends.
func (s *sheet) legend(y, room int) int {
	caption := s.face.cut(printable.Sentence(cmp.Or(s.figure.words.Name, "attention")), textSize, false, barWidth)
	s.bar(margin, y, caption, false, [5]string{"0", ".25", ".5", ".75", "1"})
	x := margin + barWidth + keyGap
	place := func(width int) {
		if x+width > margin+room {
			x, y = margin, y+keyHeight+8
		}
	}
	if s.figure.signed {
		place(barWidth)
		s.bar(x, y, "difference from the baseline", true, [5]string{"−1", "−.5", "0", "+.5", "+1"})
		x += barWidth + keyGap
	}
	notes := []string{"rows look at columns", "hatched: later words, never seen"}
	if render.AnyUnknown(s.figure.words) {
		notes = append(notes, render.UnknownNote)
	}
	widest := 0.0
	for _, n := range notes {
		widest = max(widest, s.face.room(n, textSize, false))
	}
	const box = 14
	place(box + 8 + int(math.Ceil(widest)))
	for i, n := range notes {
		t := text{x: float64(x), y: float64(y + 11 + 18*i), size: textSize, s: n, fill: s.muted}
		if i == 1 {
			t.x += box + 8
		}
		s.texts = append(s.texts, t)
	}
	s.sample(float64(x), float64(y+18), box)
	return y + max(keyHeight, 18*len(notes))
}

// bar draws a scale with its caption above and its ticks below.
func (s *sheet) bar(x, y int, caption string, signed bool, ticks [5]string) {
	s.texts = append(s.texts, text{x: float64(x), y: float64(y + 11), size: textSize, s: caption, fill: s.muted})
	y += 18
	for i := range barSteps {
		at := float64(i) / (barSteps - 1)
		if signed {
			at = 2*at - 1
		}
		s.rects = append(s.rects, rect{x + barStep*i, y, barStep, barHeight, s.shade(at, signed), ""})
	}
	bottom := float64(y + barHeight)
	for i, tick := range ticks {
		at := float64(x) + float64(i)*float64(barWidth)/float64(len(ticks)-1)
		s.lines = append(s.lines, line{at, bottom, at, bottom + 4, 1, s.muted})
		s.texts = append(s.texts, text{x: at, y: bottom + 15, size: 11, s: tick, fill: s.muted,
			anchor: [...]anchor{start, middle, middle, middle, end}[i]})
	}
}

// sample draws a hatched square.
func (s *sheet) sample(left, top, side float64) {
	right, bottom, half := left+side, top+side, side/2
	for _, l := range [][4]float64{
		{left, top, right, top}, {left, bottom, right, bottom}, {left, top, left, bottom}, {right, top, right, bottom},
		{left, bottom, right, top}, {left, top + half, left + half, top}, {left + half, bottom, right, top + half},
	} {
		s.lines = append(s.lines, line{l[0], l[1], l[2], l[3], 1, s.hatch})
	}
}
