package printable

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"attend/internal/printable/printabletest"

	"github.com/charmbracelet/x/ansi"
)

func TestText(t *testing.T) {
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
		"می\u200cخواهم":        "می\u200cخواهم",
		"ന്\u200d":             "ന്\u200d",
		"م\u200c\u200cم":       "م\u200c\\u200cم",
		"\u200cم a\u200cم":     "\\u200cم a\\u200cم",
		"co\u00adop":           `co\u00adop`,
		"👨‍👩‍👧 🇫🇷👍🏽❤️1️⃣🏳️‍🌈":                                           "👨‍👩‍👧 🇫🇷👍🏽❤️1️⃣🏳️‍🌈",
		"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"🏴\U000e0041\U000e007f":                                         `🏴\U000e0041\U000e007f`,
		"❤\ufe0f\ufe0f\ufe0f":                                           "❤\ufe0f\ufe0f\\ufe0f",
		"👨\u200d a\ufe0e\ufe0e":                                         "👨\\u200d a\ufe0e\\ufe0e",
		"葛\U000e0100 \ufe0f":                                            "葛\U000e0100 \\ufe0f",
		"\U0001fae9":                                                    "\U0001fae9", // of Unicode 16
		"\ue000":                                                        `\ue000`,
		"a\xffb\xc3":                                                    "a�b�",
		"狮子 лев Ελλάδα שלום नमस्ते":                                     "狮子 лев Ελλάδα שלום नमस्ते",
		"e\u0301":                         "e\u0301",
		"\u0301":                          "◌\u0301",
		"a \u0301":                        "a ◌\u0301",
		"\U0001f3fd":                      "◌\U0001f3fd",
		"🦁":                               "🦁",
		"a" + strings.Repeat("\u0301", 8): "a" + strings.Repeat("\u0301", 6) + `\u0301\u0301`,
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

// A line keeps its white space, and nothing in it steers a terminal.
func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"    return x  ":                 "    return x  ",
		"\tif\tx":                        "\tif\tx",
		"«\u00a0Où\u202f?\u00a0»\u3000文": "«\u00a0Où\u202f?\u00a0»\u3000文",
		" \u0301 👩🏽 می\u200cخواهم\u00a0\ufe0f": " ◌\u0301 👩🏽 می\u200cخواهم\u00a0\\ufe0f",
		"ទៅ\u200bផ្សារ":                        "ទៅ\u200bផ្សារ",
		"ទៅ\u200b\u200ba\u200bb":               `ទៅ` + "\u200b" + `\u200ba\u200bb`,
		"a\x1b[2J\u202e\u2028\r\n":             `a␛[2J\u202e\u2028␍↵`,
	} {
		if got := Line(in); got != want || Line(got) != got {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("می\u200cخواهم\u200d 👨‍👩‍👧🇫🇷❤\ufe0f\ufe0f1️⃣🏴\U000e0067\U000e007f葛\U000e0100\u180e")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Text(%q) = %q is not UTF-8", s, got)
		}
		if raw := printabletest.Raw(got); raw != 0 {
			t.Fatalf("Text(%q) = %q has %U", s, got, raw)
		}
		if s != "" && ansi.StringWidth(got) == 0 {
			t.Fatalf("Text(%q) = %q fills no column", s, got)
		}
		if strings.HasPrefix(got, " ") || strings.HasSuffix(got, " ") {
			t.Fatalf("Text(%q) = %q has a blank at an end", s, got)
		}
		if again := Text(got); again != got {
			t.Fatalf("Text(%q) = %q, and of that %q", s, got, again)
		}
	})
}

// Each of them shortens to its length, keeps what it says it keeps, and changes nothing more when applied twice.
func TestShortened(t *testing.T) {
	deep := strings.Repeat("folder/", 1000)
	hostile := strings.Repeat("\x1b]0;title\x07", 1000)
	for name, c := range map[string]struct {
		got, want string
		most      int
	}{
		"short enough":     {Short("the lion", 8), "the lion", 8},
		"cut":              {Short("the lion saw", 8), "the lio…", 8},
		"no half escape":   {Short("ab\u202ecdef", 8), "ab…", 8},
		"spaces":           {Short(strings.Repeat(" ", 9), 3), "␣␣…", 3},
		"quotes":           {Quote(`a"b`), `"a\"b"`, 6},
		"path":             {Path(" foo: data: bar 🦁/é "), " foo: data: bar 🦁/é ", MaxPath},
		"path with escape": {Path("a\x1b[2J\u202eb"), `a␛[2J\u202eb`, MaxPath},
		"long path":        {Path("start/" + deep + "end"), "start/" + deep[:94] + "…" + deep[len(deep)-96:] + "end", MaxPath},
		"hostile path":     {Path(hostile), "", MaxPath},
		"message":          {Message("a\r\nb\n\nc", 99), "a; b; c", 99},
		"long word":        {Message(deep+" is bad: do that", 399), Path(deep) + " is bad: do that", 399},
		"long message":     {Message("no: "+strings.Repeat("a ", 1000)+"do that", 21), "no: a a a … a do that", 21},
		"hostile message":  {Message(hostile+" "+hostile+" "+hostile, 399), "", 399},
		"spelled message":  {Message(strings.Repeat("\u202e ", 1e5), 399), "", 399},
	} {
		if c.want != "" && c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
		if n := utf8.RuneCountInString(c.got); n > c.most || printabletest.Raw(c.got) != 0 || Field(c.got) != c.got {
			t.Errorf("%s: %d characters in %q", name, n, c.got)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most < 3 || most > 1000 {
			return
		}
		for name, got := range map[string]string{"Message": Message(s, most), "Short": Short(s, most), "middle": middle(s, most, false)} {
			if n := utf8.RuneCountInString(got); n > most || printabletest.Raw(got) != 0 || !utf8.ValidString(got) {
				t.Fatalf("%s(%q, %d) = %q with %d characters", name, s, most, got, n)
			}
		}
		if got := Message(s, most); Message(got, most) != got {
			t.Fatalf("Message(%q, %d) = %q, and of that %q", s, most, got, Message(got, most))
		}
	})
}

// JSON means the same with its escapes, and none of its characters is invisible.
func FuzzJSON(f *testing.F) {
	f.Add("\x1b\x7f\u009b\u202e\u2028\U000e0041<s> é狮🦁\xff")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := JSON([]string{s})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := json.Unmarshal(b, &got); err != nil || got[0] != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("%q: %q, %v", s, got, err)
		}
		if raw := printabletest.Raw(strings.TrimSuffix(string(b), "\n")); raw != 0 {
			t.Fatalf("%q: %q has %U", s, b, raw)
		}
	})
}
