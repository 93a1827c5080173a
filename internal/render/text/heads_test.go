package text

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/attention"
)

func TestHeadsText(t *testing.T) {
	effect := 0.384
	heads := []attention.Head{
		{Layer: 1, Head: 2, Role: "place", NormalizedEntropy: 0.59, Effect: &effect,
			Scores:   []attention.RoleScore{{Role: attention.RolePrevious, Score: 0.27, Uniform: 0.2, Cases: 400}, {Role: "echo", Score: 0.5, Uniform: 0.1, Cases: 7}, {Role: "place", Score: 0.9, Uniform: 0.21, Cases: 268}},
			Examples: []attention.HeadExample{{Text: "the lion saw the \x1b[31mzebra near the", Query: "the", Key: "\x1b[31mzebra", Weight: 0.999}}},
		{Role: attention.RoleDiffuse, NormalizedEntropy: 0.9},
	}
	var b bytes.Buffer
	if err := Heads(&b, heads, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `layer 2, head 3: attends to the cause words of the rule place
  0.90 of its attention goes there in 268 cases; uniform attention: 0.21
  also attends to the cause words of the rule echo: 0.50 in 7 cases; uniform attention: 0.10
  mean ablation raises the loss by 0.38 nats per token
  the lion saw the ␛[31mzebra near the: the -> ␛[31mzebra 1.00
  other scores: previous word 0.27, normalized entropy 0.59

layer 1, head 1: attends broadly to the words up to its own
  other scores: normalized entropy 0.90
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for width := 1; width < 60; width++ {
		b.Reset()
		if err := Heads(&b, heads, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > max(width, leastWidth) {
				t.Fatalf("width %d: a line of %d: %q", width, n, line)
			}
		}
	}
}
