package render

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/printable"
)

func TestCSVQuotes(t *testing.T) {
	m := Map{Text: `=1+1, "so"`, Tokens: []string{"-2"}, Attention: [][][][]float32{{{{1}}}}}
	var b bytes.Buffer
	if err := CSV(&b, []Map{m}); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(b.String(), "\n")
	if want := `"'=1+1, ""so""",0,0,0,"'-2",0,"'-2",1` + "\n"; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
}

// A spreadsheet takes no text for a formula, and one apostrophe less gives the text back.
func TestCSVQuotesFormulas(t *testing.T) {
	for _, s := range []string{"=1", "+1", "-1", "@a", " =1", "＝1", "＋1", "－1", "＠a", "'", "'tis", "''"} {
		if got := quoted(s); got != `"'`+s+`"` {
			t.Errorf("%q is written as %s", s, got)
		}
	}
	for _, s := range []string{"", " ", "lion", "1", "<s>", "a=1", "don't", "—", "狮子", "\t=1", "\r", "\n", "\u3000=1", "\ufeff=1", "\x00=1", "a\n=1", "\x1b[2J"} {
		if got := quoted(s); got != `"`+printable.Field(s)+`"` {
			t.Errorf("%q is written as %s", s, got)
		}
	}
}
