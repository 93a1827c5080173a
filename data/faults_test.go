package data

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The texts of ../shared/faults have the words that their readers see.
func TestFaultsOfWords(t *testing.T) {
	for name, want := range map[string][]string{
		"persian.txt":                {"او", "بخوانم", "من", "می\u200cخواهم", "می\u200cداند", "نمی\u200cخواهم", "نمی\u200cداند"},
		"emoji.txt":                  {"again", "saw", "we", "❤️", "👨‍👩‍👧", "👍🏽", "🇫🇷"},
		"one-word-two-spellings.txt": {"go", "he", "home", "she", "won't", "ειναι", "η", "οδος"},
	} {
		f, err := os.Open(filepath.Join("..", "..", "shared", "faults", name))
		if err != nil {
			t.Skipf("no text to read: %v", err)
		}
		defer f.Close()
		c, err := Load(name, f, Options{Unit: Word, MinCount: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		keys := slices.Clone(c.Vocabulary.keys.all()[2:])
		slices.Sort(want)
		if !slices.Equal(keys, want) {
			t.Errorf("%s: %+q, want %+q", name, keys, want)
		}
	}
}

// A line of runes that show nothing is a blank one.
func TestLinesThatShowNothing(t *testing.T) {
	c, err := Load("text", strings.NewReader("a b\n\u200b\n\u00ad\u200d \nb a\n"), Options{Unit: Word, MinCount: 1, By: ByTokens})
	if err != nil || c.Train.Len() != 2 || !slices.Contains(c.Notes, "2 blank lines skipped.") {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := Load("text", strings.NewReader("\u200b\n\u200b\n"), Options{Unit: Word, By: ByTokens}); err == nil ||
		!strings.Contains(err.Error(), "text holds no text") {
		t.Errorf("%v", err)
	}
}
