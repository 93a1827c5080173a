package picture

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"git.sr.ht/~sbinet/gg"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"attend/internal/emoji"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// typeface is the Go fonts (B. Bigelow, K. Holmes, 2016), which have Latin, Greek and Cyrillic letters: what PNG and PDF
// are set in, and what every picture is measured by. It is for one goroutine at a time.
type typeface struct{ buffer sfnt.Buffer }

// character is one character in one of the two weights.
type character struct {
	r    rune
	bold bool
}

// fonts are the regular and the bold font, read when a picture is first drawn.
var fonts = sync.OnceValue(func() map[bool]*sfnt.Font {
	parse := func(file []byte) *sfnt.Font {
		f, err := sfnt.Parse(file)
		if err != nil {
			panic(err) // the program was built with a broken font
		}
		return f
	}
	return map[bool]*sfnt.Font{false: parse(goregular.TTF), true: parse(gobold.TTF)}
})

// em is the size, in units, at which characters are measured and their outlines read.
const em = 1000

// glyph is the number of a character's glyph, 0 where the font has none.
func (t *typeface) glyph(c character) sfnt.GlyphIndex {
	index, _ := fonts()[c.bold].GlyphIndex(&t.buffer, inFont(c.r))
	return index
}

// inFont returns the character that is drawn instead of one of our own marks, which the font lacks: a blank at
// either end of a word, a line feed and a tab.
func inFont(r rune) rune {
	return cmp.Or(map[rune]rune{'␣': '_', '↵': '¶', '⇥': '»'}[r], r)
}

// missingAdvance is the width in ems of one column of a character that the font lacks.
const missingAdvance = 0.55

// advance is how far a character moves the pen, in ems. One that the font lacks is taken to fill as many columns
// as on a terminal, half an em each and a little more.
func (t *typeface) advance(c character) float64 {
	index := t.glyph(c)
	if index == 0 {
		return missingAdvance * float64(ansi.StringWidth(string(c.r)))
	}
	x, _ := fonts()[c.bold].GlyphAdvance(&t.buffer, index, fixed.I(em), 0)
	return float64(x) / 64 / em
}

// width is the length of a line of text of a size. Letters and their accents are measured as one where Unicode
// has one for both.
func (t *typeface) width(s string, size float64, bold bool) float64 {
	w := 0.0
	for s = norm.NFC.String(s); s != ""; {
		r, n := utf8.DecodeRuneInString(s)
		if whole := emoji.Len(s); whole > n { // which no Go font has
			w, n = w+missingAdvance*float64(ansi.StringWidth(s[:whole])), whole
		} else {
			w += t.advance(character{r, bold})
		}
		s = s[n:]
	}
	return w * size
}

// left is where a text begins, if it were level.
func (t *typeface) left(s text) float64 {
	return s.x - t.width(s.s, s.size, s.bold)*float64(s.anchor)/2 // start 0, middle a half, end all
}

// outline adds the outlines of a text that the font has, level, to a path.
func (t *typeface) outline(path *gg.Context, s text) {
	pen, scale := t.left(s), s.size/em/64
	for _, r := range s.s {
		c := character{r, s.bold}
		segments, _ := fonts()[c.bold].LoadGlyph(&t.buffer, t.glyph(c), fixed.I(em), nil) // fails for coloured glyphs alone
		at := func(p fixed.Point26_6) (x, y float64) { return pen + scale*float64(p.X), s.y + scale*float64(p.Y) }
		for _, segment := range segments { // of straight lines and quadratic curves, as in every TrueType font
			x, y := at(segment.Args[0])
			switch segment.Op {
			case sfnt.SegmentOpMoveTo:
				path.MoveTo(x, y)
			case sfnt.SegmentOpLineTo:
				path.LineTo(x, y)
			default:
				toX, toY := at(segment.Args[1])
				path.QuadraticTo(x, y, toX, toY)
			}
		}
		pen += t.advance(c) * s.size
	}
}

// inGoFonts returns the drawing with texts that the Go fonts have: a box stands for a character that they lack, and a line below
// says so. The second result has each word with one of them once: what stands between blanks, without the punctuation around it.
func (d Drawing) inGoFonts() (Drawing, []string) {
	var lacking []rune
	var words []string
	d.texts = slices.Clone(d.texts)
	for i, t := range d.texts {
		s := norm.NFC.String(term.WithoutIsolates(t.s)) // its letters have no direction in these fonts
		d.texts[i].s = strings.Map(func(r rune) rune {
			switch {
			case isModifier(r): // the shape of another character depends on it
				return -1
			case d.face.glyph(character{r, t.bold}) != 0:
				return inFont(r)
			case !slices.Contains(lacking, r):
				lacking = append(lacking, r)
			}
			if ansi.StringWidth(string(r)) == 0 { // an accent
				return -1
			}
			return '□'
		}, firstOfEmoji(s))
		lacks := func(r rune) bool { return !isModifier(r) && d.face.glyph(character{r, t.bold}) == 0 }
		for _, word := range strings.Fields(s) {
			if !strings.ContainsFunc(word, lacks) {
				continue
			}
			if word = strings.TrimFunc(word, func(r rune) bool { return !lacks(r) && unicode.IsPunct(r) }); !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	if len(lacking) > 0 {
		note := text{x: margin, y: float64(d.height - margin), size: textSize, fill: d.muted,
			s: "□: the font of this picture lacks " + printable.Count(len(lacking), "character") + ", which SVG shows"}
		d.height = int(d.paragraph(note, 1.5*textSize, 3, float64(d.width-2*margin), 3)) + margin
	}
	return d, words
}

// isModifier reports whether a character has no shape of its own: a zero-width joiner, a variation selector, or a part of a flag.
func isModifier(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Variation_Selector) }

// firstOfEmoji returns a text with the first character of each emoji in its place.
func firstOfEmoji(s string) string {
	var b strings.Builder
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
		s = s[max(n, emoji.Len(s)):]
	}
	return b.String()
}

// svgWidth is the width that a line of text may have in an SVG, which is set in the fonts of the system: they may be wider
// than the Go fonts, bold ones more so.
func (t *typeface) svgWidth(s string, size float64, bold bool) float64 {
	if bold {
		return t.width(s, size, bold) * 1.25
	}
	return t.width(s, size, bold) * 1.15
}

// cut shortens text to a width, ending in … where it was cut. The narrowest that it returns is … alone.
func (t *typeface) cut(s string, size float64, bold bool, limit float64) string {
	if t.svgWidth(s, size, bold) <= limit {
		return s
	}
	// The most columns that fit, or else one.
	columns := sort.Search(ansi.StringWidth(s), func(i int) bool { return t.svgWidth(ansi.Truncate(s, i+1, "…"), size, bold) > limit })
	if short := ansi.Truncate(s, max(columns, 1), "…"); short != "" {
		return short
	}
	return "…"
}

// cutLabel is cut for the label of a word, whose mark stays.
func (t *typeface) cutLabel(l render.Label, size, limit float64) string {
	return t.cut(l.Word, size, false, limit-t.svgWidth(l.Mark, size, false)) + l.Mark
}

// paragraph breaks text at blanks into at most so many lines of at most a width; the last ends in … where there
// is more.
func (t *typeface) paragraph(s string, size float64, bold bool, limit float64, most int) (lines []string) {
	words := strings.Fields(s)
	line := func(n int) string { return strings.Join(words[:n], " ") }
	for len(lines) < most-1 && len(words) > 0 {
		n := 1
		for n < len(words) && t.svgWidth(line(n+1), size, bold) <= limit {
			n++
		}
		lines = append(lines, t.cut(line(n), size, bold, limit))
		words = words[n:]
	}
	if len(words) > 0 || len(lines) == 0 {
		lines = append(lines, t.cut(line(len(words)), size, bold, limit))
	}
	return lines
}
