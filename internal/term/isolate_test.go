package term

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"golang.org/x/text/unicode/bidi"
)

// Isolates are visible here: ⟨ opens one from left to right, ⟪ one from right to left, and ⟩ closes it.
var visible = strings.NewReplacer("\u2066", "⟨", "\u2067", "⟪", "\u2069", "⟩")

func TestIsolate(t *testing.T) {
	for text, want := range map[string]string{
		"lion 0.48 ·░ naïve 水 \x1b[1mriver\x1b[m": "lion 0.48 ·░ naïve 水 \x1b[1mriver\x1b[m",
		"אריה 0.48  פיל 0.52\n":                   "⟪אריה⟩ 0.48  ⟪פיל⟩ 0.52\n",
		"\x1b[1mאריה\x1b[m 2":                     "\x1b[1m⟪אריה⟩\x1b[m 2",
		`"אריה", (פיל): P(את) = 1`:                `"⟪אריה⟩", (⟪פיל⟩): P(⟪את⟩) = 1`,
		"•אריה→פיל█":                              "•⟪אריה⟩→⟪פיל⟩█",
		"את₁ ארי… ג' ב\"ה":                        "⟪את₁⟩ ⟪ארי…⟩ ⟪ג'⟩ ⟪ב\"ה⟩",
		`"אריה ראה" "פיל" ב"ה "`:                  `"⟪אריה ראה⟩" "⟪פיל⟩" ⟪ב"ה⟩ "`,
		`  " אריה ראה "`:                          `  " ⟪אריה⟩ ⟪ראה⟩ "`,
		`"אריה  ראה" ב"ה ראה ב"ה`:                 `"⟪אריה⟩  ⟪ראה⟩" ⟪ב"ה⟩ ⟪ראה⟩ ⟪ב"ה⟩`,
		"runs/שלום, step 1":                       "⟨runs/שלום⟩, step 1",
		"כבר\u200cהיה א\u05b8":                    "⟪כבר\u200cהיה⟩ ⟪א\u05b8⟩",
		"٤ ٥ ٦":                                   "⟨٤⟩ ⟨٥⟩ ⟨٦⟩",
		"'לא!' 'את' צה\"ל":                        "'⟪לא⟩!' '⟪את⟩' ⟪צה\"ל⟩",
		"\u061f \ufdfc":                           "⟪\u061f⟩ ⟪\ufdfc⟩",
		"\r\x1b[Kאריה":                            "\r\x1b[K⟪אריה⟩",
		"a \u2067אריה ראה\n  פיל\u2069 b פיל":     "a ⟪אריה ראה⟩\n  ⟪פיל⟩ b ⟪פיל⟩",
	} {
		got := Isolate(text)
		if visible.Replace(got) != want {
			t.Errorf("%q:\n%s, want\n%s", text, visible.Replace(got), want)
		}
		if again := Isolate(got); again != got {
			t.Errorf("%q: twice %q", text, again)
		}
	}
}

func TestIsolatedSentenceIsOneWhereverItIsWrapped(t *testing.T) {
	text := Hanging("A: ", Isolated("האריה ראה את הפיל")+", step 2", 14)
	want := "A: ⟪האריה ראה⟩\n   ⟪את הפיל⟩,\n   step 2\n"
	if got := visible.Replace(Isolate(text)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for text, want := range map[string]string{"the lion": "the lion", "the אריה": "⟨the אריה⟩", "12 אריה": "⟪12 אריה⟩"} {
		if got := visible.Replace(Isolated(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// inOrder returns an error unless all characters that order others are in isolates, and these end in their line.
func inOrder(text string) error {
	for line := range strings.Lines(text) {
		open := false
		for _, r := range strings.TrimSuffix(line, "\n") {
			p, _ := bidi.LookupRune(r)
			class := p.Class()
			switch {
			case open && (class == bidi.LRI || class == bidi.RLI || class == bidi.FSI), !open && class == bidi.PDI:
				return fmt.Errorf("%q: an isolate too many", line)
			case !open && (class == bidi.R || class == bidi.AL || class == bidi.AN):
				return fmt.Errorf("%q: %q orders the text around it", line, r)
			}
			open = (open || class == bidi.LRI || class == bidi.RLI || class == bidi.FSI) && class != bidi.PDI
		}
		if open {
			return fmt.Errorf("%q: an isolate is left open", line)
		}
	}
	return nil
}

// Without characters that order others, the bidirectional algorithm leaves every word, number and isolate in its place: in a
// paragraph from left to right all of them have level 0 (rules W7, N1 and N2).
func TestIsolateLeavesNothingThatOrdersOthers(t *testing.T) {
	piece := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("אבגדהשםץ־׳")), 1, 6, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("سلامعربيءة؟؛٤٥۴﷼\u064b")), 1, 6, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("lionZ水ж\u0301")), 1, 6, -1),
		rapid.SampledFrom([]string{" ", "  ", "\n", "\x1b[1m", "\x1b[m", "0.48", "-1", "->", "·", "█", "░.05", `"`, "(", ")", ",", ":", "…", "?", "₂", "%", "\u200d", "\xff", "<s>"}),
		rapid.Map(rapid.StringOfN(rapid.RuneFrom([]rune("אבע lion 5")), 1, 20, -1), Isolated),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 1, 20).Draw(t, "pieces"), "")
		var b bytes.Buffer
		n, err := Isolating(&b).Write([]byte(text))
		if err != nil || n != len(text) {
			t.Fatalf("%d of %d bytes, error %v", n, len(text), err)
		}
		if err := inOrder(b.String()); err != nil {
			t.Fatal(err)
		}
		if WithoutIsolates(b.String()) != WithoutIsolates(text) {
			t.Fatalf("%q changed into %q", text, b.String())
		}
	})
}
