package analysis

import (
	"strconv"
	"strings"
	"testing"
)

// curled is a key that has one spelling of the apostrophe.
func curled(token string) string { return strings.ReplaceAll(token, "’", "'") }

func TestPosition(t *testing.T) {
	words := sentenceWords{"word", []string{"<s>", "The", "dog", "saw", "the", "dog", "near", "the", "3"}, 1, 0, curled}
	sum := sentenceWords{"word", []string{"<s>", "3", "+", "5", "=", "8"}, 1, 0, curled}
	letters := sentenceWords{"character", []string{"a", "1", "#", "2"}, 0, 0, curled}
	quoted := sentenceWords{"word", []string{"<s>", "don’t", "don't", "won’t"}, 1, 0, curled}
	lines := sentenceWords{"character", []string{"a", " ", "b", " ", "\n"}, 0, 0, curled}
	for _, c := range []struct {
		sentence sentenceWords
		name     string
		want     int
		reading  string
	}{
		{words, "", 8, ""}, {words, "<s>", 0, ""}, {words, "The", 1, ""}, {words, "DOG:1", 2, ""}, {words, "dog:2", 5, ""},
		{words, "the:1", 4, ""}, {words, "the:2", 7, ""}, {words, "SAW", 3, ""}, {words, "#3", 3, ""}, {words, "#8", 8, ""},
		{words, "3", 8, `"3" is read as the word of the sentence, at position 8; "#3" is the word at position 3, "saw"`},
		{words, "5", 5, `the sentence has no word "5", so it is read as position 5, "dog"`},
		{sum, "3", 1, `"3" is read as the word of the sentence, at position 1; "#3" is the word at position 3, "5"`},
		{sum, "5", 3, `"5" is read as the word of the sentence, at position 3; "#5" is the word at position 5, "8"`},
		{sum, "4", 4, `the sentence has no word "4", so it is read as position 4, "="`}, {sum, "#5", 5, ""}, {sum, "8", 5, ""}, // it has no position 8
		{letters, "1", 1, `"1" is read as the character of the sentence, at position 2; "#1" is the character at position 1, "a"`},
		{letters, "#", 2, ""}, {letters, "#4", 3, ""},
		{quoted, "don't", 2, ""}, {quoted, "don’t", 1, ""}, {quoted, "won't", 3, ""},
		{lines, "␣:2", 3, ""}, {lines, " :2", 3, ""}, {lines, "↵", 4, ""}, {lines, "\n", 4, ""},
	} {
		at, reading, err := c.sentence.position(c.name, 8)
		if err != nil || at != c.want || reading != c.reading {
			t.Errorf("%q: position %d, reading %q, error %v, want %d, %q", c.name, at, reading, err, c.want, c.reading)
		}
	}
	plain := sentenceWords{"word", []string{"<s>", "The", "dog"}, 1, 0, curled}
	if at, reading, err := plain.position("2", 0); err != nil || at != 2 || reading != "" {
		t.Errorf("in a sentence without numbers 2 is position %d, reading %q, error %v", at, reading, err)
	}
	one := sentenceWords{"word", []string{"<s>", "dog"}, 1, 0, curled}
	signs := sentenceWords{"word", []string{"<s>", "#", "is", "#"}, 1, 0, curled}
	end := sentenceWords{"word", []string{"<s>", "the", "dog"}, 1, 7, curled}
	threes := sentenceWords{"word", []string{"<s>", "3", "3", "x"}, 1, 0, curled}
	for _, c := range []struct {
		sentence   sentenceWords
		name, want string
	}{
		{words, "dog", `"dog" occurs 2 times: say which by dog:1 to dog:2`}, {words, "dog:3", "there is no dog:3"}, {words, "dog:0", "there is no dog:0"},
		{words, "cat:1", `"cat" occurs 0 times in the sentence, so there is no cat:1: choose "#1" to "#8"`},
		{words, "cat", `"cat" is not in the sentence: choose one of <s> The dog saw the dog near the 3, or a position "#1" to "#8"`},
		{words, "9", "is not in the sentence"}, {words, "0", "is not in the sentence"}, {words, "-1", "is not in the sentence"},
		{words, "+3", "is not in the sentence"}, {words, "#x", "is not in the sentence"},
		{words, "#9", `"#9" is no position of the sentence, which has 8 words: choose "#1" to "#8"`}, {words, "#0", "is no position"},
		{words, "#99999999999999999999", "is no position"},
		{one, "2", `choose one of <s> dog, or a position "#1"`}, {one, "#2", `which has 1 word: choose "#1"`},
		{threes, "3", `"3" occurs 2 times: say which by 3:1 to 3:2, or the word at position 3 by "#3"`},
		{words, "dog:3", `choose dog:1 to dog:2`}, {words, "saw:2", `so there is no saw:2: choose saw:1`},
		{signs, "#", `"#" occurs 2 times: say which by "#:1" to "#:2"`}, {signs, "#:3", `choose "#:1" to "#:2"`},
		{lines, " ", `"␣" occurs 2 times: say which by ␣:1 to ␣:2`}, {lines, "x", `choose one of a ␣ b ␣ ↵, or a position "#1" to "#5"`},
		{end, "cat", `"cat" is not in the part of the sentence that this run reads, its last 2 words of 9: choose one of <s> the dog`},
		{end, "#9", `"#9" is no position of the part of the sentence that this run reads, its last 2 words of 9: choose "#1" to "#2"`},
		{end, "the:2", `"the" occurs 1 time in the part of the sentence that this run reads, its last 2 words of 9, so there is no the:2`},
	} {
		_, _, err := c.sentence.position(c.name, 8)
		wantError(t, err, c.want)
	}
}

// The position that no token of the sentence is predicted at is an error without an empty range.
func TestNotPredicted(t *testing.T) {
	for want, s := range map[string]sentenceWords{
		"choose 1 to 3, or 0 for the one after the last": {"word", []string{"<s>", "a", "b", "c"}, 1, 0, curled},
		"choose 1, or 0 for the one after the last":      {"word", []string{"<s>", "a"}, 1, 0, curled},
		"choose 2 to 3, or 0":                            {"character", []string{"a", "b", "c"}, 0, 0, curled},
		"the part of the sentence that this run reads, its last 2 words of 9, has no word 9 to predict: choose 1 to 2": {"word", []string{"<s>", "a", "b"}, 1, 7, curled},
		"choose 2, or 0": {"character", []string{"a", "b"}, 0, 0, curled},
		"has no character 9 to predict: none comes after another in it, so choose 0": {"character", []string{"a"}, 0, 0, curled},
	} {
		wantError(t, s.notPredicted(9), want)
	}
}

func TestParsePosition(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "#3": 3, "0": 0, "#12": 12} {
		if n, err := ParsePosition(text); err != nil || n != want {
			t.Errorf("%q: %d, error %v, want %d", text, n, err, want)
		}
	}
	for _, text := range []string{"", "#", "##3", "-1", "+1", "x", "3x", "1.5", strings.Repeat("9", 30)} {
		if n, err := ParsePosition(text); err == nil {
			t.Errorf("%q: %d, no error", text, n)
		}
	}
}

// Whatever names a word of a sentence is an error of one line, or a position of the sentence.
func FuzzPosition(f *testing.F) {
	for _, s := range []string{"the", "the:2", "the:0", ":", "::1", "a:b:1", "3", "7", "#7", "#", "##", "#0", "-1", "99999999999999999999", "the:99999999999999999999", "", "\x1b[31m"} {
		f.Add("<s> the lion saw the a:b 7", s)
	}
	f.Fuzz(func(t *testing.T, sentence, word string) {
		tokens := strings.Fields(sentence)
		if len(tokens) == 0 {
			return
		}
		words := sentenceWords{"word", tokens, 1, 0, curled}
		at, _, err := words.position(word, 0)
		if err == nil && (at < 0 || at >= len(tokens)) {
			t.Errorf("%q is token %d of %d", word, at, len(tokens))
		}
		for n := range tokens[1:] {
			if at, _, err := words.position("#"+strconv.Itoa(n+1), 0); err != nil || at != n+1 {
				t.Errorf("#%d is token %d, error %v", n+1, at, err)
			}
		}
	})
}
