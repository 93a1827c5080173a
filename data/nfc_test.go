package data

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// The wanted texts are those of Python's unicodedata, but for marks that are new since Unicode 9.
func TestNFC(t *testing.T) {
	for text, want := range map[string]string{
		"e\u0301": "é", "=\u0338": "≠", "": "", "a\u0301\u0323": "ạ\u0301", "\u1112\u1161\u11ab": "한",
		// runes beyond U+FFFF are not taken for others
		"\U00010041\u0301": "\U00010041\u0301", "\U00020041\u0301a\u0323\u0301": "\U00020041\u0301ạ\u0301", "\U00011099\U000110ba": "\U0001109a",
		"\U000110a5\u0653\U000110ba": "\U000110ab\u0653",
		// new marks stay
		"\u09fe\u0338a\u0301": "\u09fe\u0338á", "a\u09fe\u0323\u0301": "a\u09fe\u0323\u0301",
		// no mark moves across a vowel
		"z\u0cd5\u05bc\u0651\u0301": "z\u0cd5\u05bc\u0651\u0301", "\u0cc6\u0cc2\u0cd5\u0301\u0323": "\u0ccb\u0323\u0301",
	} {
		if got := nfc(text); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
}

// However many marks stand on a letter, they are put in order, the letter is composed with the first, and nothing is added.
func TestNFCOfManyMarks(t *testing.T) {
	for _, n := range []int{1, 2, 10, 29, 30, 31, 32, 60, 61, 500} {
		for text, want := range map[string]string{
			"e" + strings.Repeat("\u0301\u0323", n):             "ẹ" + strings.Repeat("\u0323", n-1) + strings.Repeat("\u0301", n),
			"ש" + strings.Repeat("\u05bc\u05c1\u05b7", n):       "ש" + strings.Repeat("\u05b7", n) + strings.Repeat("\u05bc", n) + strings.Repeat("\u05c1", n),
			"각" + strings.Repeat("\u11a8", n):                   "각" + strings.Repeat("\u11a8", n),
			" " + strings.Repeat("\u0344", n) + "\u0301e\u0301": " " + strings.Repeat("\u0308\u0301", n) + "\u0301é",
			"a" + strings.Repeat("\u034f", n) + "\u0301":        "a" + strings.Repeat("\u034f", n) + "\u0301",
		} {
			if got := nfc(text); got != want {
				t.Errorf("%d: %+q, want %+q", n, got, want)
			}
			if got, source := composed(text, ownBytes(text)); got != want || len(source) != len(got)+1 {
				t.Errorf("%d: composed %+q, want %+q", n, got, want)
			}
		}
	}
}

// The slow way gives what norm.NFC gives wherever that is right.
func TestCompose(t *testing.T) {
	runes := []rune("aez=ế각か\u1100\u1161\u11a8\u0301\u0323\u0302\u0344\u0345\u0338\u0f71\u0f72\u0cc6\u0cc2\u0cd5\u09c7\u09be\u0958\u093c\u3099\u2adc\u1e9b\u212b" +
		"\u05e9\u05bc\u05c1\U000110a5\U000110ba\U0001d15e\U00010041")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom(runes), 1, 9, -1).Draw(t, "text")
		if isHard(text) {
			t.Skip()
		}
		if got, want := compose(text), nfc(text); got != want {
			t.Fatalf("%+q: %+q, want %+q", text, got, want)
		}
	})
}

// The inert beginning of a text is as NFC has it, whatever follows.
func TestInertLen(t *testing.T) {
	for text, want := range map[string]int{"": 0, "ab": 2, "жи": 4, "жи\u0306": 2, "e\u0301": 0, "\u0301ab": 0, "a\U00010041b": 0, "ㄱab\u1161": 4} {
		if got := inertLen(text); got != want {
			t.Errorf("%+q: %d, want %d", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("ae가각각\u0301\u0323\u093c\u0928\u09be\u09c7")))).Draw(t, "text")
		if n := inertLen(text); norm.NFC.String(text) != text[:n]+norm.NFC.String(text[n:]) {
			t.Fatalf("%+q: the first %d bytes are not inert", text, n)
		}
	})
}
