package render

import (
	"math"

	"attend/internal/printable"
)

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

// measure fits cells, words and numbers: cells as large as the room on a screen allows, words horizontal where
// they fit, numbers where they can be read.
func measure(f Figure, words []label, face *typeface) measures {
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
		widest = max(widest, face.room(l.word+l.mark, m.labelSize, false))
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
