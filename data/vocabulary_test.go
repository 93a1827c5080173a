package data

import (
	"reflect"
	"strings"
	"testing"
)

func tokenized(t *testing.T, unit Unit, texts ...string) [][]Token {
	t.Helper()
	var all [][]Token
	for _, text := range texts {
		tokens, err := Tokenize(unit, text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tokens)
	}
	return all
}

func newVocabulary(t *testing.T, unit Unit, minCount int, texts ...string) *Vocabulary {
	t.Helper()
	v, err := NewVocabulary(unit, tokenized(t, unit, texts...), minCount)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWordVocabulary(t *testing.T) {
	v := newVocabulary(t, Word, 2, "The zebra saw the élan", "the Élan saw a zebra zoo")
	want := []string{BoundaryToken, UnknownToken, "saw", "the", "zebra", "élan"}
	if !reflect.DeepEqual(v.keys, want) {
		t.Fatalf("keys %q, want %q", v.keys, want)
	}
	if v.Tokenizer() != (words{}) || v.Len() != 6 || v.Key(5) != "élan" || v.Unknown() != 1 {
		t.Errorf("tokenizer %T, %d ids, key 5 %q, unknown %d", v.Tokenizer(), v.Len(), v.Key(5), v.Unknown())
	}
	if id, ok := v.Boundary(); id != 0 || !ok {
		t.Errorf("boundary %d, %v", id, ok)
	}
	if id, known := v.ID("lion"); id != 1 || known {
		t.Errorf("new word: %d, %v", id, known)
	}
	ids, unknown := v.Encode(tokenized(t, Word, "The lion saw A zebra")[0])
	if !reflect.DeepEqual(ids, []int{3, 1, 2, 1, 4}) || unknown != 2 {
		t.Errorf("ids %v, %d unknown", ids, unknown)
	}
}

func TestCharVocabulary(t *testing.T) {
	v := newVocabulary(t, Char, 1, "ba\r\nb")
	if want := []string{UnknownToken, "\n", "a", "b"}; !reflect.DeepEqual(v.keys, want) {
		t.Errorf("keys %q, want %q", v.keys, want)
	}
	if _, ok := v.Boundary(); ok || v.Unknown() != 0 {
		t.Errorf("boundary %v, unknown %d", ok, v.Unknown())
	}
}

func TestVocabularyErrors(t *testing.T) {
	for _, c := range []struct {
		unit     Unit
		keys     string
		minCount int
		want     string
	}{
		{Word, "a b a", 3, `no word of the training text occurs 3 times (the most frequent: 2), so all would be <unk>: lower --min-count`},
		{Word, "a", 0, `the minimum count is 0, want 1 or more`},
		{Word, "", 1, `no text to make a vocabulary of: want at least one word`},
		{Word, "a <s>", 1, `"<s>" is not one word in the spelling of a vocabulary: want a key that Tokenize gives`},
		{Word, "Lion", 1, `"Lion" is not one word in the spelling of a vocabulary: want a key that Tokenize gives`},
		{Char, "ab", 1, `"ab" is not one character in the spelling of a vocabulary: want a key that Tokenize gives`},
		{"", "a", 1, `the unit is "", want "word" or "char"`},
	} {
		var sentence []Token
		for _, key := range strings.Fields(c.keys) {
			sentence = append(sentence, Token{key, key})
		}
		if _, err := NewVocabulary(c.unit, [][]Token{sentence}, c.minCount); err == nil || err.Error() != c.want {
			t.Errorf("%s %q %d:\n got %v\nwant %s", c.unit, c.keys, c.minCount, err, c.want)
		}
	}
}
