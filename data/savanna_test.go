package data

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestSavannaFilesAreWhatTheGrammarGives(t *testing.T) {
	train, heldOut := GenerateSavanna()
	if train != savannaTrainText {
		t.Error("savanna/train.txt differs: run go generate ./data")
	}
	if heldOut != savannaHeldOutText {
		t.Error("savanna/heldout.txt differs: run go generate ./data")
	}
}

func TestSavanna(t *testing.T) {
	c, err := Savanna()
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "savanna" || c.Vocabulary.Tokenizer() != (words{}) || len(c.SHA256) != 64 || len(c.Notes) != 0 {
		t.Errorf("name %q, tokenizer %T, sum %q, notes %q", c.Name, c.Vocabulary.Tokenizer(), c.SHA256, c.Notes)
	}
	if c.TrainText.Len() != 16000 || c.HeldOutText.Len() != 2500 || c.HeldOutText.At(0) != "The lion saw the zebra near the river" {
		t.Fatalf("%d and %d sentences, first held out %q", c.TrainText.Len(), c.HeldOutText.Len(), c.HeldOutText.At(0))
	}
	if got := c.Train.LongestInput(); got > 15 {
		t.Errorf("the longest sentence takes %d positions, want at most 15", got)
	}
	checkCorpus(t, c, Options{Unit: Word, MinCount: 1, By: BySentences, HoldOut: 2500.0 / float64(2500+distinct(all(c.TrainText)))})
	if n := distinct(all(c.HeldOutText)); n != 2500 {
		t.Errorf("%d distinct sentences held out, want 2500", n)
	}

	// The vocabulary is the grammar's, and every sentence is one of it.
	words := map[string]bool{}
	for _, sh := range c.Grammar.shapes {
		for _, s := range sh.slots {
			for _, f := range s.free {
				for _, word := range f.words {
					words[word] = true
				}
			}
		}
	}
	for _, k := range c.Grammar.lexicon.kinds {
		for _, word := range k.words {
			words[word] = true
		}
	}
	for word := range words {
		if _, known := c.Vocabulary.ID(word); !known {
			t.Errorf("%q is not in the vocabulary", word)
		}
	}
	if got, want := c.Vocabulary.Len(), len(words)+2; got != want {
		t.Errorf("%d words in the vocabulary, want %d", got, want)
	}
	loss, predicted := 0.0, 0
	for _, text := range c.HeldOutText.All() {
		words := strings.Fields(strings.ToLower(text))
		nats, ok := c.Grammar.SentenceLoss(words)
		if !ok {
			t.Fatalf("%q is not a sentence of the grammar", text)
		}
		loss += nats
		predicted += len(words) + 1
	}
	nats, _ := c.Grammar.Entropy()
	floor := loss / float64(predicted)
	b := NewCounts(c.Train, c.HeldOut, c.Vocabulary.Len()).Losses(c.HeldOut)
	t.Logf("vocab %d; held out: floor %.4f (entropy %.4f), bigram %.4f, unigram %.4f, uniform %.4f",
		c.Vocabulary.Len(), floor, nats, b.Bigram, b.Unigram, b.Uniform)
	if math.Abs(floor-nats) > 0.01 {
		t.Errorf("the best held-out loss is %.4f, the entropy %.4f", floor, nats)
	}
	if !(floor < b.Bigram && b.Bigram < b.Unigram && b.Unigram < b.Uniform) {
		t.Errorf("floor %.4f, %+v: not in order", floor, b)
	}
	again, err := Savanna()
	if err != nil || !reflect.DeepEqual(c.HeldOut, again.HeldOut) {
		t.Errorf("made twice, the corpora differ (%v)", err)
	}
}

func distinct(texts []string) int {
	keys := map[string]bool{}
	for _, text := range texts {
		keys[strings.ToLower(text)] = true
	}
	return len(keys)
}
