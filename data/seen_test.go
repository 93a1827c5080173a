package data

import (
	"slices"
	"strings"
	"testing"
)

func TestSeenIn(t *testing.T) {
	c, err := Load("text", strings.NewReader("the cat sat here\nthe dog sat here\nthe dog sat there\na cow sat here\nthe old cow\n"),
		Options{Unit: "word", MinCount: 1, By: ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	words := func(list []int) (words []string) {
		for _, id := range list {
			words = append(words, c.Vocabulary.Key(id))
		}
		return words
	}
	var ids []int
	for _, word := range []string{BoundaryToken, "the", "cat", "sat", "here"} {
		id, known := c.Vocabulary.ID(word)
		if !known {
			t.Fatalf("no %s", word)
		}
		ids = append(ids, id)
	}
	boundary, _ := c.Vocabulary.Boundary()
	seen := c.Train.SeenIn(placesOf(ids), func(id int) bool { return id == boundary })
	for i, want := range []struct {
		where string
		words string
		count []int
	}{
		{"", "", nil},
		{SeenAfter, "a", []int{1}},          // nothing else stands between <s> and cat, a alone after <s>
		{SeenAfter, "dog old", []int{2, 1}}, // dog alone stands between the and sat
		{"", "", nil},                       // nothing else follows cat, or is before here
		{SeenAfter, "there", []int{1}},      // the last: what follows is not known
	} {
		got := seen[i]
		slices.Sort(got.Counts)
		slices.Reverse(got.Counts)
		if got.Where != want.where || strings.Join(words(got.IDs), " ") != want.words || !slices.Equal(got.Counts, want.count) {
			t.Errorf("position %d: %s %q %v, want %+v", i, got.Where, words(got.IDs), got.Counts, want)
		}
	}
	if c.Train.SeenIn(placesOf(ids[:4]), func(int) bool { return false })[3].IDs != nil {
		t.Error("the only token after cat has another in its place")
	}
}

// A stream has no boundary: its first token has none before it, and the last none after.
func TestSeenInAStream(t *testing.T) {
	c, err := Load("text", strings.NewReader("abcadcab"), Options{Unit: "char", MinCount: 1, By: ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := c.Vocabulary.ID("a")
	b, _ := c.Vocabulary.ID("b")
	k, _ := c.Vocabulary.ID("c")
	d, _ := c.Vocabulary.ID("d")
	seen := c.Train.SeenIn(placesOf([]int{a, b, k}), func(int) bool { return false })
	if got := seen[1]; got.Where != SeenBetween || !slices.Equal(got.IDs, []int{d}) {
		t.Errorf("between a and c: %+v", got)
	}
	if got := seen[0]; got.Where != "" || len(got.IDs) != 0 {
		t.Errorf("before b: %+v", got)
	}
}

func placesOf(ids []int) (places []Trigram) {
	for i := range ids {
		places = append(places, TrigramAt(ids, i))
	}
	return places
}
