package data

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"attend/internal/emoji"
)

// isWordRune reports whether a rune is a letter, a mark or a digit, or geresh or gershayim of Hebrew, which stand in words; but
// not a digit in a circle or another that begins an emoji.
func isWordRune(r rune) bool {
	if r <= 0xffff {
		return basicWordRunes()[r/64]>>(r%64)&1 != 0
	}
	return isTabledWordRune(r)
}

// basicWordRunes has a bit for each rune up to U+FFFF: whether it is of a word. Most runes of a text are looked up in it.
var basicWordRunes = sync.OnceValue(func() (bits *[1024]uint64) {
	bits = new([1024]uint64)
	for r := range rune(0x10000) {
		if isTabledWordRune(r) {
			bits[r/64] |= 1 << (r % 64)
		}
	}
	return bits
})

func isTabledWordRune(r rune) bool {
	return (unicode.In(r, unicode.L, unicode.M, unicode.N, later) || r == geresh || r == gershayim) && !emoji.IsPictograph(r)
}

const (
	geresh    = '\u05f3'
	gershayim = '\u05f4'
)

// wordClass is isWordRune as the inside of a class of a regular expression, those that begin an emoji included.
var wordClass = `\p{L}\p{M}\p{N}\x{5f3}\x{5f4}` + classOf(later)

// later has the letters, marks and digits that Unicode gained after version 14, and code points between them that are not
// assigned. The versions of Unicode in Go and in Hugging Face's tokenizers differ; with these code points in the expression both give
// the same tokens.
var later = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x558, 0x558, 1}, {0x58b, 0x58c, 1}, {0x5c8, 0x5c9, 1}, {0x88f, 0x88f, 1}, {0x897, 0x897, 1}, {0xb53, 0xb54, 1},
		{0xc5c, 0xc5c, 1}, {0xcdc, 0xcdc, 1}, {0xcf3, 0xcf3, 1}, {0xece, 0xece, 1}, {0x1acf, 0x1af0, 1}, {0x1c89, 0x1c8a, 1},
		{0x208f, 0x208f, 1}, {0x209d, 0x209f, 1}, {0xa7cb, 0xa7cf, 1}, {0xa7d2, 0xa7d4, 1}, {0xa7da, 0xa7f1, 1}, {0xab6c, 0xab6d, 1},
	},
	R32: []unicode.Range32{
		{0x105c0, 0x105f3, 1}, {0x107bb, 0x107bf, 1}, {0x10940, 0x10959, 1}, {0x10d40, 0x10d6d, 1}, {0x10d6f, 0x10d85, 1},
		{0x10ec2, 0x10ec7, 1}, {0x10ecb, 0x10ecf, 1}, {0x10ed9, 0x10eff, 1}, {0x1123f, 0x11241, 1}, {0x11380, 0x113d3, 1},
		{0x113e1, 0x113e2, 1}, {0x116d0, 0x116e3, 1}, {0x11b0a, 0x11b0a, 1}, {0x11b60, 0x11b67, 1}, {0x11bc0, 0x11be0, 1},
		{0x11bf0, 0x11bf9, 1}, {0x11db0, 0x11df1, 1}, {0x11f00, 0x11f42, 1}, {0x11f50, 0x11f5a, 1}, {0x1246f, 0x1246f, 1},
		{0x12475, 0x1247f, 1}, {0x12550, 0x12686, 1}, {0x1342f, 0x1342f, 1}, {0x13440, 0x143fa, 1}, {0x16100, 0x16139, 1},
		{0x16d40, 0x16d6c, 1}, {0x16d70, 0x16d79, 1}, {0x16ea0, 0x16ed3, 1}, {0x16ff2, 0x16ff6, 1}, {0x187f8, 0x187ff, 1},
		{0x18cd6, 0x18cff, 1}, {0x18d09, 0x18d20, 1}, {0x18d80, 0x191d2, 1}, {0x1b123, 0x1b132, 1}, {0x1b155, 0x1b155, 1},
		{0x1b168, 0x1b168, 1}, {0x1ccf0, 0x1ccf9, 1}, {0x1d127, 0x1d128, 1}, {0x1d250, 0x1d252, 1}, {0x1d25b, 0x1d25c, 1},
		{0x1d25f, 0x1d25f, 1}, {0x1d280, 0x1d2d3, 1}, {0x1d6a6, 0x1d6a6, 1}, {0x1df1f, 0x1dfff, 1}, {0x1e030, 0x1e08f, 1},
		{0x1e4d0, 0x1e4f9, 1}, {0x1e5d0, 0x1e5fa, 1}, {0x1e6c0, 0x1e6ff, 1}, {0x2b739, 0x2b73f, 1}, {0x2b81e, 0x2b81e, 1},
		{0x2cea2, 0x2cead, 1}, {0x2ebf0, 0x2ee5d, 1}, {0x31350, 0x33479, 1}, {0x3d000, 0x3fc3f, 1},
	},
}

// classOf writes the runes of a table, whose strides are 1, as the inside of a class of a regular expression.
func classOf(table *unicode.RangeTable) string {
	var b strings.Builder
	for _, r := range table.R16 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, r.Lo, r.Hi)
	}
	for _, r := range table.R32 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, r.Lo, r.Hi)
	}
	return b.String()
}
