package data

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"attend/data/datatest"
)

func TestUnits(t *testing.T) {
	if want := []string{Word, Char}; !slices.Equal(Units.Names()[:2], want) {
		t.Errorf("names %q, want %q first", Units.Names(), want)
	}
	if got, want := UnitMeanings(), "word: one sentence a line; char: one long text"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
}

func TestTokenizeErrors(t *testing.T) {
	for _, c := range []struct {
		unit       string
		text, want string
	}{
		{Word, "lion \xff", `byte 5 (0xff) is not UTF-8: want plain text in UTF-8`},
		{Char, "é\xc3", `byte 2 (0xc3) is not UTF-8: want plain text in UTF-8`},
		{Word, "a\x00b\xff", `byte 1 is NUL: want plain text in UTF-8`},
		{Word, "\xffa\x00", `byte 0 (0xff) is not UTF-8: want plain text in UTF-8`},
		{"line", "a", `no unit "line": choose ` + strings.Join(Units.Names(), ", ")},
	} {
		if _, err := Tokenize(c.unit, c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s %q:\n got %v\nwant %s", c.unit, c.text, err, c.want)
		}
	}
}

// alphabet is biased to what makes tokenizing hard.
var alphabet = []rune("می\u200cप्‘ʼ`´׳צ\"·‐\u00ad\u0640\u200b👩🏽🇫🏴\U000e0067\U000e007f\ufe0f\u20e31❤①σςΣİ\u0307aBzé09'’--  \t\n\r\u00a0\u2003.<>=Iİſẞ\u0301\u0338\u0316\u0344\u0958\u1112\u1161\u11ab日😀\u200d²Ⅷ\u2028")

// checkTokens checks that each key is its own and that the tokens' text stands in the
// text in order, with only space and what shows nothing between for words and nothing for characters.
func checkTokens(t *testing.T, u Unit, text string, tokens []Token) {
	t.Helper()
	_, characters := u.Tokenizer.(chars)
	_, former := u.Tokenizer.(formerWords)
	rest := text
	for _, token := range tokens {
		if err := checkKey(u.Tokenizer, token.Key); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if characters || nfc(text) == text && (former || !hides(text)) {
			before, after, ok := strings.Cut(rest, token.Text)
			between := strings.TrimFunc(before, func(r rune) bool { return unicode.IsSpace(r) || !former && isUnmarked(r) })
			if !ok || between != "" || characters && before != "" {
				t.Fatalf("%q: %q is not next in %q", text, token.Text, rest)
			}
			rest = after
		}
		if strings.ContainsFunc(token.Text, isHidden) && !characters && !former {
			t.Fatalf("%q: %q has what is left out", text, token.Text)
		}
	}
	if characters && rest != "" {
		t.Fatalf("%q: %q is left over", text, rest)
	}
}

func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"The lion's den", "a\r\nb", "\xff", "\x00", "=\u0338", "I\u0307\u0130", "W\u030a-w", string(alphabet)} {
		f.Add(s)
	}
	for _, s := range datatest.Texts(20, 2) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, unit := range units() {
			tokens, err := tokenize(unit.Tokenizer, text)
			if bad := !utf8.ValidString(text) || strings.Contains(text, "\x00"); (err != nil) != bad {
				t.Fatalf("%q: bad %v, error %v", text, bad, err)
			}
			if err == nil {
				checkTokens(t, unit, text, tokens)
			}
		}
	})
}
