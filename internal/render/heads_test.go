package render

import (
	"bytes"
	"strings"
	"testing"
)

func TestChooseRole(t *testing.T) {
	previous, boundary := RoleScore{Role: RolePrevious, Score: 0.6, Uniform: 0.2}, RoleScore{Role: RoleBoundary, Score: 0.65, Uniform: 0.5}
	for _, c := range []struct {
		scores  []RoleScore
		entropy float64
		want    string
	}{
		{[]RoleScore{previous, boundary}, 0.9, RolePrevious}, // lifts 0.5 and 0.3
		{[]RoleScore{boundary}, 0.2, RoleBoundary},
		{[]RoleScore{{Role: RoleSame, Score: 0.3, Uniform: 0.2}}, 0.7, RoleDiffuse},
		{[]RoleScore{{Role: RoleSame, Score: 0.3, Uniform: 0.2}}, 0.69, RoleMixed},
		{[]RoleScore{{Role: RoleItself, Score: 1, Uniform: 1}}, 0, RoleMixed}, // nothing to gain
		{nil, 1, RoleDiffuse},
	} {
		if got := ChooseRole(c.scores, c.entropy); got != c.want {
			t.Errorf("%+v with entropy %v: %s, want %s", c.scores, c.entropy, got, c.want)
		}
	}
}

func TestHeadsText(t *testing.T) {
	effect := 0.384
	heads := []Head{
		{Layer: 1, Head: 2, Role: "place", Entropy: 0.59, Effect: &effect,
			Scores:   []RoleScore{{RolePrevious, 0.27, 0.2, 400}, {"echo", 0.5, 0.1, 7}, {"place", 0.9, 0.21, 268}},
			Examples: []HeadExample{{"the lion saw the \x1b[31mzebra near the", "the", "\x1b[31mzebra", 0.999}}},
		{Role: RoleDiffuse, Entropy: 0.9},
	}
	var b bytes.Buffer
	if err := HeadsText(&b, heads, TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `layer 2, head 3: looks at the words that decide by the rule of place
  0.90 of its attention goes there in 268 cases; an even spread would give 0.21
  also looks at the words that decide by the rule of echo: 0.50 in 7 cases; an even spread would
  give 0.10
  switched off, the loss rises by 0.38 nats a token
  the lion saw the ␛[31mzebra near the: the -> ␛[31mzebra 1.00
  else: previous word 0.27, entropy 0.59

layer 1, head 1: spreads its attention over all it sees
  else: entropy 0.90
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for width := 1; width < 60; width++ {
		b.Reset()
		if err := HeadsText(&b, heads, TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > max(width, leastWidth) {
				t.Fatalf("width %d: a line of %d: %q", width, n, line)
			}
		}
	}
}
