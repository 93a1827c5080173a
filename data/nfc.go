package data

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nfc returns a text in the NFC of Hugging Face's tokenizers library, which is that of Unicode 9: marks that are new since then stay
// where they stand.
func nfc(text string) string {
	var b strings.Builder
	from := 0
	for at, r := range text {
		if r >= 0x300 && (unicode.Is(newMarks, r) || unicode.Is(later, r)) {
			b.WriteString(canonical(text[from:at]))
			b.WriteRune(r)
			from = at + utf8.RuneLen(r)
		}
	}
	if from == 0 {
		return canonical(text)
	}
	b.WriteString(canonical(text[from:]))
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

// canonical returns the NFC of a text without new marks.
func canonical(text string) string {
	if isHard(text) {
		return compose(text)
	}
	return norm.NFC.String(text)
}

// isHard reports whether norm.NFC can be wrong about a text:
//
//   - it puts U+034F after 30 marks in a row;
//   - it takes a rune beyond U+FFFF for the one with the same last 16 bits where a mark follows (U+10041 and U+0301 become Á);
//   - it composes a letter with a mark beyond a vowel such as U+09BE, which it must not.
func isHard(text string) bool {
	marks, vowel, beyond := 0, false, false // since the last letter
	for at, r := range text {
		if r < 0x300 {
			marks, vowel, beyond = 0, false, false
			continue
		}
		p := norm.NFC.PropertiesString(text[at:])
		if p.BoundaryBefore() {
			marks, vowel, beyond = 0, false, r > 0xffff
			continue
		}
		const most = 8 // with the marks that are in a letter, fewer than 30
		if marks++; marks > most || vowel && p.CCC() > 0 || beyond && r <= 0xffff {
			return true
		}
		vowel = vowel || p.CCC() == 0
	}
	return false
}

// compose returns the NFC of any text, more slowly than norm.NFC.
func compose(text string) string {
	type classed struct {
		rune
		class uint8 // canonical combining class: above 0 for marks that are put in order
	}
	var runes []classed // of the decomposition, with the marks on each letter in order
	for _, r := range text {
		for _, part := range norm.NFD.String(string(r)) {
			runes = append(runes, classed{part, norm.NFD.PropertiesString(string(part)).CCC()})
		}
	}
	for from := 0; from < len(runes); {
		to := from + 1
		for to < len(runes) && runes[to].class > 0 {
			to++
		}
		slices.SortStableFunc(runes[from:to], func(a, b classed) int { return cmp.Compare(a.class, b.class) })
		from = to
	}
	var out []classed
	letter := -1 // index in out of the last rune that is no mark
	for _, r := range runes {
		if last := len(out) - 1; letter >= 0 && (letter == last || r.class > out[last].class) {
			if pair, ok := composedPair(out[letter].rune, r.rune); ok {
				out[letter].rune = pair
				continue
			}
		}
		if r.class == 0 {
			letter = len(out)
		}
		out = append(out, r)
	}
	var b strings.Builder
	for _, r := range out {
		b.WriteRune(r.rune)
	}
	return b.String()
}

// composedPair returns the rune that two compose to.
func composedPair(a, b rune) (pair rune, ok bool) {
	if a > 0xffff && b <= 0xffff { // none of these do
		return 0, false
	}
	normal := norm.NFC.String(string([]rune{a, b}))
	pair, size := utf8.DecodeRuneInString(normal)
	return pair, size == len(normal)
}

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
