package data

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is one word or character of a text.
type Token struct {
	Text string // as it was written
	Key  string // as the vocabulary spells it
}

// Tokenize splits text into tokens.
//
// For Word, letters, marks and digits with inner apostrophes or hyphens are one
// word; every other rune that is not a space is a token of its own:
//
//	[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]
//
// read over the text in Unicode's normal form NFC. A key is the token in lower
// case and NFC. Since '<' and '>' are tokens of their own, no text spells
// [BoundaryToken] or [UnknownToken]. Where NFC moves marks across the edge of a
// token ("=" and a combining slash become "≠"), Text is the normalised spelling.
//
// For Char, every rune is a token and its own key; a carriage return followed by
// a line feed is one token, whose key is the line feed.
//
// It is an error when the text is not UTF-8 or holds a NUL byte.
func Tokenize(unit Unit, text string) ([]Token, error) {
	if err := unit.validate(); err != nil {
		return nil, err
	}
	if at := badByte(text); at >= 0 {
		return nil, fmt.Errorf("%s", badByteMessage(text, at))
	}
	if unit == Char {
		return appendChars(nil, text), nil
	}
	return appendWords(nil, text), nil
}

// appendChars appends the characters of valid text.
func appendChars(tokens []Token, text string) []Token {
	for i := 0; i < len(text); {
		_, n := utf8.DecodeRuneInString(text[i:])
		key := text[i : i+n]
		if strings.HasPrefix(text[i:], "\r\n") {
			n, key = 2, "\n"
		}
		tokens = append(tokens, Token{text[i : i+n], key})
		i += n
	}
	return tokens
}

// appendWords appends the words of valid text.
func appendWords(tokens []Token, text string) []Token {
	if isNormal(text) {
		for start, end := nextWord(text, 0); start < end; start, end = nextWord(text, end) {
			word := text[start:end]
			tokens = append(tokens, Token{word, wordKey(word)})
		}
		return tokens
	}
	normal, source := normalise(text)
	for start, end := nextWord(normal, 0); start < end; start, end = nextWord(normal, end) {
		word := normal[start:end]
		token := Token{word, wordKey(word)}
		if source[start] >= 0 && source[end] >= 0 {
			token.Text = text[source[start]:source[end]]
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// isNormal reports whether text is surely in NFC.
func isNormal(text string) bool { return norm.NFC.QuickSpanString(text) == len(text) }

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
		if isWordRune(r) {
			at += n
			continue
		}
		if r != '\'' && r != '’' && r != '-' {
			break
		}
		after, m := utf8.DecodeRuneInString(text[at+n:])
		if m == 0 || !isWordRune(after) {
			break
		}
		at += n + m
	}
	return at
}

// isWordRune reports whether a rune is a letter, a mark or a digit.
func isWordRune(r rune) bool {
	if int(r) < len(basicWordRunes) {
		return basicWordRunes[r]
	}
	return isWordRuneByTables(r)
}

func isWordRuneByTables(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

// basicWordRunes tells of each rune below 1<<16, so of nearly all that texts hold,
// what isWordRune tells. To look it up here takes a fraction of the time that a
// search in the tables of Unicode takes.
var basicWordRunes = func() (is [1 << 16]bool) {
	for _, table := range []*unicode.RangeTable{unicode.L, unicode.M, unicode.N} {
		for _, x := range table.R16 {
			for r := int(x.Lo); r <= int(x.Hi); r += int(x.Stride) {
				is[r] = true
			}
		}
	}
	return is
}()

// wordKey is the word in lower case and NFC. Case is folded rune by rune, as
// tokenizer.json's Lowercase does; the one rune whose lower case is two runes is
// the capital I with a dot.
func wordKey(word string) string {
	lower := 0
	for lower < len(word) && word[lower] < utf8.RuneSelf && (word[lower] < 'A' || word[lower] > 'Z') {
		lower++
	}
	if lower == len(word) {
		return word
	}
	var b strings.Builder
	b.Grow(len(word))
	for _, r := range word {
		if r == 'İ' {
			b.WriteString("i\u0307")
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return norm.NFC.String(b.String())
}

// normalise returns text in NFC and, for each byte of it and for its end, the
// byte of text it came from, or -1 where the two do not part.
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
