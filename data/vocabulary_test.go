package data

import (
	"reflect"
	"slices"
	"testing"
)

type tester interface {
	Helper()
	Fatal(...any)
}

func tokenized(t tester, unit, text string) []Token {
	t.Helper()
	tokens, err := Tokenize(unit, text)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// vocabularyOf makes the vocabulary of a training text.
func vocabularyOf(t tester, unit string, minCount int, text string) *Vocabulary {
	t.Helper()
	u, err := Units.Find("unit", unit)
	if err != nil {
		t.Fatal(err)
	}
	v, err := countedVocabulary(u, tokenized(t, unit, text), minCount)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func countedVocabulary(u Unit, tokens []Token, minCount int) (*Vocabulary, error) {
	of := map[string]int{}
	for _, token := range tokens {
		of[token.Key]++
	}
	var keys []string
	var counts []int
	for key, n := range of {
		keys, counts = append(keys, key), append(counts, n)
	}
	v, _, err := newVocabulary(u, func(number int) string { return keys[number] }, counts, minCount)
	return v, err
}

func TestWordVocabulary(t *testing.T) {
	v := vocabularyOf(t, Word, 2, "The zebra saw the élan the Élan saw a zebra zoo")
	want := []string{BoundaryToken, UnknownToken, "saw", "the", "zebra", "élan"}
	if !slices.Equal(v.keys.all(), want) {
		t.Fatalf("keys %q, want %q", v.keys.all(), want)
	}
	if v.Tokenizer() != (words{}) || v.Len() != 6 || v.Key(5) != "élan" {
		t.Errorf("tokenizer %T, %d ids, key 5 %q", v.Tokenizer(), v.Len(), v.Key(5))
	}
	if id, ok := v.Boundary(); id != 0 || !ok {
		t.Errorf("boundary %d, %v", id, ok)
	}
	if id, known := v.ID("lion"); id != 1 || known {
		t.Errorf("new word: %d, %v", id, known)
	}
	ids, unknown := v.Encode(tokenized(t, Word, "The lion saw A zebra"))
	if !reflect.DeepEqual(ids, []int{3, 1, 2, 1, 4}) || unknown != 2 {
		t.Errorf("ids %v, %d unknown", ids, unknown)
	}
	count := v.Counter()
	for range 2 {
		if tokens, unknown := count("The lion saw A zebra"); tokens != 5 || unknown != 2 {
			t.Errorf("%d tokens, %d unknown", tokens, unknown)
		}
	}
}

func TestCharVocabulary(t *testing.T) {
	v := vocabularyOf(t, Char, 1, "ba\r\nb")
	if want := []string{UnknownToken, "\n", "a", "b"}; !slices.Equal(v.keys.all(), want) {
		t.Errorf("keys %q, want %q", v.keys.all(), want)
	}
	_, boundary := v.Boundary()
	if unknown, ok := v.Unknown(); boundary || !ok || unknown != 0 {
		t.Errorf("boundary %v, unknown %d, %v", boundary, unknown, ok)
	}
}

func TestVocabularyErrors(t *testing.T) {
	u, err := Units.Find("unit", Word)
	if err != nil {
		t.Fatal(err)
	}
	want := `no word of the training text occurs 3 times (the most frequent: 2), so all would be <unk>: lower --min-count`
	if _, err := countedVocabulary(u, tokenized(t, Word, "a b a"), 3); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
