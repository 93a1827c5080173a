package run

import (
	"strings"
	"testing"

	"attend/data"
)

func TestNameOf(t *testing.T) {
	for text, want := range map[string]string{
		"-": "text", "savanna": "savanna", "/home/me/mine.txt": "mine", ".txt": "txt", "..": "text", "": "text", "a.b.txt": "a.b",
		strings.Repeat("ä", 80) + ".txt": strings.Repeat("ä", 50),
	} {
		if got := NameOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	s := Defaults()
	if text, err := s.BuiltIn(); text == nil || err != nil {
		t.Errorf("%v, %v", text, err)
	}
	corpus, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CheckBuiltIn(corpus); err != nil {
		t.Error(err)
	}
	s.MinCount = corpus.MinCount
	if err := s.CheckBuiltIn(corpus); err != nil {
		t.Error(err)
	}
	s.MinCount++
	if err := s.CheckBuiltIn(corpus); err == nil {
		t.Error("another min-count: no error")
	}
	s.Unit = data.Char
	if _, err := s.BuiltIn(); err == nil {
		t.Error("characters: no error")
	}
	s.Data = "mine.txt"
	if text, err := s.BuiltIn(); text != nil || err != nil {
		t.Errorf("%v, %v", text, err)
	}
}

func TestIsFile(t *testing.T) {
	for name, want := range map[string]bool{StateFile: true, "training.yaml": true, "notes.txt": false, "": false, "../training.yaml": false} {
		if IsFile(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}
