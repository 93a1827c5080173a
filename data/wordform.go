package data

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The normal form of words is made in two parts. The first is that of a text, and decides where its tokens begin and end: runes
// that mean nothing are left out, and the rest is in NFC. The second is that of a token, its key.

// Expressions of the runes that are left out: those that say where a line may break, in which direction it runs or how wide a word
// is; zero-width joiners beside a letter of a script that does not join them, and those before another.
const (
	hiddenRunes   = `[\x{ad}\x{61c}\x{640}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}]+`
	needlessJoins = `(?<=[` + unjoined + `])[\x{200c}\x{200d}]+|[\x{200c}\x{200d}]+(?=[` + unjoined + `\x{200c}])`
	// unjoined are digits and the letters of Latin, Greek, Cyrillic and Armenian, with those whose lower case is one.
	unjoined = `0-9A-Za-z\x{c0}-\x{58f}\x{1c80}-\x{1c8f}\x{1d00}-\x{1fff}\x{2126}-\x{212b}\x{2c60}-\x{2c7f}\x{a640}-\x{a7ff}\x{ab30}-\x{ab6f}`
)

// Expressions of spellings that are one: of the apostrophe anywhere, and of what stands for it inside a word; of the hyphen; of
// gershayim; and of the sigma at the end of a word.
var (
	apostrophes = `[’＇\x{1fbd}]` +
		`|(?<![` + notPlain + `])(?<=[` + wordClass + `])[` + "`´′‘‛ʻʼ՚׳" + `](?!` + keycapRunes + `|[` + notPlain + `])(?=[` + wordClass + `])`
	lastSigma = `(?<=[` + classOf(greekLetters) + `])σ(?![` + classOf(greekLetters) + `\x{300}-\x{36f}])`
)

const (
	hyphens    = `[\x{58a}\x{5be}\x{2010}\x{2011}\x{fe63}\x{ff0d}]`
	gershayims = `(?<=` + hebrew + `)[״“”](?=` + hebrew + `)`

	// notPlain are the runes of wordClass that are an apostrophe or a part of an emoji.
	notPlain = `ʻʼ׳״\x{20dd}-\x{20e4}` + selectors + pictographs
)

// greekLetters are the letters of Greek words.
var greekLetters = &unicode.RangeTable{R16: []unicode.Range16{
	{0x386, 0x386, 1}, {0x388, 0x38a, 1}, {0x38c, 0x38c, 1}, {0x38e, 0x3a1, 1}, {0x3a3, 0x3ce, 1},
	{0x1f00, 0x1f15, 1}, {0x1f20, 0x1f45, 1}, {0x1f50, 0x1f57, 1}, {0x1f60, 0x1f7d, 1}, {0x1f80, 0x1fb4, 1}, {0x1fb6, 0x1fbc, 1},
	{0x1fc2, 0x1fc4, 1}, {0x1fc6, 0x1fcc, 1}, {0x1fd0, 0x1fd3, 1}, {0x1fd6, 0x1fdb, 1}, {0x1fe0, 0x1fec, 1}, {0x1ff2, 0x1ff4, 1},
	{0x1ff6, 0x1ffc, 1},
}}

func (w words) form(file *tokenizerJSON) {
	nfc := object{"type": "NFC"}
	steps := []any{replace("Regex", hiddenRunes, ""), replace("Regex", needlessJoins, ""), nfc}
	if !w.keep {
		steps = append(append(steps, lowercaseSteps()...), replace("Regex", `i\x{307}+`, "i"), nfc)
	}
	steps = append(steps, replace("Regex", apostrophes, "'"), replace("Regex", hyphens, "-"), replace("Regex", gershayims, `"`),
		replace("String", "ς", "σ"), replace("Regex", lastSigma, "ς"))
	file.Normalizer, file.PreTokenizer = sequence(steps...), matches(wordPattern)
}

// key is the second part of the normal form, which also is in lower case unless capitals are kept. Case is folded rune by rune, as
// tokenizer.json's Lowercase does; the one rune whose lower case is two runes is the capital I with a dot, whose dot is left out.
func (w words) key(token string) string {
	if !w.keep {
		token = nfc(withoutDots(lowercase(strings.ReplaceAll(token, "İ", "i\u0307"))))
	}
	var b strings.Builder
	before, unchanged := rune(0), true // most tokens are
	for i, r := range token {
		after, _ := utf8.DecodeRuneInString(token[i+utf8.RuneLen(r):])
		spelled := spelling(before, r, after)
		if unchanged && spelled != r {
			unchanged = false
			b.WriteString(token[:i])
		}
		if !unchanged {
			b.WriteRune(spelled)
		}
		before = r
	}
	if unchanged {
		return token
	}
	return b.String()
}

// withoutDots returns a text without the dots above, as runes of their own, that follow an i.
func withoutDots(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "i\u0307")
		if !found && b.Len() == 0 {
			return text
		}
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('i')
		text = strings.TrimLeft(after, "\u0307")
	}
}

// spelling returns the rune that stands for r between two others, 0 where there is none.
func spelling(before, r, after rune) rune {
	switch r {
	case '’', '＇', '\u1fbd':
		return '\''
	case '`', '´', '′', '‘', '‛', 'ʻ', 'ʼ', '՚', geresh:
		if isPlain(before) && isPlain(after) {
			return '\''
		}
	case '\u058a', '\u05be', '\u2010', '\u2011', '\ufe63', '\uff0d':
		return '-'
	case '“', '”', gershayim:
		if isHebrew(before) && isHebrew(after) {
			return '"'
		}
	case 'σ', 'ς':
		if isGreek(before) && !isGreek(after) && !(0x300 <= after && after <= 0x36f) {
			return 'ς'
		}
		return 'σ'
	}
	return r
}

// isPlain reports whether a rune is of a word and is no apostrophe and no part of an emoji.
func isPlain(r rune) bool {
	return isWordRune(r) && r != 'ʻ' && r != 'ʼ' && r != geresh && r != gershayim && !isFrame(r) && !isSelector(r)
}

// isGreek reports whether greek has a rune.
func isGreek(r rune) bool { return 0x386 <= r && r <= 0x1ffc && unicode.Is(greekLetters, r) }

// isNormal reports whether a text surely is in the first part of the normal form.
func isNormal(text string) bool {
	at := 0
	for at < len(text) && text[at] < utf8.RuneSelf {
		at++
	}
	if at == len(text) {
		return true
	}
	text = text[max(at-1, 0):]
	if hides(text) {
		return false
	}
	text = text[inertLen(text):]
	return norm.NFC.QuickSpanString(text) == len(text)
}

// hides reports whether a text has runes that are left out.
func hides(text string) bool {
	if strings.Contains(text, "\u00ad") || strings.Contains(text, "\u061c") || strings.Contains(text, "\u0640") ||
		strings.Contains(text, "\ufeff") {
		return true
	}
	const general = 0xe2 // the first byte of the others
	for at := strings.IndexByte(text, general); at >= 0; {
		r, n := utf8.DecodeRuneInString(text[at:])
		end := at + n
		if isZeroWidth(r) {
			kept := 0
			if kept, end = zeroWidths(text, at); kept > at {
				return true
			}
		}
		if isHidden(r) {
			return true
		}
		next := strings.IndexByte(text[end:], general)
		if next < 0 {
			break
		}
		at = end + next
	}
	return false
}

// isHidden reports whether hiddenRunes has a rune.
func isHidden(r rune) bool {
	switch {
	case r < 0x61c:
		return r == '\u00ad'
	case r < 0x2000:
		return r == '\u061c' || r == '\u0640'
	}
	return r == '\u200e' || r == '\u200f' || 0x202a <= r && r <= 0x202e || 0x2060 <= r && r <= 0x206f || r == '\ufeff'
}

// isZeroWidth reports whether a rune is a zero-width joiner or non-joiner.
func isZeroWidth(r rune) bool { return r == '\u200c' || r == zwj }

// zeroWidths returns where the zero-width joiners that begin at byte at of a text without hidden runes end, and from where on
// needlessJoins has none of them.
func zeroWidths(text string, at int) (kept, end int) {
	after := strings.TrimLeftFunc(text[at:], isZeroWidth)
	end = len(text) - len(after)
	last, _ := utf8.DecodeLastRuneInString(text[:at])
	next, _ := utf8.DecodeRuneInString(after)
	if at > 0 && isUnjoined(last) || after != "" && isUnjoined(next) {
		return end, end
	}
	return at + max(0, strings.LastIndex(text[at:end], "\u200c")), end
}

// isUnjoined reports whether unjoined has a rune.
func isUnjoined(r rune) bool {
	switch {
	case r < 0xc0:
		return isDigit(r) || 'a' <= r|0x20 && r|0x20 <= 'z'
	case r < 0x2000:
		return r <= 0x58f || 0x1c80 <= r && r <= 0x1c8f || 0x1d00 <= r
	}
	return 0x2126 <= r && r <= 0x212b || 0x2c60 <= r && r <= 0x2c7f || 0xa640 <= r && r <= 0xa7ff || 0xab30 <= r && r <= 0xab6f
}

// withoutHidden returns a text without the runes that are left out, and for each byte of it and for its end the byte of text that
// it came from.
func withoutHidden(text string) (shown string, source []int) {
	shown, source = without(text, ownBytes(text), func(_ int, r rune) bool { return isHidden(r) })
	joined, kept, end := shown, 0, 0
	return without(joined, source, func(at int, r rune) bool {
		if isZeroWidth(r) && at >= end {
			kept, end = zeroWidths(joined, at)
		}
		return isZeroWidth(r) && at < kept
	})
}

// ownBytes returns the bytes that those of a text and its end come from if it is as it was: 0, 1, 2, ...
func ownBytes(text string) []int {
	source := make([]int, len(text)+1)
	for i := range source {
		source[i] = i
	}
	return source
}

// without returns a text without the runes at byte at that are left out, and the sources of the bytes that are kept and
// of the end.
func without(text string, sources []int, isLeftOut func(at int, r rune) bool) (kept string, source []int) {
	var b strings.Builder
	from := 0
	for at, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		if isLeftOut(at, r) {
			if from == 0 {
				b.Grow(len(text))
				source = make([]int, 0, len(sources))
			}
			b.WriteString(text[from:at])
			source = append(source, sources[from:at]...)
			from = at + utf8.RuneLen(r)
		}
	}
	if from == 0 {
		return text, sources
	}
	b.WriteString(text[from:])
	return b.String(), append(source, sources[from:]...)
}

// normalise returns the first part of the normal form of a text and, for each byte of it and for its end, the byte of text it came
// from, or -1 where the two have no common boundary.
func normalise(text string) (normal string, source []int) { return composed(withoutHidden(text)) }

// composed returns a text in NFC and, for each byte of it and for its end, the byte it came from, or -1 where the two have no
// common boundary. sources are those of the bytes of the text and of its end.
func composed(text string, sources []int) (normal string, source []int) {
	var b strings.Builder
	b.Grow(len(text))
	source = make([]int, 0, len(text)+1)
	for at := 0; at < len(text); {
		if n := inertLen(text[at:]); n > 0 {
			b.WriteString(text[at : at+n])
			source = append(source, sources[at:at+n]...)
			at += n
			continue
		}
		n := 0
		for n == 0 || at+n < len(text) && !norm.NFC.PropertiesString(text[at+n:]).BoundaryBefore() { // one is after 30 marks, too
			next := norm.NFC.NextBoundaryInString(text[at+n:], true)
			if next <= 0 {
				next = len(text) - at - n
			}
			n += next
		}
		segment := text[at : at+n]
		changed := nfc(segment)
		b.WriteString(changed)
		same := changed == segment
		for i := range len(changed) {
			if i == 0 || same {
				source = append(source, sources[at+i])
			} else {
				source = append(source, -1)
			}
		}
		at += n
	}
	return b.String(), append(source, sources[len(text)])
}
