package data

import (
	"regexp"
	"strings"
)

// formerWords is the tokenizer of [Word] of earlier versions, by which their runs read: emoji and words with joiners are several
// tokens, and each spelling of an apostrophe is a key of its own.
type formerWords struct{ words }

const formerPattern = `[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]`

// formerExpression is formerPattern for Go, whose \s is white space of ASCII.
var formerExpression = regexp.MustCompile(strings.Replace(formerPattern, `[^\s`, `[^\t-\r \x{85}\p{Z}`, 1))

func (formerWords) each(text string, visit func(start, end int, token string)) {
	normal, source := composed(text, ownBytes(text))
	for _, at := range formerExpression.FindAllStringIndex(normal, -1) {
		visit(source[at[0]], source[at[1]], normal[at[0]:at[1]])
	}
}

func (formerWords) key(token string) string {
	return nfc(strings.ToLower(strings.ReplaceAll(token, "İ", "i\u0307")))
}

func (formerWords) form(file *tokenizerJSON) {
	file.Normalizer = sequence(object{"type": "Lowercase"}, object{"type": "NFC"})
	file.PreTokenizer = matches(formerPattern)
}
