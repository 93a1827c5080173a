package data

import (
	"errors"
	"fmt"
	"strings"

	"attend/internal/choice"
	"attend/internal/printable"
)

// Unit is a way to read a text: the tokenizer that splits it into tokens, and the layout of the tokens in sequences.
type Unit struct {
	Tokenizer Tokenizer
	Layout    Layout
	Meaning   string // in a few words, for help
}

// Names of units.
const (
	// Word makes each word and each punctuation mark a token, and each line a
	// sentence of its own.
	Word = "word"
	// Char makes each Unicode code point a token, and the text one long sequence.
	Char = "char"
)

// Names of cases: whether keys have capitals.
const (
	// Lower makes one key of words that differ in capitals alone.
	Lower = "lower"
	// Keep keeps capitals.
	Keep = "keep"
	// Former reads words as versions of attend without a choice of case did: in lower case, with each emoji of several code points
	// and each word with a joiner in pieces. It is for runs of these versions.
	Former = "former"
)

// Cases lists the cases that a new run can have.
func Cases() []string { return []string{Lower, Keep} }

// Units lists the units, each in the case that it has unless another is chosen.
var Units = choice.Table[Unit]{
	{Name: Word, Choice: Unit{words{}, sentences{}, "one sentence a line"}},
	{Name: Char, Choice: Unit{chars{}, stream{}, "one long text"}},
}

// UnitMeanings returns in one line what each unit is, for help.
func UnitMeanings() string {
	meanings := make([]string, len(Units))
	for i, u := range Units {
		meanings[i] = u.Name + ": " + u.Choice.Meaning
	}
	return strings.Join(meanings, "; ")
}

// Tokenizer splits text into tokens. Each token has a key, its normalised spelling, by which a vocabulary numbers it (not a key
// of attention). A new tokenizer is a type with these methods, and those of learner if it is made from the text, and a line in
// [Units].
type Tokenizer interface {
	// Noun names one token in messages, such as "word".
	Noun() string
	// FoldsCase reports whether keys are in lower case.
	FoldsCase() bool
	// inCase returns the tokenizer of the same kind with keys in a case, "" for the one of [Units]; ok is false where there is none.
	inCase(name string) (t Tokenizer, ok bool)
	// Join writes tokens in a row, so that a reader can distinguish them.
	Join(tokens []string) string
	// Spaced reports whether white space is between tokens and not in one, so that a [Spelling] says where it is.
	Spaced() bool
	// Continue appends tokens to a text, spaced by rules. A [Spelling] knows how the training text has them.
	Continue(text string, keys []string) string

	// each visits the tokens of valid text in order. token is text[start:end] in the
	// tokenizer's normal form; start or end is -1 where the text cannot be split so,
	// because the normal form has no boundary there or a part would not be valid text.
	each(text string, visit func(start, end int, token string))
	// key returns how the vocabulary spells a token that each visits. A text that holds
	// nothing but Continue("", key) has one token, of that key.
	key(token string) string
	// form fills in how tokenizer.json describes the tokenizer, of the model its type and merges.
	form(file *tokenizerJSON)
}

// learner is a [Tokenizer] that is made from the training text, such as byte-pair encoding, whose merges are those of the
// most frequent pairs. The entry in [Units] is the tokenizer before it has learned; its tokens decide what is held out. The
// vocabulary has all keys of the tokenizer and no other, whatever the minimum count. Every valid text splits into
// them, so there is no [UnknownToken].
type learner interface {
	Tokenizer
	// learn returns the tokenizer made from the sequences of the training text.
	learn(texts Texts) learner
	// restore returns the tokenizer whose form is in the file; ok is false where the file is not such a form.
	restore(file tokenizerJSON) (l learner, ok bool)
	// keys returns every key that each token can have, in the order of their ids.
	keys() []string
}

// Token is one token of a text.
type Token struct {
	Text string // as it was written, without runes that are left out
	Key  string // normalised spelling, which the vocabulary has; not a key of attention
}

// Tokenize splits text into tokens.
//
// For [Word], a token is what a reader calls a word, an emoji or a punctuation mark. tokenizer.json has the expression:
//
//   - A word is of letters, marks and digits. Inside it may stand an apostrophe or a hyphen, a middle dot between two that are
//     no digits (col·lecció), a double quote between two Hebrew letters (צה"ל), and the zero-width joiners of scripts that join
//     letters. At its ends, apostrophes and hyphens are tokens of their own: 'tis is ' and tis.
//   - An emoji is one token, however many code points it has, and with the variation selector that it is written with: a family,
//     a flag, a skin tone, a keycap. So is each arrow, circled digit and star.
//   - Every other rune is a token of its own, with its variation selector. White space is none, and neither is what shows nothing.
//   - Runes that say where a line may break or which way it runs, and the Arabic tatweel, are left out: a word has the same key
//     and Text with and without soft hyphens.
//
// A key is the token in NFC and, with [Lower], in lower case rune by rune; İ is i, I is i in Turkish too. It has one spelling of the
// apostrophe ('), the hyphen (-), gershayim (") and sigma (ς at the end of a word). Other compatibility forms, such as full-width
// letters and ligatures, are words of their own: their folding would make m2 of m².
//
// Since '<' and '>' are tokens of their own, no text spells [BoundaryToken] or [UnknownToken]. Where NFC moves marks across the
// edge of a token ("=" and a combining slash become "≠"), Text is the normalised spelling.
//
// For [Char], every rune is a token and its own key; a carriage return followed by
// a line feed is one token, whose key is the line feed.
//
// Keys are in the case that the unit has unless another is chosen: words in lower case, characters as written.
//
// It is an error when the text is not UTF-8 or holds a NUL byte.
func Tokenize(unit, text string) ([]Token, error) {
	u, err := Units.Find("unit", unit)
	if err != nil {
		return nil, err
	}
	return tokenize(u.Tokenizer, text)
}

func tokenize(t Tokenizer, text string) ([]Token, error) {
	if at := badByte(text); at >= 0 {
		return nil, errors.New(badByteMessage(text, at))
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

// checkKey returns an error unless key is one that [Tokenize] gives. It may be long, and not one token but many. Zero-width joiners
// are not compared: NFC may have moved a mark beside one that would be left out there.
func checkKey(t Tokenizer, key string) error {
	if at := badByte(key); at >= 0 {
		return errors.New(badByteMessage(key, at))
	}
	tokens, first := 0, ""
	t.each(t.Continue("", []string{key}), func(_, _ int, token string) {
		if tokens++; tokens == 1 {
			first = token
		}
	})
	if tokens != 1 || withoutJoiners(t.key(first)) != withoutJoiners(key) {
		return fmt.Errorf("%s is not one %s in the spelling of a vocabulary: want a key that Tokenize gives", printable.Quote(key), t.Noun())
	}
	return nil
}

// withoutJoiners returns a key without its zero-width joiners and non-joiners, in NFC.
func withoutJoiners(key string) string {
	return nfc(strings.NewReplacer("\u200c", "", "\u200d", "").Replace(key))
}
