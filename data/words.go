package data

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// words is the tokenizer of [Word]: words and punctuation marks, with keys in lower
// case. [Tokenize] documents its rules.
type words struct{}

func (words) Noun() string { return "word" }

func (words) FoldsCase() bool { return true }

func (words) Join(tokens []string) string { return strings.Join(tokens, " ") }

func (words) Spaced() bool { return true }

// Continue spaces the keys by rules of punctuation, see [Spelling].
func (w words) Continue(text string, keys []string) string {
	return new(statistics).continued(w, text, keys)
}

func (words) each(text string, visit func(start, end int, token string)) {
	if norm.NFC.QuickSpanString(text) == len(text) { // surely in NFC
		for start, end := nextWord(text, 0); start < end; start, end = nextWord(text, end) {
			visit(start, end, text[start:end])
		}
		return
	}
	normal, source := normalise(text)
	for start, end := nextWord(normal, 0); start < end; start, end = nextWord(normal, end) {
		visit(source[start], source[end], normal[start:end])
	}
}

// key is the word in lower case and NFC. Case is folded rune by rune, as
// tokenizer.json's Lowercase does; the one rune whose lower case is two runes is
// the capital I with a dot.
func (words) key(token string) string {
	return norm.NFC.String(strings.ToLower(strings.ReplaceAll(token, "İ", "i\u0307")))
}

// wordPattern is the expression of each as Hugging Face's tokenizers library reads it,
// where \s is any white space of Unicode.
const wordPattern = `[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]`

func (words) form(file *tokenizerJSON) {
	file.Normalizer = object{
		"type": "Sequence", "normalizers": []any{object{"type": "Lowercase"}, object{"type": "NFC"}},
	}
	file.PreTokenizer = object{
		"type": "Split", "pattern": object{"Regex": wordPattern}, "behavior": "Removed", "invert": true,
	}
}

// nextWord finds the first token of text at or after byte from. It returns
// start == end when there is none.
func nextWord(text string, from int) (start, end int) {
	for start = from; start < len(text); {
		r, n := utf8.DecodeRuneInString(text[start:])
		switch {
		case isWordRune(r):
			return start, wordEnd(text, start+n)
		case !unicode.IsSpace(r):
			return start, start + n
		}
		start += n
	}
	return start, start
}

// wordEnd returns where the word ends whose first rune ends at byte at.
func wordEnd(text string, at int) int {
	for at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		if !isWordRune(r) {
			after, m := utf8.DecodeRuneInString(text[at+n:])
			if r != '\'' && r != '’' && r != '-' || !isWordRune(after) {
				break
			}
			n += m
		}
		at += n
	}
	return at
}

// isWordRune reports whether a rune is a letter, a mark or a digit.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf { // as most are, and no table is searched
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// normalise returns text in NFC and, for each byte of it and for its end, the
// byte of text it came from, or -1 where the two have no common boundary.
func normalise(text string) (normal string, source []int) {
	var b strings.Builder
	for at := 0; at < len(text); {
		n := norm.NFC.NextBoundaryInString(text[at:], true)
		if n <= 0 {
			n = len(text) - at
		}
		segment := text[at : at+n]
		changed := norm.NFC.String(segment)
		b.WriteString(changed)
		for i := range len(changed) {
			switch {
			case i == 0 || changed == segment:
				source = append(source, at+i)
			default:
				source = append(source, -1)
			}
		}
		at += n
	}
	return b.String(), append(source, len(text))
}
