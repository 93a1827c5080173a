package data

import (
	"strings"
	"unicode/utf8"
)

// chars is the tokenizer of [Char]: every rune is a token. A carriage return followed
// by a line feed is one token, whose key is the line feed.
type chars struct {
	lower bool // keys are in lower case
}

func (chars) Noun() string { return "character" }

func (c chars) FoldsCase() bool { return c.lower }

func (chars) inCase(name string) (Tokenizer, bool) {
	switch name {
	case "", Keep:
		return chars{}, true
	case Lower:
		return chars{lower: true}, true
	}
	return nil, false
}

func (chars) Spaced() bool { return false }

func (chars) Join(tokens []string) string { return strings.Join(tokens, "") }

func (chars) Continue(text string, keys []string) string { return text + strings.Join(keys, "") }

func (chars) each(text string, visit func(start, end int, token string)) {
	for start := 0; start < len(text); {
		_, size := utf8.DecodeRuneInString(text[start:])
		token := text[start : start+size]
		if text[start] == '\r' && strings.HasPrefix(text[start:], "\r\n") {
			size, token = 2, "\n"
		}
		visit(start, start+size, token)
		start += size
	}
}

// key folds case rune by rune. The lower case of İ, which is i with a dot above as a rune of its own, is i.
func (c chars) key(token string) string {
	if c.lower {
		return lowercase(token)
	}
	return token
}

// charPattern is the expression of each as Hugging Face's tokenizers library reads it.
const charPattern = `[\s\S]`

func (c chars) form(file *tokenizerJSON) {
	file.Normalizer = replace("String", "\r\n", "\n")
	if c.lower {
		file.Normalizer = sequence(append([]any{file.Normalizer, replace("String", "İ", "i")}, lowercaseSteps()...)...)
	}
	file.PreTokenizer = object{
		"type": "Split", "pattern": object{"Regex": charPattern}, "behavior": "Isolated", "invert": false,
	}
	file.Decoder = object{"type": "Fuse"} // without it the library joins tokens with spaces
}
