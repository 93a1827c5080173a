package inspect

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostMarks is how many combining marks may stack on one character. Living
// orthographies need at most four or so; a tower of them paints over the lines
// above and below.
const mostMarks = 6

// Printable makes every character of a string visible, so that nothing in it
// can steer a terminal, hide, or reorder the text around it:
//
//   - newline is ↵, tab ⇥, and a space at either end ␣ (so a word that is only
//     a space can be seen); spaces between words stay;
//   - other control characters are their pictures (escape is ␛, delete ␡);
//   - what has no picture, no width or no fixed place (bidi overrides, zero-width
//     joiners, variation selectors, exotic spaces, private use) is spelled as in
//     Go: \u202e, \U000e0041;
//   - a byte that is not UTF-8 is �;
//   - a combining mark with nothing before it stands on ◌, and marks beyond six
//     on one character are spelled out.
//
// Applying it twice changes nothing more.
func Printable(s string) string {
	lead := len(s) - len(strings.TrimLeft(s, " "))
	tail := len(strings.TrimRight(s, " "))
	var b strings.Builder
	marks, base := 0, false
	for i, r := range s {
		if unicode.Is(unicode.M, r) && !invisible(r) {
			if !base {
				b.WriteRune('◌')
				base = true
			}
			if marks++; marks <= mostMarks {
				b.WriteRune(r)
				continue
			}
			spell(&b, r)
			continue
		}
		marks, base = 0, true
		switch {
		case r == '\n':
			b.WriteRune('↵')
		case r == '\t':
			b.WriteRune('⇥')
		case r < 0x20:
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case r == ' ' && (i < lead || i >= tail):
			b.WriteRune('␣')
		case r == ' ':
			b.WriteRune(' ')
			base = false
		case r == utf8.RuneError:
			b.WriteRune(utf8.RuneError)
		case invisible(r):
			spell(&b, r)
		default:
			if extends(r) && b.Len() == 0 {
				b.WriteRune('◌')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spell writes a character as Go source would.
func spell(b *strings.Builder, r rune) {
	if r > 0xffff {
		fmt.Fprintf(b, `\U%08x`, r)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}

// invisible tells whether a character leaves no mark of its own on a screen or
// has no agreed one.
func invisible(r rune) bool {
	if r == ' ' {
		return false
	}
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.In(r, unicode.Zs,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == '\u2800'
}

// extends tells whether a character that is no mark still joins the one before
// it: emoji skin tones and the halfwidth voicing marks of Japanese.
func extends(r rune) bool {
	return r >= 0x1f3fb && r <= 0x1f3ff || r == 0xff9e || r == 0xff9f
}
