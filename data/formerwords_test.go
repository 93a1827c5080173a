package data

import (
	"slices"
	"strings"
	"testing"
)

// A tokenizer.json of an earlier version is read by its own expression, as its model was trained; so is the text that resumes it.
func TestFormerWords(t *testing.T) {
	text := "He won’t go 👍🏽\nShe won't, می\u200cخواهم ΟΔΟΣ\n"
	c, err := Load("text", strings.NewReader(text), Options{Unit: Word, Case: Former, MinCount: 1, By: ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"<s>", "<unk>", ",", "go", "he", "she", "won't", "won’t", "οδοσ", "خواهم", "می", "\u200c", "🏽", "👍"}
	if !slices.Equal(c.Vocabulary.keys.all(), want) {
		t.Errorf("keys %+q, want %+q", c.Vocabulary.keys.all(), want)
	}
	b := tokenizerBytes(t, c.Vocabulary)
	const normalizer = `"normalizer": {
    "normalizers": [
      {
        "type": "Lowercase"
      },
      {
        "type": "NFC"
      }
    ],
    "type": "Sequence"
  }`
	if !strings.Contains(string(b), normalizer) || !strings.Contains(string(b), `"[\\p{L}\\p{M}\\p{N}]+(?:['’\\-][\\p{L}\\p{M}\\p{N}]+)*|[^\\s\\p{L}\\p{M}\\p{N}]"`) {
		t.Errorf("the form is not that of earlier versions:\n%s", b)
	}
	v, err := ParseTokenizerJSON(b)
	if err != nil || !slices.Equal(v.keys.all(), c.Vocabulary.keys.all()) {
		t.Fatalf("%v, %v", v, err)
	}
	tokens, err := v.Tokenize("SHE won’t\u200d")
	if want := []Token{{"SHE", "she"}, {"won’t", "won’t"}, {"\u200d", "\u200d"}}; err != nil || !slices.Equal(tokens, want) {
		t.Errorf("%+q, %v, want %+q", tokens, err, want)
	}
}

func TestCases(t *testing.T) {
	for _, c := range []struct{ unit, of, want string }{
		{Word, "", "a"}, {Word, Lower, "a"}, {Word, Keep, "A"}, {Word, Former, "a"}, {Char, "", "A"}, {Char, Keep, "A"}, {Char, Lower, "a"},
		{Char, Former, `no case "former" of characters: choose lower, keep`}, {Word, "upper", `no case "upper" of words: choose lower, keep`},
	} {
		u, err := Options{Unit: c.unit, Case: c.of}.unit()
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = u.Tokenizer.key("A")
		}
		if got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.unit, c.of, got, c.want)
		}
	}
}
