package render

import (
	"bytes"
	"testing"
)

func TestJSON(t *testing.T) {
	m := Map{Text: "a", Tokens: []string{"<s>", "a"}, Attention: [][][][]float32{{{{1, 0}, {0.1, 0.9}}}}}
	var b bytes.Buffer
	if err := JSON(&b, "runs/lion", 7, []Map{m}); err != nil {
		t.Fatal(err)
	}
	want := `{"run":"runs/lion","step":7,"sentences":[{"text":"a","tokens":["<s>","a"],"attention":[[[[1,0],[0.1,0.9]]]],"next":[]}]}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", &b, want)
	}
	b.Reset()
	if err := JSON(&b, "", 0, nil); err != nil || b.String() != `{"run":"","step":0,"sentences":[]}`+"\n" {
		t.Errorf("no maps: error %v, wrote %s", err, &b)
	}
}
