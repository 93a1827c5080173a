package picture

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"attend/internal/render"
)

// typeface is the Go fonts (B. Bigelow, K. Holmes, 2016), which have Latin, Greek and Cyrillic letters: what a
// PNG is set in, and what every picture is measured by.
type typeface struct {
	regular, bold *sfnt.Font
	buffer        sfnt.Buffer
	advances      map[character]float64 // of one em
}

// character is one character in one of the two weights.
type character struct {
	r    rune
	bold bool
}

func newTypeface() (*typeface, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, err
	}
	return &typeface{regular: regular, bold: bold, advances: map[character]float64{}}, nil
}

func (t *typeface) font(bold bool) *sfnt.Font {
	if bold {
		return t.bold
	}
	return t.regular
}

// inFont returns the character that is drawn in place of one of our own marks, which the font lacks: a blank at
// either end of a word, a line feed and a tab.
func inFont(r rune) rune {
	switch r {
	case '␣':
		return '_'
	case '↵':
		return '¶'
	case '⇥':
		return '»'
	}
	return r
}

// glyph is the number of a character's glyph, 0 where the font has none.
func (t *typeface) glyph(c character) sfnt.GlyphIndex {
	index, err := t.font(c.bold).GlyphIndex(&t.buffer, inFont(c.r))
	if err != nil {
		return 0
	}
	return index
}

// has reports whether the font has a glyph for the character.
func (t *typeface) has(c character) bool { return t.glyph(c) != 0 }

// advance is how far a character moves the pen, in ems. One that the font lacks is taken to fill as many columns
// as on a terminal, half an em each and a little more.
func (t *typeface) advance(c character) float64 {
	if a, ok := t.advances[c]; ok {
		return a
	}
	const em = 1000
	a := 0.55 * float64(ansi.StringWidth(string(c.r)))
	if index := t.glyph(c); index != 0 {
		if x, err := t.font(c.bold).GlyphAdvance(&t.buffer, index, fixed.I(em), 0); err == nil {
			a = float64(x) / 64 / em
		}
	}
	t.advances[c] = a
	return a
}

// width is the length of a line of text of a size. Letters and their accents are measured as one where Unicode
// has one for both.
func (t *typeface) width(s string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range norm.NFC.String(s) {
		w += t.advance(character{r, bold})
	}
	return w * size
}

// spare is how much wider than the Go fonts the system's may be, in which an SVG is set.
const spare = 1.15

// room is width with that to spare.
func (t *typeface) room(s string, size float64, bold bool) float64 {
	return t.width(s, size, bold) * spare
}

// cut shortens text to a room, ending in … where it was cut. The narrowest that it returns is … alone.
func (t *typeface) cut(s string, size float64, bold bool, room float64) string {
	if t.room(s, size, bold) <= room {
		return s
	}
	low, high := 1, ansi.StringWidth(s) // columns that fit, or at least one, and that do not
	for low+1 < high {
		middle := (low + high) / 2
		if t.room(ansi.Truncate(s, middle, "…"), size, bold) <= room {
			low = middle
		} else {
			high = middle
		}
	}
	if short := ansi.Truncate(s, low, "…"); short != "" {
		return short
	}
	return "…"
}

// cutLabel is cut for the label of a word, whose mark stays.
func (t *typeface) cutLabel(l render.Label, size, room float64) string {
	return t.cut(l.Word, size, false, room-t.room(l.Mark, size, false)) + l.Mark
}

// paragraph breaks text at blanks into lines of at most a room, at most so many; the last ends in … where there
// is more.
func (t *typeface) paragraph(s string, size float64, bold bool, room float64, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(s)
	for i, word := range words {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if t.room(longer, size, bold) <= room {
			line = longer
			continue
		}
		if len(lines) == most-1 { // the rest on the last line
			return append(lines, t.cut(strings.TrimPrefix(line+" "+strings.Join(words[i:], " "), " "), size, bold, room))
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = t.cut(word, size, bold, room)
		if len(lines) == most-1 && line != word {
			return append(lines, line)
		}
	}
	return append(lines, line)
}
