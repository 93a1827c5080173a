//go:build !js

package data

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// guess is an encoding that a text of unknown encoding may have, and how it is told from others.
type guess struct {
	name     string
	script   *unicode.RangeTable // of most letters that are not ASCII
	frequent string              // letters that are more than half of all in any language of the script; "": not used
}

// guesses returns the encodings that [guessEncoding] can name. Of those that a text fits equally well, it takes the first.
func guesses() []guess {
	const cyrillic = "оеаинтсрвл"
	const greek = "ατοιενσςρ"
	const hebrew = "יוהלאמרתבש"
	const arabic = "اليمنتربوهة"
	return []guess{
		{"windows-1252", unicode.Latin, ""},
		{"windows-1251", unicode.Cyrillic, cyrillic},
		{"koi8-r", unicode.Cyrillic, cyrillic},
		{"windows-1250", unicode.Latin, ""},
		{"windows-1253", unicode.Greek, greek},
		{"windows-1254", unicode.Latin, ""},
		{"windows-1255", unicode.Hebrew, hebrew},
		{"windows-1256", unicode.Arabic, arabic},
		{"windows-874", unicode.Thai, ""},
		{"ibm866", unicode.Cyrillic, cyrillic},
		{"x-mac-cyrillic", unicode.Cyrillic, cyrillic},
		{"macintosh", unicode.Latin, ""},
		{"shift_jis", unicode.Hiragana, ""},
		{"euc-jp", unicode.Hiragana, ""},
		{"euc-kr", unicode.Hangul, ""},
		{"gb18030", unicode.Han, ""},
		{"big5", unicode.Han, ""},
	}
}

// leastFit is how well a text must fit an encoding for it to be named.
const leastFit = 0.7

// guessEncoding names the encoding that the bytes of a text which is not UTF-8 are most like, or "".
func guessEncoding(text string) string {
	name, best := "", leastFit
	for _, g := range guesses() {
		in, err := Decoded(strings.NewReader(text), g.name)
		if err != nil {
			continue
		}
		decoded, err := io.ReadAll(in)
		if err != nil {
			continue
		}
		if fit := g.fit(text, string(decoded)); fit > best {
			name, best = g.name, fit
		}
	}
	if name == "windows-1252" && centralEuropean(text) {
		return "windows-1250"
	}
	return name
}

// centralEuropean reports whether letters beyond ASCII that windows-1250 and windows-1252 both have are those of the languages of the
// first: š and ž, which Czech, Slovak, Slovene and Croatian have in every tenth of them, or of Hungarian, where ő and ű stand beside á
// and é. There õ and û would stand without ã, ç, è and ê.
func centralEuropean(text string) bool {
	var count [256]int
	letters := 0
	for i := range len(text) {
		count[text[i]]++
		if text[i] >= 0xc0 || strings.IndexByte("\x8a\x8e\x9a\x9e", text[i]) >= 0 {
			letters++
		}
	}
	sum := func(bytes string) (n int) {
		for i := range len(bytes) {
			n += count[bytes[i]]
		}
		return n
	}
	caron, double, western := sum("\x8a\x8e\x9a\x9e"), sum("\xd5\xf5\xdb\xfb"), sum("\xe3\xe7\xe8\xea")
	return caron > 0 && 10*caron >= letters || double > 0 && western == 0 && count[0xe1] > 0 && count[0xe9] > 0
}

// typographic are marks that texts have beside letters.
const typographic = "‘’‚“”„«»‹›–—…•·¿¡§°€£©®™№ª²³½¼¾×÷±´\u00a0\u00ad、。「」『』〈〉《》，．！？：；（）　・ー々〜"

// fit returns how well a text that was decoded is like text, from 0 to 1: the share of the characters beyond ASCII that are letters
// of the script in words of one script and of ordinary capitals, or marks that texts have.
func (g guess) fit(text, decoded string) float64 {
	if strings.ContainsRune(strings.TrimSuffix(decoded, "\ufffd"), utf8.RuneError) { // the end may be half a character
		return 0
	}
	good, bad, letters, ascii, ofScript, frequent := 0.0, 0.0, 0, 0, 0, 0
	all := []rune(decoded)
	for i := 0; i < len(all); {
		if !isLetter(all[i]) {
			switch r := all[i]; {
			case r < utf8.RuneSelf && (r >= ' ' || unicode.IsSpace(r)):
			case strings.ContainsRune(typographic, r) && (strings.ContainsRune("’ー・々\u00ad", r) || !between(all, i)):
				good++
			default:
				bad++
			}
			i++
			continue
		}
		end, strange, in, broken := i, 0, 0, false
		for ; end < len(all) && isLetter(all[end]); end++ {
			r := all[end]
			broken = broken || end > i && unicode.IsUpper(r) && unicode.IsLower(all[end-1])
			switch {
			case r < utf8.RuneSelf:
				ascii++
				continue
			case unicode.Is(g.script, r) || unicode.Is(unicode.M, r) || g.writes(r):
				in++
				if strings.ContainsRune(g.frequent, unicode.ToLower(r)) {
					frequent++
				}
			}
			strange++
			letters++
			if unicode.Is(g.script, r) {
				ofScript++
			}
		}
		mixed := strange < end-i && g.script != unicode.Latin && g.script != unicode.Han && g.script != unicode.Hiragana
		if strange > 0 && (broken || mixed) {
			bad += float64(strange)
		} else {
			good, bad = good+float64(in), bad+float64(strange-in)
		}
		i = end
	}
	if good+bad == 0 {
		return 0
	}
	fit := good / (good + bad)
	share := func(part, all int) float64 { return float64(part) / float64(max(1, all)) }
	switch g.script {
	case unicode.Latin: // of a Latin text most letters are ASCII
		if share(letters, letters+ascii) > 0.5 {
			fit /= 2
		}
	case unicode.Han:
		fit *= g.common(text)
	case unicode.Hiragana: // which is a third of a Japanese text and more
		fit *= min(1, 5*share(ofScript, letters))
	default:
		fit *= min(1, 1.2*share(ofScript, letters))
	}
	if g.frequent != "" {
		fit *= min(1, 2*share(frequent, letters))
	}
	return fit
}

// writes reports whether letters of several scripts are written together: a Japanese text has three.
func (g guess) writes(r rune) bool {
	switch g.script {
	case unicode.Hiragana:
		return unicode.In(r, unicode.Katakana, unicode.Han) && (r < 0xff61 || r > 0xff9f)
	case unicode.Hangul:
		return unicode.Is(unicode.Han, r)
	}
	return false
}

// common returns the share of the characters of two bytes that are in the half of the encoding which has the frequent ones:
// level 1 of GB 2312 and of Big5.
func (g guess) common(text string) float64 {
	first, last, low := byte(0xb0), byte(0xd7), byte(0xa1)
	if g.name == "big5" {
		first, last, low = 0xa4, 0xc6, 0x40
	}
	common, all := 0, 0
	for i := 0; i+1 < len(text); i++ {
		if text[i] < 0x81 {
			continue
		}
		if text[i] >= 0xb0 || g.name == "big5" && text[i] >= 0xa4 || text[i] < 0xa1 { // not a mark
			all++
			if text[i] >= first && text[i] <= last && text[i+1] >= low {
				common++
			}
		}
		i++
	}
	return float64(common) / float64(max(1, all))
}

// isLetter reports whether a character is part of a word.
func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.In(r, unicode.L, unicode.M)
}

// between reports whether a character stands between two letters.
func between(all []rune, i int) bool {
	return i > 0 && i+1 < len(all) && isLetter(all[i-1]) && isLetter(all[i+1])
}
