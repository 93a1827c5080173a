package data

import (
	"slices"
	"testing"
)

func TestParseUnit(t *testing.T) {
	if want := []string{string(Word), string(Char)}; !slices.Equal(UnitNames(), want) {
		t.Errorf("names %q, want %q", UnitNames(), want)
	}
	if got, want := UnitMeanings(), "word: one sentence a line; char: one long text"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, u := range []Unit{Word, Char} {
		if got, err := ParseUnit(string(u)); got != u || err != nil {
			t.Errorf("%q: %q, %v", u, got, err)
		}
	}
	if _, err := ParseUnit("Word"); err == nil {
		t.Error(`no error for "Word"`)
	}
}
