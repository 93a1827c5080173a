package data

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestTokenizeWords(t *testing.T) {
	for text, want := range map[string][]Token{
		"":                          nil,
		" \t\u00a0\u2003\v\u0085":   nil,
		"The lion saw":              {{"The", "the"}, {"lion", "lion"}, {"saw", "saw"}},
		"It's ROCK-n-roll.":         {{"It's", "it's"}, {"ROCK-n-roll", "rock-n-roll"}, {".", "."}},
		"don’t 'tis x' a--b":        {{"don’t", "don’t"}, {"'", "'"}, {"tis", "tis"}, {"x", "x"}, {"'", "'"}, {"a", "a"}, {"-", "-"}, {"-", "-"}, {"b", "b"}},
		"3.14 m²":                   {{"3", "3"}, {".", "."}, {"14", "14"}, {"m²", "m²"}},
		"<s> <unk>":                 {{"<", "<"}, {"s", "s"}, {">", ">"}, {"<", "<"}, {"unk", "unk"}, {">", ">"}},
		"CAFE\u0301":                {{"CAFE\u0301", "caf\u00e9"}},
		"CAF\u00c9 x\u0304":         {{"CAF\u00c9", "caf\u00e9"}, {"x\u0304", "x\u0304"}},
		"W\u030a":                   {{"W\u030a", "\u1e98"}}, // only the lower case has a composed form
		"\u0130":                    {{"\u0130", "i\u0307"}},
		"ΣΑΣ":                       {{"ΣΑΣ", "σασ"}},
		"\u212a":                    {{"\u212a", "k"}},
		"a =\u0338 e\u0301!":        {{"a", "a"}, {"=\u0338", "\u2260"}, {"e\u0301", "\u00e9"}, {"!", "!"}},
		"=\u0316\u0338":             {{"\u2260", "\u2260"}, {"\u0316", "\u0316"}},
		"日本 😀":                      {{"日本", "日本"}, {"😀", "😀"}},
		"\u1112\u1161\u11ab\u200bx": {{"\u1112\u1161\u11ab", "\ud55c"}, {"\u200b", "\u200b"}, {"x", "x"}},
	} {
		got, err := Tokenize(Word, text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %q (%v)\nwant %q", text, got, err, want)
		}
	}
}

// The scanner must give what the documented expression gives. Go's \s is ASCII
// only, so the expression spells out the white space of Unicode.
func TestTokenizeEqualsExpression(t *testing.T) {
	expression := regexp.MustCompile(strings.Replace(wordPattern, `[^\s`, `[^\t-\r \x{85}\p{Z}`, 1))
	check := func(t *rapid.T, text string) {
		tokens, err := Tokenize(Word, text)
		if err != nil {
			t.Fatal(err)
		}
		want := expression.FindAllString(norm.NFC.String(text), -1)
		if len(tokens) != len(want) {
			t.Fatalf("%q: tokens %q, expression %q", text, tokens, want)
		}
		for i, token := range tokens {
			if got := norm.NFC.String(token.Text); got != want[i] {
				t.Fatalf("%q: token %d is %q, expression %q", text, i, got, want[i])
			}
		}
	}
	t.Run("any runes", rapid.MakeCheck(func(t *rapid.T) {
		check(t, strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", ""))
	}))
	t.Run("hard runes", rapid.MakeCheck(func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "text"))
	}))
}

// Every rune, ASCII too, is what the tables of Unicode hold.
func TestWordRunes(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if got, want := isWordRune(r), unicode.In(r, unicode.L, unicode.M, unicode.N); got != want {
			t.Errorf("%U is of a word: %v, want %v", r, got, want)
		}
	}
}

func TestWordsInARow(t *testing.T) {
	tokens := []string{"a", ",", "b", "(", "c", ")", "."}
	if got := (words{}).Continue("Oh", tokens); got != "Oh a, b (c)." {
		t.Errorf("%q", got)
	}
	if got := (words{}).Join(tokens); got != "a , b ( c ) ." {
		t.Errorf("%q", got)
	}
	v := vocabularyOf(t, Word, 1, "a lion, a zebra.")
	ids, _ := v.Encode(tokenized(t, Word, "A lion, a hyena."))
	if got := v.Decode(append([]int{0}, ids...)); got != "a lion, a <unk>." {
		t.Errorf("%q", got)
	}
}
