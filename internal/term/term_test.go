package term

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestSizeOfWhatIsNoTerminal(t *testing.T) {
	var b bytes.Buffer
	if columns, rows := Size(&b); columns != 80 || rows != 24 || IsTerminal(&b) {
		t.Errorf("%d columns, %d rows", columns, rows)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"", 5, ""},
		{"the lion saw", 8, "the lion\nsaw"},
		{"the lion\nsaw it", 4, "the\nlion\nsaw\nit"},
		{"a  b   c", 4, "a  b\nc"},
		{"  a b", 4, "  a\nb"},
		{"a ", 4, "a "},
		{"held-out text", 9, "held-out\ntext"},
		{"on held-out", 8, "on\nheld-out"},
		{"an antelope", 5, "an\nantel\nope"},
		{"狮子狮子", 5, "狮子\n狮子"},
		{"狮", 1, "狮"},
		{"ae\u0301e\u0301", 2, "ae\u0301\ne\u0301"},
		{"\x1b[1mthe lion\x1b[m saw", 8, "\x1b[1mthe lion\x1b[m\nsaw"},
		{"\x1b[1mantelope\x1b[m", 5, "\x1b[1mantelope\x1b[m"},
	} {
		if got := Wrap(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestWrapFitsAndKeepsAllWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab狮- -\n"))).Draw(t, "text")
		columns := rapid.IntRange(2, 20).Draw(t, "columns")
		got := Wrap(text, columns)
		for line := range strings.SplitSeq(got, "\n") {
			if ansi.StringWidth(strings.TrimSpace(line)) > columns {
				t.Fatalf("%q is longer than %d", line, columns)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if bare.Replace(got) != bare.Replace(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestHanging(t *testing.T) {
	for _, c := range []struct{ heading, text, want string }{
		{"A: ", "the lion saw", "A: the\n   lion\n   saw\n"},
		{"狮 ", "a lion", "狮 a\n   lion\n"},
		{"  ", "", "\n"},
	} {
		if got := Hanging(c.heading, c.text, 8); got != c.want {
			t.Errorf("%q behind %q is %q, want %q", c.text, c.heading, got, c.want)
		}
	}
}

func TestPadding(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{PadLeft("狮", 4), "  狮"}, {PadRight("狮", 4), "狮  "}, {Centre("ab", 5), "  ab "},
		{Centre("ab", 4), " ab "}, {PadLeft("antelope", 3), "antelope"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{{"zebra", 5, "zebra"}, {"zebra", 4, "zeb…"}, {"zebra", 1, "…"}, {"狮子", 3, "狮…"}, {"狮子", 2, "…"}, {"", 1, ""}} {
		if got := Fit(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestStylesEndWithTheLine(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Bold("a\nb\n", colorprofile.ANSI), "\x1b[1ma\x1b[m\n\x1b[1mb\x1b[m\n"},
		{Faint("a", colorprofile.TrueColor), "\x1b[2ma\x1b[m"},
		{Bold("a\n", colorprofile.ASCII), "a\n"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
