package data

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
)

// Vocabulary numbers the tokens a model knows. It never changes once made.
//
// The first id is that of [BoundaryToken] if the layout has one, the next that of
// [UnknownToken] if the tokenizer has unknown tokens; then come the keys by code point, or in the order of a tokenizer
// that is made from the text.
type Vocabulary struct {
	unit    Unit
	special int        // how many special tokens it has, whose ids are the first
	keys    stringList // by id
	sorted  []uint32   // the ids of all but the special tokens in the order of their keys; nil if they are in it
}

// newVocabulary numbers the keys that are counted at least minCount times, or all of a tokenizer that is made from the text.
// frequent are the numbers of the former in the order of their ids.
func newVocabulary(u Unit, key func(number int) string, counts []int, minCount int) (v *Vocabulary, frequent []uint32, err error) {
	if l, ok := u.Tokenizer.(learner); ok {
		return numbered(u, slices.Values(l.keys())), nil, nil
	}
	for number, count := range counts {
		if count >= minCount {
			frequent = append(frequent, uint32(number))
		}
	}
	if len(frequent) == 0 {
		return nil, nil, fmt.Errorf("no %s of the training text occurs %d times (the most frequent: %d), so all would be %s: lower --min-count",
			u.Tokenizer.Noun(), minCount, slices.Max(counts), UnknownToken)
	}
	slices.SortFunc(frequent, func(a, b uint32) int { return strings.Compare(key(int(a)), key(int(b))) })
	return numbered(u, func(yield func(string) bool) {
		for _, number := range frequent {
			if !yield(key(int(number))) {
				return
			}
		}
	}), frequent, nil
}

// numbered returns the vocabulary that numbers the special tokens of a unit, then keys in their order.
func numbered(u Unit, keys iter.Seq[string]) *Vocabulary {
	special := specials(u)
	v, inOrder := &Vocabulary{unit: u, special: len(special)}, true
	count, size := len(special), len(BoundaryToken+UnknownToken)
	for key := range keys {
		count, size = count+1, size+len(key)
	}
	v.keys.grow(count, size)
	for _, token := range special {
		v.keys.add(token)
	}
	for key := range keys {
		inOrder = inOrder && (v.Len() == v.special || v.Key(v.Len()-1) < key)
		v.keys.add(key)
	}
	if !inOrder {
		v.sorted = make([]uint32, v.Len()-v.special)
		for i := range v.sorted {
			v.sorted[i] = uint32(v.special + i)
		}
		slices.SortFunc(v.sorted, func(a, b uint32) int { return strings.Compare(v.Key(int(a)), v.Key(int(b))) })
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
func (v *Vocabulary) Len() int { return v.keys.len() }

// ID returns the id of a key. For a key it does not hold, it returns the id that
// [Vocabulary.Unknown] returns, and false.
func (v *Vocabulary) ID(key string) (id int, known bool) {
	for id := range v.special {
		if v.Key(id) == key {
			return id, true
		}
	}
	at := func(i int) int {
		if v.sorted != nil {
			return int(v.sorted[i])
		}
		return v.special + i
	}
	i, known := sort.Find(v.Len()-v.special, func(i int) int { return strings.Compare(key, v.Key(at(i))) })
	if known {
		return at(i), true
	}
	id, _ = v.Unknown()
	return id, false
}

// Key returns the key of an id from 0 to Len()-1: the normalised spelling of a token, not
// a key of attention.
func (v *Vocabulary) Key(id int) string { return v.keys.at(id) }

// Boundary returns the id of [BoundaryToken]; ok is false where the layout has none.
func (v *Vocabulary) Boundary() (id int, ok bool) { return 0, v.unit.Layout.Sentences() }

// Unknown returns the id of [UnknownToken]. It returns -1 and false if the tokenizer has no unknown tokens.
func (v *Vocabulary) Unknown() (id int, ok bool) {
	id = v.special - 1 // the last of them, if any
	if id < 0 || v.Key(id) != UnknownToken {
		return -1, false
	}
	return id, true
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

// Counter returns a function that returns how many tokens a text in UTF-8 has, and how many of them are unknown. A call of the
// function allocates next to nothing, so that it can be called for millions of texts, from one goroutine at a time.
func (v *Vocabulary) Counter() func(text string) (tokens, unknown int) {
	var tokens, unknown int
	visit := func(_, _ int, token string) {
		tokens++
		if _, known := v.ID(v.unit.Tokenizer.key(token)); !known {
			unknown++
		}
	}
	return func(text string) (int, int) {
		tokens, unknown = 0, 0
		v.unit.Tokenizer.each(text, visit)
		return tokens, unknown
	}
}
