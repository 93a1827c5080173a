package inspect

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// lettering measures text in Go Regular, a font that the program carries: Latin, Greek and Cyrillic.
// It is not safe for use by several goroutines at once.
type lettering struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
}

func newLettering() (*lettering, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("inspect: font: %w", err)
	}
	return &lettering{font: f}, nil
}

// has tells whether the font has a shape for a character.
func (f *lettering) has(r rune) bool {
	index, err := f.font.GlyphIndex(&f.buffer, r)
	return err == nil && index != 0
}

// width is how wide a text of letters of the given size is, in pixels. Characters that the font
// lacks count as wide as the widest font for them would make them.
func (f *lettering) width(text string, size float64) float64 {
	const units = 1000 // of an em
	total := 0.0
	for _, r := range text {
		index, err := f.font.GlyphIndex(&f.buffer, r)
		if err == nil && index != 0 {
			if advance, err := f.font.GlyphAdvance(&f.buffer, index, fixed.I(units), font.HintingNone); err == nil {
				total += float64(advance) / 64 / units
				continue
			}
		}
		total += 0.6 * float64(ansi.StringWidth(string(r)))
	}
	return total * size
}

// wrap folds a text at its blanks so that each line is at most so wide, where no word is wider.
func (f *lettering) wrap(text string, size, most float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line != "" && f.width(longer, size) > most {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	return append(lines, line)
}
