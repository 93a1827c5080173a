package emoji

import (
	"strings"
	"testing"
)

// whole are emoji of each kind.
var whole = []string{
	"👨‍👩‍👧", "👩🏽‍⚕️", "🏳️‍🌈", "🏴‍☠️", "❤️‍🔥", "🐻‍❄️", "🧑🏻‍🤝‍🧑🏿", "🚶‍♀️‍➡️", // joined
	"🇫🇷", "🇺🇳", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", // flags
	"👍🏽", "☝🏿", "☝️🏿", "🏽", // skin tones
	"❤️", "❤︎", "❤", "✈️", "☺️", "⛔", "🀄", "→", "🚬⃠", // with and without a variation selector
	"1️⃣", "1⃣", "#️⃣", "*️⃣", // keycaps
	"🇫", "\U0001fae9", "\U0001faea", "\U0001f6d8", // half a flag, emoji of Unicode 16 and 17
}

func TestLen(t *testing.T) {
	for _, s := range whole {
		for _, next := range []string{"", " ", "a", "é", "😀", "👍🏽", "1", "\u200da"} {
			want := len(s)
			if got := Len(s + next); got != want {
				t.Errorf("%+q before %+q: %d bytes, want %d", s, next, got, want)
			}
		}
	}
	for _, none := range []string{"", "a", "1", "#", "12⃣", "\ufe0f", "\u200d❤", "é", "©", "(", "\xff", "1\ufe0f"} {
		if got := Len(none); got != 0 {
			t.Errorf("%+q: %d bytes of an emoji", none, got)
		}
	}
	for s, want := range map[string]string{
		"🇫🇷🇩🇪": "🇫🇷", "1️⃣2️⃣": "1️⃣", "❤️❤️": "❤️", "❤\ufe0f\ufe0f\ufe0f": "❤\ufe0f\ufe0f", "👨\u200d\u200d👩": "👨",
		"🏴" + strings.Repeat("\U000e0067", 7) + "\U000e007f": "🏴", "🏴\U000e007f": "🏴", "🏴\U000e0041\U000e007f": "🏴",
	} {
		if got := Len(s); got != len(want) {
			t.Errorf("%+q: %+q, want %+q", s, s[:got], want)
		}
	}
}
