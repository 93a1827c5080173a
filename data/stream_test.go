package data

import (
	"reflect"
	"strings"
	"testing"
)

func TestLoadChars(t *testing.T) {
	c := load(t, "\ufeffabcé\r\nabx", charOptions) // 8 characters
	if c.TrainText[0] != "abcé\r\na" || c.HeldOutText[0] != "bx" {
		t.Fatalf("train %q, held out %q", c.TrainText, c.HeldOutText)
	}
	if want := []string{UnknownToken, "\n", "a", "b", "c", "é"}; !reflect.DeepEqual(c.Vocabulary.keys, want) {
		t.Errorf("keys %q, want %q", c.Vocabulary.keys, want)
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
