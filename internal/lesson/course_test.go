package lesson

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"attend/internal/render/text"
)

func TestAReadersOwnSentenceAndVectors(t *testing.T) {
	_, course := whole(t)
	tell := func(chapter int, c *Course) (Chapter, error) {
		told := Chapters()[chapter-1]
		c.runs, c.corpus, c.settings, c.untrained = course.runs, course.corpus, course.settings, course.untrained
		for parts, err := range told.Steps(t.Context(), c) {
			if err != nil {
				return told, err
			}
			told.Parts = append(told.Parts, parts...)
		}
		return told, nil
	}
	text := func(told Chapter) string {
		var b bytes.Buffer
		for _, part := range told.Parts {
			if err := Text(&b, part, text.Options{Width: 80, Layer: -1, Head: -1}); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	told, err := tell(9, &Course{Sentence: "The lions from the valley"})
	if err != nil || !strings.Contains(text(told), "lions") {
		t.Errorf("%v", err)
	}
	asked := ""
	told, err = tell(9, &Course{Ask: func(prompt, fallback string, check func(string) error) (string, error) {
		asked = fallback
		if check("qqq zzz") == nil || check("") == nil || check("The rhinos") != nil {
			t.Error("the wrong sentences are accepted")
		}
		return "The rhinos", nil
	}})
	if err != nil || asked == "" || !strings.Contains(text(told), "rhinos") {
		t.Errorf("asked %q: %v", asked, err)
	}
	if _, err := tell(9, &Course{Sentence: "The"}); err != nil {
		t.Errorf("a single word: %v", err)
	}
	told, err = tell(2, &Course{Query: []Vector{{"", numbers{1, 2, 3}}}, Keys: []Vector{{"a", []float32{3, 2, 1}}}})
	if err != nil || !strings.Contains(text(told), "10") {
		t.Errorf("three numbers: %v", err)
	}
	told, err = tell(3, &Course{Keys: []Vector{{"only", []float32{1, 1}}}})
	if err != nil || !strings.Contains(text(told), "1.000") {
		t.Errorf("one key: %v", err)
	}
	for name, c := range map[string]*Course{
		"4: query": {Query: []Vector{{"", numbers{1}}}}, "2: value": {Values: []Vector{{"", []float32{1}}}},
		"2: temperature": {Temperature: 2}, "5: sentence": {Sentence: "The lion"}, "1: sentence": {Sentence: "qqq zzz"},
	} {
		if _, err := tell(int(name[0]-'0'), c); err == nil || !strings.Contains(err.Error(), name[3:]) {
			t.Errorf("chapter %s: error %v", name, err)
		}
	}
}

func TestTheShortRoute(t *testing.T) {
	route := []int{1}
	for next := Chapters()[0].NextShort(); next != 0; next = Chapters()[next-1].NextShort() {
		route = append(route, next)
	}
	if !slices.Equal(route, shortRoute) || Chapters()[2].NextShort() != 0 {
		t.Errorf("route %v, want %v; chapter 3 goes on to %d", route, shortRoute, Chapters()[2].NextShort())
	}
}
