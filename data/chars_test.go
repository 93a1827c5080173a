package data

import (
	"reflect"
	"testing"
)

func TestTokenizeChars(t *testing.T) {
	got, err := Tokenize(Char, "Aé\r\n\r\t😀")
	want := []Token{{"A", "A"}, {"é", "é"}, {"\r\n", "\n"}, {"\r", "\r"}, {"\t", "\t"}, {"😀", "😀"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestCharsInARow(t *testing.T) {
	v := vocabularyOf(t, Char, 1, "a lion")
	ids, _ := v.Encode(tokenized(t, Char, "no lines"))
	if got := NewSpelling(v).Text(ids); got != "no lin<unk><unk>" {
		t.Errorf("%q", got)
	}
	if got := (chars{}).Continue("a ", []string{"l", "i"}); got != "a li" {
		t.Errorf("%q", got)
	}
}
