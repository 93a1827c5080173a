package data

import (
	"errors"
	"fmt"
	"slices"

	"attend/internal/printable"
)

// Vocabulary numbers the tokens a model knows. It never changes once made.
//
// The first id is that of [BoundaryToken] where the layout has one, the next that of
// [UnknownToken]; then come the keys by code point.
type Vocabulary struct {
	tokenizer Tokenizer
	layout    Layout
	keys      []string       // by id
	ids       map[string]int // by key
}

// NewVocabulary numbers the keys that occur at least minCount times in the
// sentences.
//
// It is an error when minCount is below one, when no key is that frequent, or when
// a key is not one that [Tokenize] gives.
func NewVocabulary(unit Unit, sentences [][]Token, minCount int) (*Vocabulary, error) {
	entry, err := unit.entry()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, sentence := range sentences {
		for _, token := range sentence {
			counts[token.Key]++
		}
	}
	for key := range counts {
		if err := checkKey(entry.tokenizer, key); err != nil {
			return nil, err
		}
	}
	return countedVocabulary(entry.tokenizer, entry.layout, counts, minCount)
}

// countedVocabulary numbers the keys counted at least minCount times.
func countedVocabulary(t Tokenizer, l Layout, counts map[string]int, minCount int) (*Vocabulary, error) {
	if minCount < 1 {
		return nil, fmt.Errorf("the minimum count is %d, want 1 or more", minCount)
	}
	most, keys := 0, make([]string, 0, len(counts))
	for key, n := range counts {
		most = max(most, n)
		if n >= minCount {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && most > 0 {
		return nil, fmt.Errorf("no %s of the training text occurs %d times (the most frequent: %d), so all would be %s: lower --min-count",
			t.Noun(), minCount, most, UnknownToken)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no text to make a vocabulary of: want at least one %s", t.Noun())
	}
	slices.Sort(keys)
	return indexed(t, l, append(specials(l), keys...)), nil
}

// indexed makes the vocabulary whose keys by id are given.
func indexed(t Tokenizer, l Layout, keys []string) *Vocabulary {
	v := &Vocabulary{tokenizer: t, layout: l, keys: keys, ids: make(map[string]int, len(keys))}
	for id, key := range keys {
		v.ids[key] = id
	}
	return v
}

// checkKey returns an error unless key is one that [Tokenize] gives. It may be long, and not one token but many.
func checkKey(t Tokenizer, key string) error {
	if at := badByte(key); at >= 0 {
		return errors.New(badByteMessage(key, at))
	}
	tokens, first := 0, ""
	t.each(key, func(_, _ int, token string) {
		if tokens++; tokens == 1 {
			first = token
		}
	})
	if tokens != 1 || t.key(first) != key {
		return fmt.Errorf("%s is not one %s in the spelling of a vocabulary: want a key that Tokenize gives", printable.Quote(key), t.Noun())
	}
	return nil
}

// Tokenizer returns what cuts text into the tokens of the vocabulary.
func (v *Vocabulary) Tokenizer() Tokenizer { return v.tokenizer }

// Layout returns how the tokens of a text stand in sequences.
func (v *Vocabulary) Layout() Layout { return v.layout }

// Tokenize splits text as the function [Tokenize] does.
func (v *Vocabulary) Tokenize(text string) ([]Token, error) { return tokenize(v.tokenizer, text) }

// Len returns the number of ids, those of the special tokens included.
func (v *Vocabulary) Len() int { return len(v.keys) }

// ID returns the id of a key. For a key it does not hold, it returns the id of
// [UnknownToken] and false.
func (v *Vocabulary) ID(key string) (id int, known bool) {
	if id, known = v.ids[key]; known {
		return id, true
	}
	return v.Unknown(), false
}

// Key returns the key of an id from 0 to Len()-1.
func (v *Vocabulary) Key(id int) string { return v.keys[id] }

// Boundary returns the id of [BoundaryToken]; ok is false where the layout has none.
func (v *Vocabulary) Boundary() (id int, ok bool) { return 0, v.layout.boundary() }

// Unknown returns the id of [UnknownToken].
func (v *Vocabulary) Unknown() int { return len(specials(v.layout)) - 1 }

// Encode returns the ids of tokens, without boundaries, and how many of them are
// unknown.
func (v *Vocabulary) Encode(tokens []Token) (ids []int, unknown int) {
	ids = make([]int, len(tokens))
	for i, token := range tokens {
		id, known := v.ID(token.Key)
		if !known {
			unknown++
		}
		ids[i] = id
	}
	return ids, unknown
}

// Decode returns the text of ids, without boundaries, spaced as in a text.
func (v *Vocabulary) Decode(ids []int) string {
	var keys []string
	boundary, ok := v.Boundary()
	for _, id := range ids {
		if !ok || id != boundary {
			keys = append(keys, v.Key(id))
		}
	}
	return v.tokenizer.Continue("", keys)
}
