package picture

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Sizes of the picture of a patching, in pixels.
const (
	patchRow       = 22  // height of a cell
	patchCells     = 640 // of the cells of one grid, unless there are many
	widestPatch    = 40  // of a cell whose label is no wider
	patchLine      = 14  // height of a line of a label
	patchLabel     = 130 // of a label, beyond which it is cut
	mostPatchHeads = 32  // of which z at each token is shown
	wholeSentence  = 24  // tokens at most for which those before the first that differs are shown too
)

// Patching draws activation patching: at the left the grids of denoising, at the right those of noising. Each has a row for each
// layer, and columns for the tokens or for the heads. The error says what is wrong with the patching, or that the picture would
// be too large.
func Patching(p attention.Patching, s attention.Source, o Options) (Drawing, error) {
	if err := p.Validate(); err != nil {
		return Drawing{}, err
	}
	d := Drawing{palette: o.palette(), subject: patchSubject(p, s)}
	sheet := patchSheet{sheet: sheet{Drawing: &d, scaling: scalings[0]}}
	if len(p.Clean.Tokens) > wholeSentence {
		sheet.first = p.Differ[0]
	}
	left, right := sheet.grids(p, p.Denoising), sheet.grids(p, p.Noising)
	width, height := sheet.measure(left)
	sheet.measure(right)
	content := max(2*width+panelGapX, narrowestPage-2*margin)
	if float64(content)*float64(height) > mostArea {
		return Drawing{}, fmt.Errorf("too large for one picture: %s of %s; patch shorter sentences",
			printable.Count(len(p.Denoising.Attention), "layer"), printable.Count(len(p.Clean.Tokens), "token"))
	}
	d.width = content + 2*margin

	t := text{x: margin, y: d.header(patchHeading(p), 1.3*headingSize), size: textSize, fill: d.muted}
	for _, line := range []string{patchSide("clean", p.Clean), patchSide("corrupted", p.Corrupted), render.Origin(s)} {
		t.s = line
		t.y = d.paragraph(t, 1.5*textSize, 3, float64(content), 3)
	}
	y, second := int(t.y)+30, margin+width+panelGapX
	denoising := text{y: float64(y - 4), size: textSize + 2, fill: d.ink, bold: true}
	noising := denoising
	denoising.s, denoising.x = "denoising: clean into corrupted", margin
	noising.s, noising.x = "noising: corrupted into clean", float64(second)
	d.texts = append(d.texts, denoising, noising)
	y += 14
	for i := range left {
		sheet.draw(left[i], margin, y)
		y = sheet.draw(right[i], second, y)
	}
	sheet.bar(margin, y, "part of the logit difference", true)
	t.y = float64(y + barBottom)
	for _, t.s = range sheet.notes(p) {
		t.y = d.paragraph(t, 1.5*textSize, 3, float64(content), 3)
	}
	d.height = int(math.Ceil(t.y)) + margin
	return d, nil
}

// patchSheet is the drawing of a patching. Of the sheet it uses the scale of differences.
type patchSheet struct {
	sheet
	first int  // the first token that is shown
	small bool // a grid has cells that are too small for numbers
}

// patchGrid is parts by row and column.
type patchGrid struct {
	title   string
	rows    []string
	columns []patchColumn
	parts   [][]float64
	cell    int     // width of a cell
	size    float64 // font size of the numbers; 0: the cells are too small for one of them
	every   int     // one column in so many is named
	upward  bool    // the names of the columns are turned
	top     int     // pixels of the names of the columns
}

// patchColumn is the name of a column: a head, or a token, and where the sentences differ that of the corrupted one.
type patchColumn struct{ name, corrupted string }

// String is the name in one line.
func (c patchColumn) String() string {
	if c.corrupted == "" {
		return c.name
	}
	return c.name + "|" + c.corrupted
}

// cut is the name in one line of at most patchLabel pixels.
func (c patchColumn) cut(face *typeface) string {
	if face.svgWidth(c.String(), textSize, false) > patchLabel && c.corrupted != "" {
		c.name = face.cut(c.name, textSize, false, patchLabel/2-2)
		c.corrupted = face.cut(c.corrupted, textSize, false, patchLabel/2-2)
		return c.String()
	}
	return face.cut(c.String(), textSize, false, patchLabel)
}

// grids returns the grids of one direction.
func (s *patchSheet) grids(p attention.Patching, parts attention.PatchParts) []patchGrid {
	var words, heads []patchColumn
	var layers, depths, each []string
	var at [][]float64 // of each head
	for i := s.first; i < len(p.Clean.Tokens); i++ {
		words = append(words, patchWord(p, i))
	}
	for head := range parts.Heads[0] {
		heads = append(heads, patchColumn{name: fmt.Sprintf("head %d", head+1)})
	}
	for layer := range parts.Attention {
		layers = append(layers, fmt.Sprintf("layer %d", layer+1))
		depths = append(depths, fmt.Sprintf("before layer %d", layer+1))
	}
	for layer := range parts.HeadsAt {
		for head, of := range parts.HeadsAt[layer] {
			each, at = append(each, fmt.Sprintf("layer %d, head %d", layer+1, head+1)), append(at, of)
		}
	}
	depths = append(depths, fmt.Sprintf("after layer %d", len(layers)))
	shown := func(all [][]float64) [][]float64 {
		part := make([][]float64, len(all))
		for i, row := range all {
			part[i] = row[s.first:]
		}
		return part
	}
	grids := []patchGrid{
		{title: "residual stream of one token", rows: depths, columns: words, parts: shown(parts.Residual)},
		{title: "output of attention at one token", rows: layers, columns: words, parts: shown(parts.Attention)},
		{title: "output of the feed-forward network at one token", rows: layers, columns: words, parts: shown(parts.FeedForward)},
		{title: "z of one head at all tokens", rows: layers, columns: heads, parts: parts.Heads},
		{title: "attention weights of one head, not its values", rows: layers, columns: heads, parts: parts.Patterns},
	}
	if len(each) > 0 && len(each) <= mostPatchHeads {
		grids = append(grids, patchGrid{title: "z of one head at one token", rows: each, columns: words, parts: shown(at)})
	}
	return grids
}

// patchWord names the token at a position.
func patchWord(p attention.Patching, at int) patchColumn {
	c := patchColumn{name: patchedLabel(p.Clean, at)}
	if slices.Contains(p.Differ, at) {
		c.corrupted = patchedLabel(p.Corrupted, at)
	}
	return c
}

// patchedLabel is a token of a sentence, with its mark if it is unknown.
func patchedLabel(of attention.Patched, at int) string {
	token := attention.Encoded{Tokens: of.Tokens[at : at+1]}
	if of.Unknown != nil {
		token.Unknown = of.Unknown[at : at+1]
	}
	return render.Labels(token)[0].String()
}

// layout sets the sizes of a grid, which is as wide as a screen allows.
func (s *patchSheet) layout(g *patchGrid) {
	widest, whole, lines := 0.0, 0.0, 1 // whole is the width of the widest name in one line
	for _, c := range g.columns {
		if c.corrupted != "" {
			lines = 2
		}
		widest = max(widest, s.face.svgWidth(c.name, textSize, false), s.face.svgWidth(c.corrupted, textSize, false))
		whole = max(whole, s.face.svgWidth(c.String(), textSize, false))
	}
	n, label := len(g.columns), int(math.Ceil(min(widest, patchLabel)))
	g.cell = min(max(max(patchCells, namedCell*min(n, allNamed))/n, leastCell), widestPatch)
	if wanted := label + 8; wanted*n <= patchCells {
		g.cell = max(g.cell, wanted)
	}
	g.size = s.numberSize(*g)
	s.small = s.small || g.size == 0
	g.every = (namedCell + g.cell - 1) / g.cell
	g.top = lines*patchLine + labelGap
	if g.upward = label+4 > g.cell; g.upward {
		g.top = int(math.Ceil(min(whole, patchLabel))) + labelGap
	}
}

// numberSize is the font size at which all numbers of a grid fit its cells, or 0.
func (s *patchSheet) numberSize(g patchGrid) float64 {
	const least = 16 // of a cell
	if g.cell < least {
		return 0
	}
	longest := 0.0 // of size 1
	for _, part := range slices.Concat(g.parts...) {
		longest = max(longest, s.face.svgWidth(patchNumber(part), 1, false))
	}
	if size := min(textSize, math.Floor(float64(g.cell-3)/longest)); size >= leastNumber {
		return size
	}
	return 0
}

// measure lays out the grids of one direction and returns the size that they take together.
func (s *patchSheet) measure(grids []patchGrid) (width, height int) {
	for _, g := range grids {
		for _, row := range g.rows {
			s.side = max(s.side, labelGap+int(math.Ceil(s.face.svgWidth(row, textSize, false))))
		}
	}
	for i := range grids {
		s.layout(&grids[i])
		g := grids[i]
		title := int(math.Ceil(s.face.svgWidth(g.title, textSize, true)))
		width = max(width, s.side+max(title, len(g.columns)*g.cell))
		height += titleBand + g.top + len(g.rows)*patchRow + panelGapY
	}
	return width, height
}

// draw draws one grid from x, y to the right and down, and returns where the next begins.
func (s *patchSheet) draw(g patchGrid, x, y int) int {
	left, top := x+s.side, y+titleBand+g.top
	s.texts = append(s.texts, text{x: float64(left), y: float64(y) + 12, size: textSize, s: g.title, fill: s.ink, bold: true})
	gap := 0
	if g.cell >= dashCell {
		gap = 1
	}
	s.rects = append(s.rects, rect{left - 1, top - 1, len(g.columns)*g.cell + 2 - gap, len(g.rows)*patchRow + 1, s.grid, ""})
	for i := 0; i < len(g.columns); i += g.every {
		s.column(g, g.columns[i], float64(left+i*g.cell)+float64(g.cell)/2, float64(top-labelGap))
	}
	tips := len(g.rows)*len(g.columns) <= mostTips
	for i, row := range g.parts {
		at := top + i*patchRow
		s.texts = append(s.texts, text{x: float64(left - labelGap), y: float64(at) + patchRow/2 + 0.35*textSize, size: textSize,
			s: g.rows[i], fill: s.ink, anchor: end})
		for j, part := range row {
			c := rect{left + j*g.cell, at, g.cell - gap, patchRow - 1, s.scale.Difference(part), ""}
			if tips {
				c.tip = fmt.Sprintf("%s, %s: %.4f", term.Fit(g.columns[j].String(), widestTip), g.rows[i], part)
			}
			s.rects = append(s.rects, c)
			s.part(part, c, g.size)
		}
	}
	return top + len(g.rows)*patchRow + panelGapY
}

// column writes the name of a column whose middle is at x, down to y: where the sentences differ, the token of the clean one
// above that of the corrupted one.
func (s *patchSheet) column(g patchGrid, c patchColumn, x, y float64) {
	t := text{size: textSize, fill: s.ink, x: x, y: y, anchor: middle}
	add := func(name, shown string) {
		t.s, t.tip = shown, ""
		if shown != name {
			t.tip = name
		}
		s.texts = append(s.texts, t)
	}
	if g.upward {
		t.x, t.anchor, t.upward = x+0.35*textSize, start, true
		add(c.String(), c.cut(&s.face))
		return
	}
	if c.corrupted != "" {
		add(c.corrupted, s.face.cut(c.corrupted, textSize, false, patchLabel))
		t.y = y - patchLine
	}
	add(c.name, s.face.cut(c.name, textSize, false, patchLabel))
}

// part writes the number of a cell on it. On a cell too small for it a dash marks a part below 0, since the two colours are the
// same grey.
func (s *patchSheet) part(part float64, c rect, size float64) {
	number := patchNumber(part)
	x, y := float64(c.x)+float64(c.width)/2, float64(c.y)+float64(c.height)/2
	if number == "0" {
		return
	}
	if size > 0 {
		s.texts = append(s.texts, text{x: x, y: y + 0.35*size, size: size, s: number, fill: render.Ink(c.fill), anchor: middle})
	} else if part <= -0.05 && c.width >= dashCell-1 {
		half := float64(c.width) / 4
		s.lines = append(s.lines, line{x - half, y, x + half, y, 1, render.Ink(c.fill)})
	}
}

// patchNumber writes a part with two decimals, a large one with none.
func patchNumber(part float64) string {
	decimals := 2
	if math.Abs(part) >= 9.995 {
		decimals = 0
	}
	number := strings.TrimPrefix(strconv.FormatFloat(math.Abs(part), 'f', decimals, 64), "0")
	switch {
	case number == ".00":
		return "0"
	case part < 0:
		return "−" + number
	}
	return number
}

// notes say how to read the picture.
func (s *patchSheet) notes(p attention.Patching) []string {
	word, against := patchWords(p)
	notes := []string{
		fmt.Sprintf("The logit difference is logit(%s) - logit(%s) at the last token. A part is what one patch changes of the "+
			"difference between the sentences: 0 nothing, 1 all of it. A part beyond -1 or 1 has the colour of -1 or 1.",
			word, against),
		"Denoising: a large part is sufficient there. Noising: a large part is necessary there.",
		"Where the tokens differ, that of the clean sentence comes first.",
	}
	if s.small {
		notes = append(notes, "Small cells have no numbers; a dash marks a part below 0.")
	} else {
		notes = append(notes, "An empty cell is 0 to two decimals.")
	}
	if s.first > 0 {
		notes = append(notes, fmt.Sprintf("The first %s are left out: they are the same in both sentences, so their parts are 0.",
			printable.Count(s.first, "token")))
	}
	return notes
}

// patchWords returns the two words in quotes.
func patchWords(p attention.Patching) (word, against string) {
	return printable.Quote(render.Spelling(p.Word)), printable.Quote(render.Spelling(p.Against))
}

func patchHeading(p attention.Patching) string {
	word, against := patchWords(p)
	return fmt.Sprintf("Activation patching: where is the difference between %s and %s?", word, against)
}

// patchSide describes one of the sentences.
func patchSide(name string, of attention.Patched) string {
	return fmt.Sprintf("%s: %s (logit difference %.2f)", name, term.Isolated(printable.Sentence(of.Text)), of.Difference)
}

// patchSubject says what the picture is about: the sentences, and the parts of at least a half.
func patchSubject(p attention.Patching, s attention.Source) subject {
	heading, run := patchHeading(p), printable.Path(s.Run)
	lines := []string{heading, term.WithoutIsolates(patchSide("clean", p.Clean)), term.WithoutIsolates(patchSide("corrupted", p.Corrupted))}
	layers := len(p.Denoising.Attention)
	for _, d := range []struct {
		name  string
		parts attention.PatchParts
	}{{"denoising", p.Denoising}, {"noising", p.Noising}} {
		var large []string
		for depth, tokens := range attention.Carriers(d.parts.Residual) {
			point := fmt.Sprintf("before layer %d", depth+1)
			if depth == layers {
				point = fmt.Sprintf("after layer %d", layers)
			}
			for _, i := range tokens {
				word, part := printable.Quote(patchWord(p, i).String()), patchNumber(d.parts.Residual[depth][i])
				large = append(large, fmt.Sprintf("%s %s %s", word, point, part))
			}
		}
		for layer, heads := range attention.Carriers(d.parts.Heads) {
			for _, head := range heads {
				large = append(large, fmt.Sprintf("layer %d, head %d %s", layer+1, head+1, patchNumber(d.parts.Heads[layer][head])))
			}
		}
		lines = append(lines, d.name+", parts of at least a half: "+strings.Join(large, "; "))
	}
	clean, corrupted := printable.Sentence(p.Clean.Text), printable.Sentence(p.Corrupted.Text)
	return subject{
		heading: heading, description: strings.Join(lines, ". ") + ". Run " + render.Origin(s) + ".",
		metadata: fmt.Sprintf(`<attend:picture xmlns:attend="urn:attend:picture"><attend:title>%s</attend:title>`+
			`<attend:run>%s</attend:run><attend:step>%d</attend:step>`+
			`<attend:sentence>%s</attend:sentence><attend:sentence>%s</attend:sentence></attend:picture>`,
			escaped(heading), escaped(run), s.Step, escaped(clean), escaped(corrupted)),
		entries: [][2]string{{"Title", heading}, {"Sentence", clean}, {"Corrupted", corrupted}, {"Run", run},
			{"Step", strconv.Itoa(s.Step)}},
	}
}
