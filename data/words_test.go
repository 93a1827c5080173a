package data

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2"

	"attend/data/datatest"
	"attend/internal/emoji"

	"pgregory.net/rapid"
)

// Each is one token, whose Text and key are as given.
func TestOneWord(t *testing.T) {
	for _, c := range []struct{ text, written, key, kept string }{
		{"می\u200cخواهم", "", "می\u200cخواهم", ""},
		{"می\u200c\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم", ""},    // typed twice
		{"نمی\u200cدانند\u200c", "نمی\u200cدانند", "نمی\u200cدانند", ""}, // and before a space
		{"क्\u200dष", "", "क्\u200dष", ""},
		{"അവന്\u200d", "", "അവന്\u200d", ""}, // a chillu at the end
		{"ᠬᠠᠨ\u180eᠠ", "", "ᠬᠠᠨ\u180eᠠ", ""},
		{"co\u00adoper\u00adate", "cooperate", "cooperate", ""},
		{"Auf\u200clage", "Auflage", "auflage", "Auflage"}, // no ligature of f and l
		{"\ufeffa\u2060b\u200e", "ab", "ab", ""},
		{"كتـــاب", "كتاب", "كتاب", ""},
		{"won't", "", "won't", ""}, {"won’t", "", "won't", ""}, {"wonʼt", "", "won't", ""}, {"won‘t", "", "won't", ""}, {"won＇t", "", "won't", ""},
		{"won`t", "", "won't", ""}, {"won´t", "", "won't", ""}, {"Hawaiʻi", "", "hawai'i", "Hawai'i"}, {"ʼáádóó", "", "ʼáádóó", ""},
		{"п\u02bcять", "", "п'ять", ""}, {"צ׳ק", "", "צ'ק", ""}, {"ג׳", "", "ג׳", ""}, {"צה״ל", "", "צה\"ל", ""}, {"צה\"ל", "", "צה\"ל", ""},
		{"non-stop", "", "non-stop", ""}, {"non‐stop", "", "non-stop", ""}, {"non\u2011stop", "", "non-stop", ""}, {"בית־ספר", "", "בית-ספר", ""},
		{"col·lecció", "", "col·lecció", ""}, {"col\u0387lecció", "", "col·lecció", ""},
		{"οδος", "", "οδος", ""}, {"οδοσ", "", "οδος", ""}, {"ΟΔΟΣ", "", "οδος", "ΟΔΟΣ"}, {"Σίσυφος", "", "σίσυφος", "Σίσυφος"}, {"ἡμᾶς", "", "ἡμᾶς", ""}, {"Σ", "", "σ", "Σ"}, {"ος\u0301", "", "οσ\u0301", ""},
		{"İstanbul", "", "istanbul", "İstanbul"}, {"i\u0307stanbul", "", "istanbul", "i\u0307stanbul"}, {"ıspanak", "", "ıspanak", ""},
		{"Ｈello", "", "ｈello", "Ｈello"}, {"ﬁsh", "", "ﬁsh", ""}, {"m²", "", "m²", ""}, {"葛\U000e0100", "", "葛\U000e0100", ""},
		{"👨‍👩‍👧", "", "👨‍👩‍👧", ""}, {"🇫🇷", "", "🇫🇷", ""}, {"👍🏽", "", "👍🏽", ""}, {"❤️", "", "❤️", ""}, {"❤︎", "", "❤︎", ""}, {"©️", "", "©️", ""},
		{"1️⃣", "", "1️⃣", ""}, {"#️⃣", "", "#️⃣", ""}, {"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", ""},
		{"🏳️‍🌈", "", "🏳️‍🌈", ""}, {"👩🏽‍⚕️", "", "👩🏽‍⚕️", ""}, {"①", "", "①", ""}, {"→", "", "→", ""},
	} {
		for tokenizer, key := range map[Tokenizer]string{words{}: c.key, words{keep: true}: cmp.Or(c.kept, c.key)} {
			// between words, and between marks
			for _, around := range [][2]string{{"a ", " b"}, {"(", ")"}, {"", ""}} {
				tokens, err := tokenize(tokenizer, around[0]+c.text+around[1])
				if err != nil {
					t.Fatal(err)
				}
				if around[0] != "" {
					tokens = tokens[1:max(1, len(tokens)-1)]
				}
				if want := (Token{cmp.Or(c.written, c.text), key}); len(tokens) != 1 || tokens[0] != want {
					t.Errorf("%+v: %+q between %q: %+q, want %+q", tokenizer, c.text, around, tokens, want)
				}
			}
		}
	}
}

// Between what is one token and what is not, readers agree.
func TestSeveralWords(t *testing.T) {
	for text, want := range map[string]string{
		"🇫🇷🇩🇪": "🇫🇷|🇩🇪", "1️⃣2️⃣": "1️⃣|2️⃣", "a1️⃣": "a|1️⃣", "12️⃣3": "1|2️⃣|3", "❤️❤️": "❤️|❤️", "we👍🏽go": "we|👍🏽|go", "👍\u200d": "👍",
		"'tis dogs' dogs’": "'|tis|dogs|'|dogs|'", "a--b -c": "a|-|-|b|-|c", "3·4 a·": "3|·|4|a|·", "a\"b ש\"": "a|\"|b|ש|\"", "“שלום”": "“|שלום|”",
		"a\u200bb \u200d \u00ad": "a|b", "\ufe0fa": "a", "x_y 9.50 http://a.b": "x|_|y|9|.|50|http|:|/|/|a|.|b", "‘a’ `b` c´": "‘|a|'|`|b|`|c|´", "ʼʼ aʼʼb": "ʼʼ|aʼʼb",
		"a–b 1−2": "a|–|b|1|−|2", "\u0301 =\u0301": "\u0301|=|\u0301",
	} {
		var keys []string
		for _, token := range tokenized(t, Word, text) {
			keys = append(keys, token.Key)
		}
		if got := strings.Join(keys, "|"); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
}

func TestTokenizeWords(t *testing.T) {
	for text, want := range map[string][]Token{
		"":                          nil,
		" \t\u00a0\u2003\v\u0085":   nil,
		"The lion saw":              {{"The", "the"}, {"lion", "lion"}, {"saw", "saw"}},
		"It's ROCK-n-roll.":         {{"It's", "it's"}, {"ROCK-n-roll", "rock-n-roll"}, {".", "."}},
		"don’t 'tis x' a--b":        {{"don’t", "don't"}, {"'", "'"}, {"tis", "tis"}, {"x", "x"}, {"'", "'"}, {"a", "a"}, {"-", "-"}, {"-", "-"}, {"b", "b"}},
		"3.14 m²":                   {{"3", "3"}, {".", "."}, {"14", "14"}, {"m²", "m²"}},
		"<s> <unk>":                 {{"<", "<"}, {"s", "s"}, {">", ">"}, {"<", "<"}, {"unk", "unk"}, {">", ">"}},
		"CAFE\u0301":                {{"CAFE\u0301", "caf\u00e9"}},
		"CAF\u00c9 x\u0304":         {{"CAF\u00c9", "caf\u00e9"}, {"x\u0304", "x\u0304"}},
		"W\u030a":                   {{"W\u030a", "\u1e98"}}, // only the lower case has a composed form
		"\u0130":                    {{"\u0130", "i"}},
		"ΣΑΣ":                       {{"ΣΑΣ", "σας"}},
		"\u212a":                    {{"\u212a", "k"}},
		"a =\u0338 e\u0301!":        {{"a", "a"}, {"=\u0338", "\u2260"}, {"e\u0301", "\u00e9"}, {"!", "!"}},
		"=\u0316\u0338":             {{"\u2260", "\u2260"}, {"\u0316", "\u0316"}},
		"日本 😀":                      {{"日本", "日本"}, {"😀", "😀"}},
		"\u1112\u1161\u11ab\u200bx": {{"\u1112\u1161\u11ab", "\ud55c"}, {"x", "x"}},
	} {
		got, err := Tokenize(Word, text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %q (%v)\nwant %q", text, got, err, want)
		}
	}
}

// evaluate returns the keys that the expressions of tokenizer.json give, evaluated as Hugging Face's tokenizers library does.
func evaluate(t require, tokenizer Tokenizer, text string) (keys []string) {
	t.Helper()
	var file tokenizerJSON
	tokenizer.form(&file)
	for _, step := range file.Normalizer.(object)["normalizers"].([]any) {
		step := step.(object)
		switch step["type"] {
		case "NFC":
			text = nfc(text)
		case "Lowercase": // rune by rune, so that no sigma is a final one
			text = strings.ToLower(strings.ReplaceAll(text, "İ", "i\u0307")) // as versions that do not know laterCapitals
		case "Replace":
			pattern, content := step["pattern"].(object), step["content"].(string)
			if letters, ok := pattern["String"].(string); ok {
				text = strings.ReplaceAll(text, letters, content)
				continue
			}
			changed, err := compiled(pattern["Regex"].(string)).Replace(text, content, -1, -1)
			if err != nil {
				t.Fatal(err)
			}
			text = changed
		default:
			t.Fatalf("a step %v", step)
		}
	}
	split := file.PreTokenizer.(object)
	match, err := compiled(split["pattern"].(object)["Regex"].(string)).FindStringMatch(text)
	for ; match != nil; match, err = compiled(split["pattern"].(object)["Regex"].(string)).FindNextMatch(match) {
		keys = append(keys, match.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// require is what a test and a property have in common.
type require interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

var expressions sync.Map

// compiled returns an expression with lookbehind, whose \s is any white space of Unicode.
func compiled(pattern string) *regexp2.Regexp {
	if known, ok := expressions.Load(pattern); ok {
		return known.(*regexp2.Regexp)
	}
	named := regexp.MustCompile(`\\x\{([0-9a-f]+)\}`).ReplaceAllStringFunc(pattern, func(s string) string {
		r, _ := strconv.ParseInt(s[3:len(s)-1], 16, 32)
		return string(rune(r))
	})
	expression := regexp2.MustCompile(named, regexp2.None)
	expressions.Store(pattern, expression)
	return expression
}

// The scanner and the keys are what the expressions give.
func TestTokenizeEqualsExpression(t *testing.T) {
	check := func(t require, text string) {
		for _, tokenizer := range []Tokenizer{words{}, words{keep: true}, formerWords{}} {
			tokens, err := tokenize(tokenizer, text)
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, token := range tokens {
				keys = append(keys, token.Key)
			}
			if want := evaluate(t, tokenizer, text); !slices.Equal(keys, want) {
				t.Fatalf("%T%+v %+q:\n keys %+q\n want %+q", tokenizer, tokenizer, text, keys, want)
			}
		}
	}
	t.Run("any runes", rapid.MakeCheck(func(t *rapid.T) {
		check(t, strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", ""))
	}))
	t.Run("hard runes", rapid.MakeCheck(func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "text"))
	}))
	t.Run("many", func(t *testing.T) {
		for _, text := range datatest.Texts(4000, 1) {
			check(t, text)
		}
	})
}

// Every rune, ASCII too, is in the class of the expression if it is of a word, and every letter, mark and digit that Go knows
// is.
func TestWordRunes(t *testing.T) {
	class := compiled(`^(?![` + pictographs + `])[` + wordClass + `]$`)
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) || unicode.Is(unicode.Cn, r) && !unicode.Is(later, r) {
			continue
		}
		want, err := class.MatchString(string(r))
		if got := isWordRune(r); err != nil || got != want {
			t.Errorf("%U is of a word: %v, want %v (%v)", r, got, want, err)
		}
		if unicode.In(r, unicode.L, unicode.M, unicode.N) && !want && !emoji.IsPictograph(r) {
			t.Errorf("%U is no rune of a word", r)
		}
	}
}

// Of the joiners and dots in a row, as many as a text may have, those that mean something stay.
func TestManyInARow(t *testing.T) {
	const n = 300_000
	for text, want := range map[string]string{
		"ب" + strings.Repeat("\u200d", n) + "ب":             "ب" + strings.Repeat("\u200d", n) + "ب",
		"ب" + strings.Repeat("\u200d", n) + "\u200cب":       "ب\u200cب",
		"a" + strings.Repeat("\u200d\u200c", n) + "b":       "ab",
		"ب" + strings.Repeat("\u00ad\u200d", n) + "\u200cب": "ب\u200cب",
		"i" + strings.Repeat("\u0307", n) + "x":             "ix",
		strings.Repeat("İ\u0307", n):                        strings.Repeat("i", n),
	} {
		tokens := tokenized(t, Word, text)
		if len(tokens) != 1 || tokens[0].Key != want {
			t.Errorf("%+q...: %d tokens", text[:20], len(tokens))
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
	if got := NewSpelling(v).Text(append([]int{0}, ids...)); got != "a lion, a <unk>." {
		t.Errorf("%q", got)
	}
}
