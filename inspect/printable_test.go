package inspect

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"zebra":                "zebra",
		"":                     "",
		"the lion":             "the lion",
		" ":                    "␣",
		"  a b ":               "␣␣a b␣",
		"\n":                   "↵",
		"a\tb\r\n":             "a⇥b␍↵",
		"\x1b[31mred\x07\x00":  "␛[31mred␇␀",
		"\x7f":                 "␡",
		"\u009b31m":            `\u009b31m`,
		"a\u202eb\u2066":       `a\u202eb\u2066`,
		"a\u200bb\u200d\ufeff": `a\u200bb\u200d\ufeff`,
		"\u00a0\u3000\u2028":   `\u00a0\u3000\u2028`,
		"\U000e0041":           `\U000e0041`,
		"\ufe0f\u3164\u00ad":   `\ufe0f\u3164\u00ad`,
		"\ue000":               `\ue000`,
		"a\xffb\xc3":           "a�b�",
		"狮子 лев Ελλάδα שלום नमस्ते": "狮子 лев Ελλάδα שלום नमस्ते",
		"e\u0301":                         "e\u0301",
		"\u0301":                          "◌\u0301",
		"a \u0301":                        "a ◌\u0301",
		"\U0001f3fd":                      "◌\U0001f3fd",
		"🦁":                               "🦁",
		"a" + strings.Repeat("\u0301", 8): "a" + strings.Repeat("\u0301", 6) + `\u0301\u0301`,
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Printable(%q) = %q is not UTF-8", s, got)
		}
		if raw := rawRune(got); raw != 0 {
			t.Fatalf("Printable(%q) = %q has %U", s, got, raw)
		}
		if s != "" && ansi.StringWidth(got) == 0 {
			t.Fatalf("Printable(%q) = %q fills no column", s, got)
		}
		if strings.HasPrefix(got, " ") || strings.HasSuffix(got, " ") {
			t.Fatalf("Printable(%q) = %q has a blank at an end", s, got)
		}
		if again := Printable(got); again != got {
			t.Fatalf("Printable(%q) = %q, and of that %q", s, got, again)
		}
	})
}

// rawRune is the first character of s that may steer a terminal or hide in it,
// or 0: controls, format characters (bidi, zero width), separators.
func rawRune(s string) rune {
	for _, r := range s {
		if r >= ' ' && r <= '~' { // most are
			continue
		}
		if unicode.In(r, unicode.C, unicode.Z, unicode.Variation_Selector) {
			return r
		}
	}
	return 0
}
