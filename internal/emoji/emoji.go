// Package emoji finds where an emoji ends, which can be several code points: a flag, a family, a hand with a skin tone.
//
//	emoji.Len("👨‍👩‍👧 went") // 18
//
// It knows ranges of code points and no list of emoji, so an emoji of a later Unicode is found too.
package emoji

import (
	"strings"
	"unicode/utf8"
)

// Pattern is the regular expression of what [Len] measures, with lookahead and \x{...} as Oniguruma has them. In its order:
//
//   - a digit, # or * on a keycap;
//   - the flag of a region such as Scotland, a black flag with its code in tags;
//   - the flag of a country, two regional indicators;
//   - pictographs with zero-width joiners between them, each with its variation selector, its skin tone and its frame.
const Pattern = `[0-9#*]\x{fe0f}?\x{20e3}` +
	`|\x{1f3f4}[\x{e0030}-\x{e0039}\x{e0061}-\x{e007a}]{1,6}\x{e007f}` +
	`|[\x{1f1e6}-\x{1f1ff}]{2}` +
	`|` + pictograph + `(?:\x{200d}` + pictograph + `)*`

const pictograph = `[\x{2190}-\x{2bff}\x{1f000}-\x{1faff}]\x{fe0f}?[\x{1f3fb}-\x{1f3ff}]?[\x{fe00}-\x{fe0f}]?[\x{20dd}-\x{20e4}]?`

const (
	joiner  = '\u200d'
	emojied = '\ufe0f' // the variation selector that asks for a colored picture
	keycap  = '\u20e3'
)

// Len returns the length in bytes of the emoji at the beginning of a text, 0 if there is none. Arrows, stars and the other
// symbols from U+2190 to U+2BFF count, since many of them are emoji.
func Len(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	switch {
	case '0' <= first && first <= '9' || first == '#' || first == '*':
		return Keycap(s)
	case first == '\U0001f3f4':
		if tags := tags(s[n:]); tags > 0 {
			return n + tags
		}
	case isRegional(first):
		if second, m := utf8.DecodeRuneInString(s[n:]); isRegional(second) {
			return n + m
		}
	}
	end := pictographLen(s)
	for end > 0 && strings.HasPrefix(s[end:], string(joiner)) {
		joined := pictographLen(s[end+len(string(joiner)):])
		if joined == 0 {
			break
		}
		end += len(string(joiner)) + joined
	}
	return end
}

// Keycap returns the length in bytes of the keycap at the beginning of a text whose first character is a digit, # or *.
func Keycap(s string) int {
	rest := strings.TrimPrefix(s[1:], string(emojied))
	if !strings.HasPrefix(rest, string(keycap)) {
		return 0
	}
	return len(s) - len(rest) + len(string(keycap))
}

// IsPictograph reports whether a character can begin an emoji other than a keycap.
func IsPictograph(r rune) bool { return 0x2190 <= r && r <= 0x2bff || 0x1f000 <= r && r <= 0x1faff }

// pictographLen returns the length of one pictograph with what modifies it.
func pictographLen(s string) int {
	r, end := utf8.DecodeRuneInString(s)
	if !IsPictograph(r) {
		return 0
	}
	optional := func(low, high rune) {
		if r, n := utf8.DecodeRuneInString(s[end:]); low <= r && r <= high {
			end += n
		}
	}
	optional(emojied, emojied)
	optional(0x1f3fb, 0x1f3ff) // skin tones
	optional(0xfe00, 0xfe0f)   // variation selectors
	optional(0x20dd, 0x20e4)   // enclosing circles, squares and others
	return end
}

// tags returns the length of the code of a region and its end mark.
func tags(s string) int {
	const most = 6
	for i, at := 0, 0; i <= most; i++ {
		r, n := utf8.DecodeRuneInString(s[at:])
		at += n
		switch {
		case r == 0xe007f && i > 0:
			return at
		case !(0xe0030 <= r && r <= 0xe0039 || 0xe0061 <= r && r <= 0xe007a):
			return 0
		}
	}
	return 0
}

func isRegional(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }
