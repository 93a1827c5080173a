package text

import "testing"

func TestPadding(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{padLeft("狮", 4), "  狮"}, {padRight("狮", 4), "狮  "}, {centre("ab", 5), "  ab "},
		{centre("ab", 4), " ab "}, {padLeft("antelope", 3), "antelope"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
