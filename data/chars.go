package data

import (
	"strings"
	"unicode/utf8"
)

// chars is the tokenizer of [Char]: every rune is a token. A carriage return followed
// by a line feed is one token, whose key is the line feed.
type chars struct{}

func (chars) Noun() string { return "character" }

func (chars) FoldsCase() bool { return false }

func (chars) Join(tokens []string) string { return strings.Join(tokens, "") }

func (chars) Continue(text string, keys []string) string { return text + strings.Join(keys, "") }

func (chars) each(text string, visit func(start, end int, token string)) {
	for start := 0; start < len(text); {
		end, token := start+1, text[start:start+1]
		if c := text[start]; c >= utf8.RuneSelf {
			_, n := utf8.DecodeRuneInString(text[start:])
			end, token = start+n, text[start:start+n]
		} else if c == '\r' && end < len(text) && text[end] == '\n' {
			end, token = start+2, "\n"
		}
		visit(start, end, token)
		start = end
	}
}

func (chars) key(token string) string { return token }

// charPattern is the expression of each as Hugging Face's tokenizers library reads it.
const charPattern = `[\s\S]`

func (chars) form(file *tokenizerJSON) {
	file.Normalizer = object{"type": "Replace", "pattern": object{"String": "\r\n"}, "content": "\n"}
	file.PreTokenizer = object{
		"type": "Split", "pattern": object{"Regex": charPattern}, "behavior": "Isolated", "invert": false,
	}
	file.Decoder = object{"type": "Fuse"} // without it the library joins tokens with spaces
}
