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

func TestTokenizeChars(t *testing.T) {
	got, err := Tokenize(Char, "Aé\r\n\r\t😀")
	want := []Token{{"A", "A"}, {"é", "é"}, {"\r\n", "\n"}, {"\r", "\r"}, {"\t", "\t"}, {"😀", "😀"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestTokenizeErrors(t *testing.T) {
	for _, c := range []struct {
		unit       Unit
		text, want string
	}{
		{Word, "lion \xff", `byte 5 (0xff) is not UTF-8: convert the text first, for example with iconv -t UTF-8`},
		{Char, "é\xc3", `byte 2 (0xc3) is not UTF-8: convert the text first, for example with iconv -t UTF-8`},
		{Word, "a\x00b\xff", `byte 1 is NUL, so this is binary data (or UTF-16): want plain text in UTF-8`},
		{Word, "\xffa\x00", `byte 0 (0xff) is not UTF-8: convert the text first, for example with iconv -t UTF-8`},
		{"byte", "a", `the unit is "byte", want "word" or "char"`},
	} {
		if _, err := Tokenize(c.unit, c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s %q:\n got %v\nwant %s", c.unit, c.text, err, c.want)
		}
	}
}

func TestParseUnit(t *testing.T) {
	for _, u := range []Unit{Word, Char} {
		if got, err := ParseUnit(string(u)); got != u || err != nil {
			t.Errorf("%q: %q, %v", u, got, err)
		}
	}
	if _, err := ParseUnit("Word"); err == nil {
		t.Error(`no error for "Word"`)
	}
}

// alphabet is biased to what makes tokenizing hard.
var alphabet = []rune("aBzé09'’--  \t\n\r\u00a0\u2003.<>=Iİſẞ\u0301\u0338\u0316\u0344\u0958\u1112\u1161\u11ab日😀\u200d²Ⅷ\u2028")

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

// The table of the common runes must hold what the tables of Unicode hold.
func TestWordRunes(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if got, want := isWordRune(r), unicode.In(r, unicode.L, unicode.M, unicode.N); got != want {
			t.Errorf("%U is of a word: %v, want %v", r, got, want)
		}
	}
}

// checkTokens checks that the tokens' text stands in the text in order, with only
// space between for words and nothing for characters, and that each key is its own.
func checkTokens(t *testing.T, unit Unit, text string, tokens []Token) {
	t.Helper()
	rest := text
	for _, token := range tokens {
		if err := unit.checkKey(token.Key); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if unit == Char || norm.NFC.IsNormalString(text) {
			before, after, ok := strings.Cut(rest, token.Text)
			if !ok || strings.TrimSpace(before) != "" || unit == Char && before != "" {
				t.Fatalf("%q: %q is not next in %q", text, token.Text, rest)
			}
			rest = after
		}
	}
	if unit == Char && rest != "" {
		t.Fatalf("%q: %q is left over", text, rest)
	}
}

func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"The lion's den", "a\r\nb", "\xff", "\x00", "=\u0338", "I\u0307\u0130", "W\u030a-w", string(alphabet)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, unit := range []Unit{Word, Char} {
			tokens, err := Tokenize(unit, text)
			if bad := !utf8.ValidString(text) || strings.Contains(text, "\x00"); (err != nil) != bad {
				t.Fatalf("%q: bad %v, error %v", text, bad, err)
			}
			if err == nil {
				checkTokens(t, unit, text, tokens)
			}
		}
	})
}
