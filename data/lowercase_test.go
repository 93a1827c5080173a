package data

import (
	"testing"
	"unicode"
)

// Letters that have a lower case since Unicode 16 are read in it, in each unit, also where the versions of Unicode in Go and in
// Hugging Face's tokenizers do not know it; tokenizer.json says so.
func TestLowercase(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Ab Ç": "ab ç", "İ": "i", "\u1c89": "\u1c8a", "\ua7cb": "\u0264", "\ua7dc": "\u019b", "\ua7da\ua7db": "\ua7db\ua7db",
		"\U00010d50x\U00010d65": "\U00010d70x\U00010d85", "\U00010d66": "\U00010d66", "\U00016ea0\U00016eb8": "\U00016ebb\U00016ed3",
	} {
		if got := lowercase(text); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if lower := unicode.ToLower(r); lower != r && unicode.In(r, unicode.L) && lowercase(string(r)) != string(lower) {
			t.Errorf("%U: %+q, Unicode has %U", r, lowercase(string(r)), lower)
		}
	}
	steps := lowercaseSteps()
	if last := len(steps) - 1; last != 55 || steps[last].(object)["type"] != "Lowercase" {
		t.Errorf("%d steps, the last %v", len(steps), steps[last])
	}
	for _, step := range steps[:len(steps)-1] {
		capital, lower := step.(object)["pattern"].(object)["String"].(string), step.(object)["content"].(string)
		if lower == capital || lower != lowercase(capital) {
			t.Errorf("%+q: replaced by %+q, want %+q", capital, lower, lowercase(capital))
		}
		for _, tokenizer := range []Tokenizer{words{}, chars{lower: true}} {
			if key := tokenizer.key(capital); key != lower {
				t.Errorf("%T: the key of %+q is %+q, want %+q", tokenizer, capital, key, lower)
			}
		}
	}
}
