package data

import (
	"fmt"
	"slices"

	"attend/internal/printable"
)

// Vocabulary numbers the tokens a model knows. It never changes once made.
//
// Word ids: 0 [BoundaryToken], 1 [UnknownToken], then the words by code point.
// Char ids: 0 [UnknownToken], then the characters by code point.
type Vocabulary struct {
	unit Unit
	keys []string       // by id
	ids  map[string]int // by key
}

// NewVocabulary numbers the keys that occur at least minCount times in the
// sentences.
//
// It is an error when minCount is below one, when no key is that frequent, or when
// a key is not one that [Tokenize] gives.
func NewVocabulary(unit Unit, sentences [][]Token, minCount int) (*Vocabulary, error) {
	if err := unit.validate(); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, sentence := range sentences {
		for _, token := range sentence {
			counts[token.Key]++
		}
	}
	for key := range counts {
		if err := unit.checkKey(key); err != nil {
			return nil, err
		}
	}
	return countedVocabulary(unit, counts, minCount)
}

// countedVocabulary numbers the keys counted at least minCount times.
func countedVocabulary(unit Unit, counts map[string]int, minCount int) (*Vocabulary, error) {
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
			unit, minCount, most, UnknownToken)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no text to make a vocabulary of: want at least one %s", unit)
	}
	slices.Sort(keys)
	return indexed(unit, append(unit.specials(), keys...)), nil
}

// indexed makes the vocabulary whose keys by id are given.
func indexed(unit Unit, keys []string) *Vocabulary {
	v := &Vocabulary{unit: unit, keys: keys, ids: make(map[string]int, len(keys))}
	for id, key := range keys {
		v.ids[key] = id
	}
	return v
}

// checkKey reports whether key is one that Tokenize gives.
func (u Unit) checkKey(key string) error {
	tokens, err := Tokenize(u, key)
	if err == nil && (len(tokens) != 1 || tokens[0].Key != key) {
		err = fmt.Errorf("%s is not one %s in the spelling of a vocabulary: want a key that Tokenize gives", printable.Quote(key), u)
	}
	return err
}

// Unit returns what a token stands for.
func (v *Vocabulary) Unit() Unit { return v.unit }

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

// Boundary returns the id of [BoundaryToken]; ok is false for Char, which has none.
func (v *Vocabulary) Boundary() (id int, ok bool) { return 0, v.unit == Word }

// Unknown returns the id of [UnknownToken].
func (v *Vocabulary) Unknown() int { return len(v.unit.specials()) - 1 }

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
