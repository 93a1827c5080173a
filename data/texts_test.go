package data

import (
	"slices"
	"testing"
)

// all returns the texts as a list.
func all(t Texts) (list []string) {
	for _, text := range t.All() {
		list = append(list, text)
	}
	return list
}

func TestTexts(t *testing.T) {
	text := "  one \n\n \t\ntwo\nthree\r\n four"
	lines := Texts{text: text, lines: true, starts: []uint32{0, 11, 15, 22}, rows: []uint32{0, 2, 3}}
	whole := Texts{text: text, starts: []uint32{0}}
	for _, c := range []struct {
		texts Texts
		want  []string
	}{
		{lines, []string{"one", "three", "four"}}, {lines.First(2), []string{"one", "three"}}, {lines.First(0), nil},
		{whole, []string{text}}, {whole.First(1), []string{text}}, {whole.First(0), nil}, {Texts{}, nil},
	} {
		if got := all(c.texts); !slices.Equal(got, c.want) || c.texts.Len() != len(c.want) {
			t.Errorf("%q, %d of them, want %q", got, c.texts.Len(), c.want)
		}
		for i, text := range c.texts.All() {
			if c.texts.At(i) != text {
				t.Errorf("text %d is %q, want %q", i, c.texts.At(i), text)
			}
			break // which a loop over the texts may do
		}
	}
}
