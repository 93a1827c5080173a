package picture

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
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
	leastCell     = 2  // of a texture
	dashCell      = 6  // holds the dash of a negative difference
	namedCell     = 11 // holds the smallest word
	mostCell      = 34
	widestCell    = 66      // that a horizontal word may ask for
	wordyCell     = 24      // from this side on cells grow with their words
	leastNumber   = 9.0     // smallest size of a number that is worth reading
	mostArea      = 1 << 25 // pixels of a picture; density² times as many in a file of pixels
)

// allNamed is how many words a panel names at least, however many panels there are.
const allNamed = 64

// A scaling is how shades follow weights. Uniform attention over many words is small weights, which show only as their root.
type scaling struct {
	below       int // of so many words
	degree      float64
	name        string     // "": shades follow the weights themselves
	ticks       [5]float64 // of the legend, from 0
	differences [5]float64 // from -1
}

var scalings = []scaling{
	{24, 1, "", [5]float64{0, 0.25, 0.5, 0.75, 1}, [5]float64{-1, -0.5, 0, 0.5, 1}},
	{144, 2, "square root", [5]float64{0, 0.05, 0.25, 0.5, 1}, [5]float64{-1, -0.25, 0, 0.25, 1}},
	{math.MaxInt, 3, "cube root", [5]float64{0, 0.01, 0.1, 0.4, 1}, [5]float64{-1, -0.1, 0, 0.1, 1}},
}

// of is the part of the scale of colours, -1 to 1, for a weight or difference.
func (c scaling) of(x float64) float64 { return math.Copysign(math.Pow(math.Abs(x), 1/c.degree), x) }

// inverse is the weight or difference for a part of the scale.
func (c scaling) inverse(part float64) float64 {
	return math.Copysign(math.Pow(math.Abs(part), c.degree), part)
}

// mostTips is how many cells a picture may have for each to show its words and number when pointed at.
const mostTips = 6000

// widestTip is the columns of a word in the tip of a cell; the tips of the words around the panels have all of them.
const widestTip = 40

// layout draws a figure: the sentence, what the panels are, the panels, and how to read them. The error says
// that it is too large.
func (f figure) layout(o Options) (Drawing, error) {
	d := Drawing{subject: f.subject(), palette: o.palette()}
	s := sheet{Drawing: &d, figure: f, words: render.Labels(f.words.Encoded)}
	s.measure()
	abreast, seq := len(f.panels[0]), len(s.words)
	content := max(abreast*(s.panelWidth+panelGapX)-panelGapX, narrowestPage-2*margin)
	if height := len(f.panels) * (s.panelHeight + panelGapY); float64(content)*float64(height) > mostArea {
		return Drawing{}, tooLarge(s.count, seq, s.count > 3 || s.count > 1 && !f.signed)
	}
	d.width = content + 2*margin
	caption := text{x: margin, y: d.header(f.sentence(), 1.3*headingSize), size: textSize, fill: d.muted}
	title := printable.Sentence(f.title)
	if s.name != "" {
		title += "; " + s.name + " scale"
	}
	for _, line := range []string{title, render.Origin(f.source)} {
		caption.s = line
		caption.y = d.paragraph(caption, 1.5*textSize, 3, float64(content), 3)
	}
	y := int(caption.y) + 16
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
	shown  []string // the words as far as they fit
	tips   bool     // each cell has its words and number as a tip
	scaling
	every int // one word in so many is named: 1, or more where cells are too small

	cellWidth, cellHeight int
	gap                   int     // between cells: 1 where they have numbers
	labelSize             float64 // font size of the words
	numberSize            float64 // font size of the numbers; 0: the cells are too small
	upward                bool    // the words above the columns are turned
	side, top             int     // pixels of the words left of the rows and above the columns
	panelWidth            int     // of cells and words
	panelHeight           int     // of cells, words and title
}

// measure fits cells, words and numbers: cells as large as a screen allows, words horizontal where they fit, numbers where
// they can be read.
func (s *sheet) measure() {
	panels, seq := slices.Concat(s.figure.panels...), len(s.words)
	s.count = len(panels)
	s.tips = s.count*seq*seq <= mostTips
	s.scaling = scalings[slices.IndexFunc(scalings, func(c scaling) bool { return seq < c.below })]
	available := max(min(1040, 1960/len(s.figure.panels[0])), namedCell*min(seq, allNamed)) // pixels for the cells of one panel
	cell := min(max(available/seq, leastCell), mostCell)
	s.every = (namedCell + cell - 1) / cell
	s.cellWidth, s.cellHeight = cell, cell
	s.labelSize = min(max(float64(cell)*0.6+2.4, 9), 13)
	longest := 12.5 * s.labelSize // pixels of a word, beyond which it is cut
	widest := 0.0
	for _, l := range s.words {
		s.shown = append(s.shown, s.face.cutLabel(l, s.labelSize, longest))
		widest = max(widest, s.face.svgWidth(l.String(), s.labelSize, false))
	}
	label := int(min(math.Ceil(widest), longest))
	if wanted := label + 10; cell >= wordyCell && wanted <= widestCell && wanted*seq <= available {
		s.cellWidth = max(cell, wanted)
		if seq <= 12 {
			s.cellWidth = max(s.cellWidth, min(44, available/seq))
		}
	}
	s.upward = label+max(1, cell/8) > s.cellWidth
	s.side = label + labelGap
	s.top = int(math.Ceil(s.labelSize)) + labelGap
	if s.upward {
		s.top = s.side
	}
	sample := ".88"
	if s.figure.signed {
		sample = "−.88"
	}
	for size := leastNumber; size <= textSize; size++ {
		if s.face.svgWidth(sample, size, false)+4 <= float64(s.cellWidth) && size+4 <= float64(s.cellHeight) {
			s.numberSize, s.gap = size, 1
		}
	}
	s.panelWidth = s.side + seq*s.cellWidth
	s.panelHeight = s.top + seq*s.cellHeight
	if s.count == 1 {
		return
	}
	s.panelHeight += titleBand
	for _, p := range panels {
		title := math.Ceil(s.face.svgWidth(printable.Sentence(p.Title), textSize, true))
		s.panelWidth = max(s.panelWidth, s.side+min(int(title), 220))
	}
}

// panel draws one matrix with its words, from x, y to the right and down.
func (s *sheet) panel(p render.View, x, y int) {
	left := x + s.side
	if s.count > 1 {
		title := printable.Sentence(p.Title)
		s.texts = append(s.texts, text{x: float64(left), y: float64(y) + 12, size: textSize, fill: s.ink, bold: true,
			s: s.face.cut(title, textSize, true, float64(s.panelWidth-s.side)), tip: title})
		y += titleBand
	}
	top := y + s.top
	s.wordsAround(p, left, top)
	// What lies behind the cells shows as a line around each, or where they touch, around all of them.
	for q := range p.Weights {
		width, height := (q+1)*s.cellWidth+2-s.gap, s.cellHeight+2-s.gap
		s.rects = append(s.rects, rect{left - 1, top + q*s.cellHeight - 1, width, height, s.grid, ""})
	}
	for q, row := range p.Weights {
		s.row(p, q, row[:q+1], left, top+q*s.cellHeight)
	}
}

// wordsAround draws the queries left of the rows and the keys above the columns.
func (s *sheet) wordsAround(p render.View, left, top int) {
	for i := 0; i < len(s.words); i += s.every {
		t := text{size: s.labelSize, s: s.shown[i], fill: s.ink}
		if t.s != s.words[i].String() {
			t.tip = s.words[i].Word
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
		if p.Sink && i == 0 {
			column.fill = s.muted
		}
		s.texts = append(s.texts, row, column)
	}
}

// row draws the cells of the keys that one query can attend to.
func (s *sheet) row(p render.View, q int, weights []float64, left, y int) {
	height := s.cellHeight - s.gap
	for k := 0; k < len(weights); k++ {
		c := rect{left + k*s.cellWidth, y, s.cellWidth - s.gap, height, s.shade(p, weights[k], k), ""}
		s.number(p, weights[k], c)
		if s.tips {
			number := "%.4f"
			if p.Signed && weights[k] > 0 {
				number = "%+.4f"
			}
			query, key := term.Fit(s.words[q].Word, widestTip), term.Fit(s.words[k].Word, widestTip)
			c.tip = fmt.Sprintf("%s → %s: "+number, query, key, weights[k])
		} else if s.gap == 0 { // neighbours of one colour are one rectangle
			for k+1 < len(weights) && s.shade(p, weights[k+1], k+1) == c.fill {
				k++
				c.width += s.cellWidth
				s.number(p, weights[k], rect{left + k*s.cellWidth, y, s.cellWidth, height, c.fill, ""})
			}
		}
		s.rects = append(s.rects, c)
	}
}

// shade is the colour of one number of a panel in the column of a key.
func (s *sheet) shade(p render.View, x float64, key int) color.RGBA {
	x = s.of(x)
	switch {
	case p.Signed:
		return s.scale.Difference(x)
	case p.Sink && key == 0:
		return s.scale.Sink(x)
	}
	return s.scale.Weight(x)
}

// number writes the number of a cell on it, if it can be read there. On a smaller cell a dash marks a difference below 0,
// since the two colours are the same grey.
func (s *sheet) number(p render.View, weight float64, c rect) {
	on := render.Ink(c.fill)
	x, y := float64(c.x)+float64(c.width)/2, float64(c.y)+float64(c.height)/2
	if s.numberSize > 0 {
		number := render.Number(weight)
		if p.Signed {
			number = strings.Replace(render.SignedNumber(weight), "-", "−", 1)
		}
		if render.PrintedDifference(weight) == 0 {
			on = s.muted
		}
		s.texts = append(s.texts, text{x: x, y: y + 0.35*s.numberSize, size: s.numberSize, s: number, fill: on, anchor: middle})
	} else if p.Signed && s.cellWidth >= dashCell && render.PrintedDifference(weight) <= -0.05 {
		half := float64(c.width) / 4
		s.lines = append(s.lines, line{x - half, y, x + half, y, 1, on})
	}
}

// Sizes of the legend in pixels.
const (
	barStep   = 4
	barSteps  = 51
	barWidth  = barStep * barSteps
	barHeight = 12
	barGap    = 36
	barBottom = 54 // of a bar with its caption and ticks
)

// legend draws how to read the panels, from y down: the scale of weights and that of differences side by side, then notes.
// It returns where it ends.
func (s *sheet) legend(y, width int) int {
	weight := "attention weight"
	if s.figure.norm {
		weight = "norm, share of the row"
	}
	caption := s.face.cut(printable.Sentence(cmp.Or(s.figure.words.Name, weight)), textSize, false, barWidth)
	s.bar(margin, y, caption, false)
	if s.figure.signed {
		s.bar(margin+barWidth+barGap, y, "difference from the baseline", true)
	}
	notes := []string{"rows (queries) attend to columns (keys)", "no cell: a later word, which the query cannot attend to"}
	if s.name != "" {
		notes = append(notes, "shades follow the "+s.name+", so that small weights show")
	}
	if slices.ContainsFunc(slices.Concat(s.figure.panels...), func(p render.View) bool { return p.Sink }) {
		notes = append(notes, render.SinkNote)
	}
	if s.every > 1 {
		notes = append(notes, fmt.Sprintf("one word in %d is named", s.every))
	}
	if slices.Contains(s.figure.words.Unknown, true) {
		notes = append(notes, render.UnknownNote)
	}
	t := text{x: margin, y: float64(y + barBottom), size: textSize, fill: s.muted}
	for _, note := range notes {
		t.s = note
		t.y = s.paragraph(t, 1.5*textSize, 3, float64(width), 3)
	}
	return int(t.y)
}

// bar draws a scale with its caption above and its ticks below.
func (s *sheet) bar(x, y int, caption string, signed bool) {
	s.texts = append(s.texts, text{x: float64(x), y: float64(y + 11), size: textSize, s: caption, fill: s.muted})
	y += 18
	s.rects = append(s.rects, rect{x - 1, y - 1, barWidth + 2, barHeight + 2, s.grid, ""})
	panel, ticks, low := render.View{Signed: signed}, s.ticks, 0.0
	if signed {
		ticks, low = s.differences, -1
	}
	for i := range barSteps {
		weight := s.inverse(low + float64(i)/(barSteps-1)*(1-low)) // steps are even in shade
		s.rects = append(s.rects, rect{x + barStep*i, y, barStep, barHeight, s.shade(panel, weight, 0), ""})
	}
	bottom := float64(y + barHeight)
	for i, tick := range ticks {
		at := float64(x) + (s.of(tick)-low)/(1-low)*barWidth
		s.lines = append(s.lines, line{at, bottom, at, bottom + 4, 1, s.muted})
		number := strings.Replace(strings.Replace(strconv.FormatFloat(tick, 'f', -1, 64), "0.", ".", 1), "-", "−", 1)
		if signed && tick > 0 {
			number = "+" + number
		}
		s.texts = append(s.texts, text{x: at, y: bottom + 15, size: 11, s: number, fill: s.muted,
			anchor: [...]anchor{start, middle, middle, middle, end}[i]})
	}
}
