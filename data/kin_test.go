package data

import (
	"slices"
	"testing"
)

func TestKin(t *testing.T) {
	g := SavannaGrammar()
	for word, want := range map[string]struct {
		kind  string
		some  string
		count int
	}{
		"zebra": {"animal", "lion", 7}, "lions": {"animals", "zebras", 7}, "near": {"preposition", "under", 3},
		"river": {"place", "cave", 15}, "is": {"copula", "was", 1}, "valleys": {"regions", "plains", 3},
		"dawn": {"hour", "night", 3}, "the": {"", "", 0}, "spoon": {"", "", 0},
	} {
		kind, others := g.Kin(word)
		if kind != want.kind || len(others) != want.count || want.some != "" && !slices.Contains(others, want.some) || slices.Contains(others, word) {
			t.Errorf("kin of %s: %q %q, want %d of kind %q with %s", word, kind, others, want.count, want.kind, want.some)
		}
	}
}

// Putting kin in a word's place leaves a sentence that every word of is in the corpus, and no word is
// of two kinds.
func TestKinAreWordsOfTheCorpus(t *testing.T) {
	corpus, err := Savanna()
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]string{}
	for _, k := range corpus.Grammar.kinds() {
		if len(k.words) < 2 {
			t.Errorf("%s has %d words", k.name, len(k.words))
		}
		for _, word := range k.words {
			if _, known := corpus.Vocabulary.ID(word); !known {
				t.Errorf("%s of kind %s is not in the vocabulary", word, k.name)
			}
			if other, twice := of[word]; twice {
				t.Errorf("%s is of kind %s and of kind %s", word, other, k.name)
			}
			of[word] = k.name
		}
	}
	var alone []string
	for id := range corpus.Vocabulary.Len() {
		if word := corpus.Vocabulary.Key(id); of[word] == "" {
			alone = append(alone, word)
		}
	}
	if want := []string{BoundaryToken, UnknownToken, "at", "by", "that", "the"}; !slices.Equal(alone, want) {
		t.Errorf("words without kin: %q, want %q", alone, want)
	}
}
