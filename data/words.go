package data

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/emoji"
)

// words is the tokenizer of [Word]: words, emoji and punctuation marks. [Tokenize] documents its rules.
type words struct {
	keep bool // keys keep capitals
}

func (words) Noun() string { return "word" }

func (w words) FoldsCase() bool { return !w.keep }

func (words) Join(tokens []string) string { return strings.Join(tokens, " ") }

func (words) Spaced() bool { return true }

// Continue spaces the keys by rules of punctuation, see [Spelling].
func (w words) Continue(text string, keys []string) string {
	return new(statistics).continued(w, text, keys)
}

func (words) inCase(name string) (Tokenizer, bool) {
	switch name {
	case "", Lower:
		return words{}, true
	case Keep:
		return words{keep: true}, true
	case Former:
		return formerWords{}, true
	}
	return nil, false
}

// wordPattern is the expression of each as Hugging Face's tokenizers library reads it, for text in the normal form, where \s is
// any white space of Unicode: an emoji, a word, or a mark with its variation selector and frame. What it does not match is white
// space, or has no mark of its own.
var wordPattern = emoji.Pattern +
	`|(?![` + selectors + `])` + wordRune + `(?:` + wordGlue + `?` + wordRune + `)*\x{200d}*` +
	`|[^\s\x{180e}\x{200b}-\x{200d}\x{e0000}-\x{e007f}` + selectors + `][\x{fe00}-\x{fe0f}]?[\x{20dd}-\x{20e4}]?`

// Parts of wordPattern: a rune of a word, what joins two of them, and the variation selectors, with which no word begins.
var wordRune = `(?!` + keycapRunes + `|[` + pictographs + `])[` + wordClass + `]`

const (
	keycapRunes = `[0-9]\x{fe0f}?\x{20e3}`
	pictographs = `\x{2190}-\x{2bff}\x{1f000}-\x{1faff}`
	wordGlue    = `(?:[\x{180e}\x{200c}\x{200d}]+|['\-]|(?<![0-9])·(?![0-9])|(?<=` + hebrew + `)"(?=` + hebrew + `))`
	hebrew      = `[\x{5d0}-\x{5ea}]`
	selectors   = `\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}`
)

func (words) each(text string, visit func(start, end int, token string)) {
	if isNormal(text) {
		for start, end := nextWord(text, 0); start < end; start, end = nextWord(text, end) {
			visit(start, end, text[start:end])
		}
		return
	}
	normal, source := normalise(text)
	for start, end := nextWord(normal, 0); start < end; start, end = nextWord(normal, end) {
		from, to := source[start], source[end]
		if from >= 0 && to >= 0 && hides(text[from:to]) {
			to = -1
		}
		visit(from, to, normal[start:end])
	}
}

// nextWord finds the first token of text in the normal form at or after byte from. It returns start == end when there is none.
func nextWord(text string, from int) (start, end int) {
	for start = from; start < len(text); {
		c := text[start]
		if c < utf8.RuneSelf && (start+1 == len(text) || text[start+1] < utf8.RuneSelf) { // it begins no keycap and has no frame
			switch asciiKinds[c] {
			case ofWord:
				return start, wordEnd(text, start+1)
			case space:
				start++
				continue
			}
			return start, start + 1
		}
		if n := emoji.Len(text[start:]); n > 0 {
			return start, start + n
		}
		r, n := utf8.DecodeRuneInString(text[start:])
		switch {
		case isUnmarked(r) || unicode.IsSpace(r):
			start += n
		case isWordRune(r):
			return start, wordEnd(text, start+n)
		default:
			return start, start + n + frameLen(text[start+n:])
		}
	}
	return start, start
}

// wordEnd returns where the word ends whose first rune ends at byte at.
func wordEnd(text string, at int) int {
	for at < len(text) {
		c := text[at]
		if c < utf8.RuneSelf {
			switch asciiKinds[c] {
			case ofWord:
				at++
				continue
			case space, mark:
				return at
			}
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		switch {
		case !isWordRune(r):
			if n = glueLen(text, at, r, n); n == 0 {
				for strings.HasPrefix(text[at:], string(zwj)) {
					at += len(string(zwj))
				}
				return at
			}
		case beginsKeycap(text[at-1:]):
			return at - 1
		}
		at += n
	}
	return at
}

// asciiKind is what an ASCII character is to words.
type asciiKind uint8

const (
	mark asciiKind = iota
	space
	ofWord
	glue // joins two words, see glueLen
)

// asciiKinds has the kind of each ASCII character.
var asciiKinds = func() (kinds [utf8.RuneSelf]asciiKind) {
	for c := range kinds {
		switch r := rune(c); {
		case isTabledWordRune(r):
			kinds[c] = ofWord
		case unicode.IsSpace(r):
			kinds[c] = space
		case strings.ContainsRune("'-\"`", r):
			kinds[c] = glue
		}
	}
	return kinds
}()

// glueLen returns the length in bytes of what joins the words before and after byte at, where rune r of n bytes is. It returns 0
// if the word before ends there.
func glueLen(text string, at int, r rune, n int) int {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	for isJoiner(r) && isJoinerAt(text, at+n) {
		_, m := utf8.DecodeRuneInString(text[at+n:])
		n += m
	}
	after, _ := utf8.DecodeRuneInString(text[at+n:])
	switch {
	case !isWordRune(after) || beginsKeycap(text[at+n:]):
		return 0
	case isJoiner(r), spelling(before, r, after) == '\'', spelling(before, r, after) == '-':
		return n
	case r == '·' && !isDigit(before) && !isDigit(after), spelling(before, r, after) == '"' && isHebrew(before) && isHebrew(after):
		return n
	}
	return 0
}

// frameLen returns the length of the variation selector and the enclosing mark at the beginning of a text.
func frameLen(text string) (n int) {
	if r, m := utf8.DecodeRuneInString(text); 0xfe00 <= r && r <= 0xfe0f {
		n = m
	}
	if r, m := utf8.DecodeRuneInString(text[n:]); isFrame(r) {
		n += m
	}
	return n
}

const zwj = '\u200d'

func isFrame(r rune) bool { return 0x20dd <= r && r <= 0x20e4 }

// isSelector reports whether a rune is a variation selector.
func isSelector(r rune) bool { return 0xfe00 <= r && r <= 0xfe0f || 0xe0100 <= r && r <= 0xe01ef }

// isUnmarked reports whether a rune has no mark of its own, so that it is no token where it stands alone.
func isUnmarked(r rune) bool {
	return isSelector(r) || isJoiner(r) || r == '\u200b' || 0xe0000 <= r && r <= 0xe007f
}

// isJoiner reports whether a rune joins or separates the shapes of letters of one word.
func isJoiner(r rune) bool { return r == '\u200c' || r == zwj || r == '\u180e' }

func isJoinerAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return isJoiner(r)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isHebrew(r rune) bool { return 0x5d0 <= r && r <= 0x5ea }

// beginsKeycap reports whether a text begins with a digit on a keycap.
func beginsKeycap(text string) bool {
	return text != "" && isDigit(rune(text[0])) && emoji.Keycap(text) > 0
}
