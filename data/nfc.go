package data

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nfc returns a text in the NFC of Hugging Face's tokenizers library, which is that of Unicode 9: marks that are new since then stay
// where they stand.
//
// norm.NFC takes a rune beyond U+FFFF for the one with the same last 16 bits where a mark follows (U+10041 and U+0301 become Á). No
// such rune composes with a mark up to U+FFFF, so the two are normalised apart.
func nfc(text string) string {
	var b strings.Builder
	from, beyond := 0, false
	for at, r := range text {
		if r < 0x300 {
			beyond = false
			continue
		}
		fixed := unicode.Is(newMarks, r) || unicode.Is(later, r)
		if fixed || beyond && r <= 0xffff && norm.NFC.PropertiesString(text[at:]).CCC() > 0 {
			b.WriteString(norm.NFC.String(text[from:at]))
			from = at
		}
		if fixed {
			b.WriteRune(r)
			from += len(string(r))
		}
		beyond = r > 0xffff && !fixed && norm.NFC.PropertiesString(text[at:]).CCC() == 0
	}
	if from == 0 {
		return norm.NFC.String(text)
	}
	b.WriteString(norm.NFC.String(text[from:]))
	return b.String()
}

// inertLen returns the length of the beginning of a text that is in NFC whatever follows: it has only runes that NFC neither changes
// nor puts in another order nor joins with the one before, and the last of them stays out unless the text ends with it.
func inertLen(text string) int {
	before := 0
	for at, r := range text {
		if r > 0xffff || inertRunes()[r/64]>>(r%64)&1 == 0 {
			return before
		}
		before = at
	}
	return len(text)
}

// inertRunes has a bit for each rune up to U+FFFF: whether NFC has such a rune as it is, wherever it stands.
var inertRunes = sync.OnceValue(func() (bits *[1024]uint64) {
	bits = new([1024]uint64)
	for r := range rune(0x10000) {
		s := string(r)
		if norm.NFC.IsNormalString(s) && norm.NFC.PropertiesString(s).BoundaryBefore() && r != utf8.RuneError {
			bits[r/64] |= 1 << (r % 64)
		}
	}
	return bits
})

// newMarks are the marks that are put in order or composed since Unicode 10.
var newMarks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x7fd, 0x7fd, 1}, {0x898, 0x89f, 1}, {0x8ca, 0x8d3, 1}, {0x9fe, 0x9fe, 1}, {0xc3c, 0xc3c, 1}, {0xd3b, 0xd3c, 1},
		{0xeba, 0xeba, 1}, {0x1715, 0x1715, 1}, {0x1abf, 0x1ace, 1}, {0x1df6, 0x1dfa, 1}, {0xa82c, 0xa82c, 1},
	},
	R32: []unicode.Range32{
		{0x10d24, 0x10d27, 1}, {0x10eab, 0x10eac, 1}, {0x10efd, 0x10eff, 1}, {0x10f46, 0x10f50, 1}, {0x10f82, 0x10f85, 1},
		{0x11070, 0x11070, 1}, {0x1133b, 0x1133b, 1}, {0x1145e, 0x1145e, 1}, {0x11839, 0x1183a, 1}, {0x11930, 0x11930, 1},
		{0x1193d, 0x1193e, 1}, {0x11943, 0x11943, 1}, {0x119e0, 0x119e0, 1}, {0x11a34, 0x11a34, 1}, {0x11a47, 0x11a47, 1},
		{0x11a99, 0x11a99, 1}, {0x11d42, 0x11d42, 1}, {0x11d44, 0x11d45, 1}, {0x11d97, 0x11d97, 1}, {0x11f41, 0x11f42, 1},
		{0x16ff0, 0x16ff1, 1}, {0x1e08f, 0x1e08f, 1}, {0x1e130, 0x1e136, 1}, {0x1e2ae, 0x1e2ae, 1}, {0x1e2ec, 0x1e2ef, 1},
		{0x1e4ec, 0x1e4ef, 1},
	},
}
