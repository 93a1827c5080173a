package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/attention"
	"attend/internal/render"
)

func TestTopLinks(t *testing.T) {
	m := attention.Map{Encoded: attention.Encoded{Tokens: []string{"<s>", "the", "zebra", "near", "the"}}, Attention: [][][][]float32{{{
		{1}, {0.5, 0.5}, {0, 0, 1}, {0.25, 0.25, 0.25, 0.25}, {0.05, 0.004, 0.48, 0.44, 0.026},
	}}}}
	for q, row := range m.Attention[0][0] {
		m.Attention[0][0][q] = append(row, make([]float32, 5-len(row))...)
	}
	var b bytes.Buffer
	if err := TopLinks(&b, m, Options{Layer: -1, Head: -1}, 0); err != nil {
		t.Fatal(err)
	}
	want := `<s>    ->  <s> 1.00
the    ->  <s> 0.50  the₁ 0.50
zebra  ->  zebra 1.00
near   ->  <s> 0.25  the₁ 0.25  zebra 0.25  near 0.25
the    ->  zebra 0.48  near 0.44  <s> 0.05  the₂ 0.03
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	b.Reset()
	if err := TopLinks(&b, m, Options{Layer: -1, Head: -1, Color: colorprofile.TrueColor}, 1); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if want := "the    ->  zebra \x1b[48;2;"; !strings.HasPrefix(lines[4], want) || strings.Contains(lines[4], "near") {
		t.Errorf("got %q, want one key after %q", lines[4], want)
	}
}

func TestNumbered(t *testing.T) {
	words := render.Labels(attention.Encoded{Tokens: strings.Fields("a b a" + strings.Repeat(" a", 8))})
	got := numbered(words)
	for i, want := range map[int]string{0: "a₁", 1: "b", 2: "a₂", 10: "a₁₀"} {
		if s := got[i].Fit(9); s != want {
			t.Errorf("word %d is %q, want %q", i, s, want)
		}
	}
}
