package data

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLoadWords(t *testing.T) {
	text := "\ufeffA lion\r\n\r\n  B zebra.\nC\n a  LION \nD hyena ran\n \n"
	c := load(t, text, wordOptions)
	sentences := append(all(c.TrainText), all(c.HeldOutText)...)
	slices.Sort(sentences)
	if want := []string{"A lion", "B zebra.", "C", "D hyena ran", "a  LION"}; !slices.Equal(sentences, want) {
		t.Errorf("sentences %q, want %q", sentences, want)
	}
	sum := sha256.Sum256([]byte(text))
	if c.Name != "test.txt" || c.Grammar != nil || c.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("name %q, grammar %v, sum %s", c.Name, c.Grammar, c.SHA256)
	}
	if c.LongestLine != 3 {
		t.Errorf("the longest line is %d, want 3", c.LongestLine)
	}
	checkCorpus(t, c, wordOptions)
	for _, want := range []string{"2 blank lines skipped.", "1 sentence occurred more than once"} {
		if !strings.Contains(strings.Join(c.Notes, "\n"), want) {
			t.Errorf("no note %q in %q", want, c.Notes)
		}
	}
	if c := load(t, "a\nb", wordOptions); len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "1 token of the held-out text not seen") {
		t.Errorf("notes %q", c.Notes)
	}
}

// Each side keeps the order of the text, and another seed holds out other sentences.
func TestLoadWordsOrderAndSeed(t *testing.T) {
	var lines []string
	for i := range 100 {
		lines = append(lines, strings.Repeat("x ", i)+"y")
	}
	text := strings.Join(lines, "\n")
	c := load(t, text, wordOptions)
	for _, set := range []Set{c.Train, c.HeldOut} {
		if !slices.IsSortedFunc(sequencesOf(set), func(a, b []int) int { return len(a) - len(b) }) {
			t.Error("not in the order of the text")
		}
	}
	if c.HeldOutText.Len() != 25 || c.LongestLine != 100 {
		t.Errorf("%d held out, longest line %d", c.HeldOutText.Len(), c.LongestLine)
	}
	o := wordOptions
	o.Seed = 2
	if slices.Equal(all(load(t, text, o).HeldOutText), all(c.HeldOutText)) {
		t.Error("seeds 1 and 2 hold out the same sentences")
	}
}

func TestLoadChars(t *testing.T) {
	c := load(t, "\ufeffabcé\r\nabx", charOptions) // 8 characters
	if c.TrainText.At(0) != "abcé\r\na" || c.HeldOutText.At(0) != "bx" {
		t.Fatalf("train %q, held out %q", all(c.TrainText), all(c.HeldOutText))
	}
	if want := []string{UnknownToken, "\n", "a", "b", "c", "é"}; !slices.Equal(c.Vocabulary.keys.all(), want) {
		t.Errorf("keys %q, want %q", c.Vocabulary.keys.all(), want)
	}
	checkCorpus(t, c, charOptions)
	if len(c.Notes) != 1 || !strings.HasPrefix(c.Notes[0], "1 token of the held-out text not seen") {
		t.Errorf("notes %q", c.Notes)
	}
	o := charOptions
	o.MinCount = 2
	c = load(t, "aabcaabb", o)
	if want := []int{1, 1, 0, 0, 1, 1}; !reflect.DeepEqual(c.Train.Sequence(0).Ints(), want) {
		t.Errorf("ids %v, want %v", c.Train.Sequence(0).Ints(), want)
	}
	if want := "2 characters seen fewer than 2 times in the training text became <unk>: 2 tokens there."; c.Notes[0] != want {
		t.Errorf("note %q, want %q", c.Notes[0], want)
	}
}
