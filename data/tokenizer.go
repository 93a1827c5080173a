package data

import "fmt"

// Tokenizer cuts text into tokens. Each token has a key, by which a vocabulary
// numbers it. A new tokenizer is a type with these methods and a line in the table
// of units.
type Tokenizer interface {
	// Noun is what messages call one token: "word".
	Noun() string
	// FoldsCase reports whether keys are in lower case.
	FoldsCase() bool
	// Join writes tokens in a row, so that a reader can tell them apart.
	Join(tokens []string) string
	// Continue writes tokens after a text, spaced as in a text.
	Continue(text string, keys []string) string

	// each visits the tokens of valid text in order. token is text[start:end] in the
	// tokenizer's normal form; start or end is -1 where the two do not part alike.
	each(text string, visit func(start, end int, token string))
	// key returns how the vocabulary spells a token that each visits.
	key(token string) string
	// form fills in how tokenizer.json describes the tokenizer.
	form(file *tokenizerJSON)
}

// Token is one token of a text.
type Token struct {
	Text string // as it was written
	Key  string // as the vocabulary spells it
}

// Tokenize splits text into tokens.
//
// For [Word], letters, marks and digits with inner apostrophes or hyphens are one
// word; every other rune that is not a space is a token of its own:
//
//	[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]
//
// read over the text in Unicode's normal form NFC. A key is the token in lower
// case and NFC. Since '<' and '>' are tokens of their own, no text spells
// [BoundaryToken] or [UnknownToken]. Where NFC moves marks across the edge of a
// token ("=" and a combining slash become "≠"), Text is the normalised spelling.
//
// For [Char], every rune is a token and its own key; a carriage return followed by
// a line feed is one token, whose key is the line feed.
//
// It is an error when the text is not UTF-8 or holds a NUL byte.
func Tokenize(unit Unit, text string) ([]Token, error) {
	entry, err := unit.entry()
	if err != nil {
		return nil, err
	}
	return tokenize(entry.tokenizer, text)
}

func tokenize(t Tokenizer, text string) ([]Token, error) {
	if at := badByte(text); at >= 0 {
		return nil, fmt.Errorf("%s", badByteMessage(text, at))
	}
	var tokens []Token
	t.each(text, func(start, end int, token string) {
		written := token
		if start >= 0 && end >= 0 {
			written = text[start:end]
		}
		tokens = append(tokens, Token{written, t.key(token)})
	})
	return tokens, nil
}
