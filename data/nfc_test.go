package data

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// A rune beyond U+FFFF is not taken for another one.
func TestNFC(t *testing.T) {
	for text, want := range map[string]string{
		"e\u0301": "é", "\U00010041\u0301": "\U00010041\u0301", "\U00020041\u0301a\u0323\u0301": "\U00020041\u0301ạ\u0301",
		"\U00011099\U000110ba": "\U0001109a", "=\u0338": "≠", "": "",
		"\u09fe\u0338a\u0301": "\u09fe\u0338á", "a\u09fe\u0323\u0301": "a\u09fe\u0323\u0301", "a\u0301\u0323": "ạ\u0301",
	} {
		if got := nfc(text); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
}

// The inert beginning of a text is as NFC has it, whatever follows.
func TestInertLen(t *testing.T) {
	for text, want := range map[string]int{"": 0, "ab": 2, "жи": 4, "жи\u0306": 2, "e\u0301": 0, "\u0301ab": 0, "a\U00010041b": 0, "ㄱab\u1161": 4} {
		if got := inertLen(text); got != want {
			t.Errorf("%+q: %d, want %d", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("ae가각각\u0301\u0323\u093c\u0928\u09be\u09c7")))).Draw(t, "text")
		if n := inertLen(text); norm.NFC.String(text) != text[:n]+norm.NFC.String(text[n:]) {
			t.Fatalf("%+q: the first %d bytes are not inert", text, n)
		}
	})
}
