// Package printabletest finds characters that no output may show as they are, for tests.
package printabletest

import (
	"unicode"
	"unicode/utf8"

	"attend/internal/emoji"
)

// Raw is the first character of s that may steer a terminal or hide in it, or 0: controls, format characters (bidi, zero width),
// separators; but not one that an emoji or the letter before it needs.
func Raw(s string) rune {
	before := rune(0)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		whole := emoji.Len(s[i:])
		if whole == 0 && r != ' ' && unicode.In(r, unicode.C, unicode.Z, unicode.Variation_Selector) && !follows(r, before) {
			return r
		}
		i += max(n, whole)
		before, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	return 0
}

// follows reports whether r is a variation selector or a joiner that the character before it may have.
func follows(r, before rune) bool {
	if before <= ' ' || unicode.In(before, unicode.C, unicode.Variation_Selector) {
		return false
	}
	if r == '\u200c' || r == '\u200d' || r == '\u180e' {
		return before > 0x58f && unicode.In(before, unicode.L, unicode.M)
	}
	return unicode.Is(unicode.Variation_Selector, r)
}
