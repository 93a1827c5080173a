package inspect

import (
	"bytes"
	"strings"
	"testing"
)

func TestCSVQuotes(t *testing.T) {
	m := Map{Text: `=1+1, "so"`, Tokens: []string{"-2"}, Attention: [][][][]float32{{{{1}}}}}
	var b bytes.Buffer
	if err := CSV(&b, []Map{m}); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(b.String(), "\n")
	if want := `"=1+1, ""so""",0,0,0,"-2",0,"-2",1` + "\n"; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
}
