package data

import (
	"fmt"
	"slices"
)

// Vocabulary numbers the tokens a model knows. It never changes once made.
//
// The first id is that of [BoundaryToken] if the layout has one, the next that of
// [UnknownToken] if the tokenizer has unknown tokens; then come the keys by code point, or in the order of a tokenizer
// that is made from the text.
type Vocabulary struct {
	unit Unit
	keys []string       // by id
	ids  map[string]int // by key
}

// newVocabulary numbers the keys that are counted at least minCount times, or all of a tokenizer that is made from the text.
func newVocabulary(u Unit, keys []string, counts []int, minCount int) (*Vocabulary, error) {
	if l, ok := u.Tokenizer.(learner); ok {
		return numbered(u, l.keys()), nil
	}
	var frequent []string
	for i, key := range keys {
		if counts[i] >= minCount {
			frequent = append(frequent, key)
		}
	}
	if len(frequent) == 0 {
		return nil, fmt.Errorf("no %s of the training text occurs %d times (the most frequent: %d), so all would be %s: lower --min-count",
			u.Tokenizer.Noun(), minCount, slices.Max(counts), UnknownToken)
	}
	slices.Sort(frequent)
	return numbered(u, frequent), nil
}

// numbered returns the vocabulary that numbers the special tokens of a unit, then keys in their order.
func numbered(u Unit, keys []string) *Vocabulary {
	v := &Vocabulary{u, append(specials(u), keys...), map[string]int{}}
	for id, key := range v.keys {
		v.ids[key] = id
	}
	return v
}

// Tokenizer returns what splits text into the tokens of the vocabulary.
func (v *Vocabulary) Tokenizer() Tokenizer { return v.unit.Tokenizer }

// Layout returns how the tokens of a text are arranged in sequences.
func (v *Vocabulary) Layout() Layout { return v.unit.Layout }

// Tokenize splits text as the function [Tokenize] does.
func (v *Vocabulary) Tokenize(text string) ([]Token, error) { return tokenize(v.unit.Tokenizer, text) }

// Len returns the number of ids, those of the special tokens included.
func (v *Vocabulary) Len() int { return len(v.keys) }

// ID returns the id of a key. For a key it does not hold, it returns the id that
// [Vocabulary.Unknown] returns, and false.
func (v *Vocabulary) ID(key string) (id int, known bool) {
	if id, known = v.ids[key]; known {
		return id, true
	}
	id, _ = v.Unknown()
	return id, false
}

// Key returns the key of an id from 0 to Len()-1: the normalised spelling of a token, not
// a key of attention.
func (v *Vocabulary) Key(id int) string { return v.keys[id] }

// Boundary returns the id of [BoundaryToken]; ok is false where the layout has none.
func (v *Vocabulary) Boundary() (id int, ok bool) { return 0, v.unit.Layout.Sentences() }

// Unknown returns the id of [UnknownToken]. It returns -1 and false if the tokenizer has no unknown tokens.
func (v *Vocabulary) Unknown() (id int, ok bool) {
	id = slices.Index(specials(v.unit), UnknownToken)
	return id, id >= 0
}

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
	return v.unit.Tokenizer.Continue("", keys)
}
