package data

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// splitChars makes the corpus of one long text of characters.
func splitChars(name, text string, o Options) (*Corpus, error) {
	const least = 2 // one to read and one to predict
	n := utf8.RuneCountInString(text) - strings.Count(text, "\r\n")
	if n < 2*least {
		return nil, fmt.Errorf("data: %s has %s, too few to split: want at least %d", name, count(n, "character"), 2*least)
	}
	keep := n - o.heldOut(n, least)
	cut := charOffset(text, keep)
	train, held := text[:cut], text[cut:]

	seen := make([]int, utf8.MaxRune+1)
	for _, r := range chars(train) {
		seen[r]++
	}
	counts, rare, rareTokens := map[string]int{}, 0, 0
	for r, n := range seen {
		if n == 0 {
			continue
		}
		counts[string(rune(r))] = n
		if n < o.MinCount {
			rare++
			rareTokens += n
		}
	}
	v, err := countedVocabulary(Char, counts, o.MinCount)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, unprefixed(err))
	}
	ids := make([]int, utf8.MaxRune+1) // by rune; the unknown token is id 0
	for key := range counts {
		r, _ := utf8.DecodeRuneInString(key)
		ids[r], _ = v.ID(key)
	}
	c := &Corpus{Unit: Char, Vocabulary: v, TrainText: []string{train}, HeldOutText: []string{held}}
	c.Train = charSet(train, keep, ids)
	c.HeldOut = charSet(held, n-keep, ids)
	unknown := 0
	for _, id := range c.HeldOut.Sequences[0] {
		if id == v.Unknown() {
			unknown++
		}
	}
	c.noteRare(o, rare, rareTokens, unknown)
	return c, nil
}

// charSet returns the ids of n characters as one sequence.
func charSet(text string, n int, ids []int) Set {
	sequence := make([]int, 0, n)
	for _, r := range chars(text) {
		sequence = append(sequence, ids[r])
	}
	return Set{Char, [][]int{sequence}}
}

// chars gives the key of each character of a text and the byte at which it begins.
// A carriage return followed by a line feed is one character, the line feed.
func chars(text string) iter.Seq2[int, rune] {
	return func(yield func(int, rune) bool) {
		for i, r := range text {
			if r == '\n' && i > 0 && text[i-1] == '\r' {
				continue
			}
			if r == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				r = '\n'
			}
			if !yield(i, r) {
				return
			}
		}
	}
}

// charOffset returns the byte at which character n of text begins.
func charOffset(text string, n int) int {
	for i := range chars(text) {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}
