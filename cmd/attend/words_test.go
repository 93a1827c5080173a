package main

import (
	"slices"
	"strings"
	"testing"
)

func TestNearestFew(t *testing.T) {
	names := []string{"<s>", "<unk>", "lion", "lions", "rhino", "lёva", "a", "zebra"}
	for _, c := range []struct {
		word string
		want []string
	}{
		{"lino", []string{"lion", "lions", "rhino"}},
		{"zebr", []string{"zebra"}},
		{"leva", []string{"lёva"}}, // one letter, two bytes
		{"xylophone", nil},
		{"b", nil},
		{strings.Repeat("lion", 99), nil},
	} {
		if got := nearestFew(c.word, names, 3); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}
